import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LANGUAGES } from "./i18n/i18n.svelte";

test.each(["index.html", "host.html"])(
  "%s says in each language what to do when its scripts cannot run, without one of its own",
  (name) => {
    const html = readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
    const said = html.slice(html.indexOf('class="too-old"'));
    for (const language of Object.keys(LANGUAGES).filter((code) => code !== "en"))
      expect(said).toContain(`<p lang="${language}"`);
    expect(html.match(/<script[^>]*>/g)).toEqual([expect.stringContaining('type="module"')]);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  },
);
