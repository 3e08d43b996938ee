/** Puts into each page what it says where its scripts cannot run: the same, in each language. */

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const PLACE = "<!-- too-old.html -->";

/** A page with that text in its place. */
export function withTooOld(page: string): string {
  return page.replace(PLACE, () => readFileSync(new URL("too-old.html", import.meta.url), "utf8").trim());
}

export function tooOld(): Plugin {
  return { name: "too-old", transformIndexHtml: { order: "pre", handler: withTooOld } };
}
