/** The guide for hosts as a page, to read and to print: docs/lead-a-quiz.md, which needs no script and no other page. */

import { readFileSync } from "node:fs";
import { Marked } from "marked";
import type { Plugin } from "vite";

const GUIDE = new URL("../../../docs/lead-a-quiz.md", import.meta.url);
const PLACE = "<!-- lead-a-quiz.md -->";

/** The address of a heading within its page, as those who show the repository make it. */
const placeOf = (heading: string) => heading.toLowerCase().replaceAll(" ", "-");

const markdown = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${placeOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    // The other pages of the documentation are not served: their titles stay.
    link({ href, tokens }) {
      const shown = this.parser.parseInline(tokens);
      return href.startsWith("#") ? `<a href="${href}">${shown}</a>` : `<cite>${shown}</cite>`;
    },
  },
});

/** A page with the guide in its place. */
export function withGuide(page: string): string {
  return page.replace(PLACE, () => markdown.parse(readFileSync(GUIDE, "utf8"), { async: false }).trim());
}

export function guide(): Plugin {
  return { name: "guide", transformIndexHtml: { order: "pre", handler: withGuide } };
}
