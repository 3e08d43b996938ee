/** Lets each component say that it was drawn, in `window.drawn`, so that a test can tell which ones no state shows. */

import { relative } from "node:path";
import type { Plugin } from "vite";

export function drawn(): Plugin {
  const src = new URL("../src", import.meta.url).pathname;
  return {
    name: "drawn",
    enforce: "pre",
    transform: {
      filter: { id: /\.svelte$/ },
      handler(code, id) {
        const note = `window.drawn?.add(${JSON.stringify(relative(src, id))});`;
        const script = /<script(?![^>]*\smodule\b)[^>]*>/.exec(code);
        if (!script) return `<script>${note}</script>${code}`;
        const start = script.index + script[0].length;
        return code.slice(0, start) + note + code.slice(start);
      },
    },
  };
}
