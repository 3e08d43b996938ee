/** Gives each height in `dvh` another one in `vh` before it: Chrome knows `dvh` since 108 only, and drops what it cannot read. */

import type { Plugin } from "vite";

const IN_DVH = /(?<![-\w])([a-z][-a-z]*)\s*:\s*([^;{}]*\ddvh\b[^;{}]*)/g;

/** Styles in which an older browser finds a height that it can read. A variable has no second value to fall back on. */
export function withHeights(styles: string): string {
  return styles.replace(
    IN_DVH,
    (declared: string, name: string, value: string) => `${name}:${value.replaceAll("dvh", "vh")};${declared}`,
  );
}

export function heights(): Plugin {
  return {
    name: "heights",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === "asset" && file.fileName.endsWith(".css"))
          file.source = withHeights(Buffer.from(file.source).toString());
    },
  };
}
