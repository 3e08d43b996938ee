/** HTML as plain text: nothing of it is run or fetched; signs that a number hangs on are kept. */

import { ENTITIES } from "./entities";

const BLOCK = new Set(
  "address article blockquote br dd div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tbody thead tr ul".split(
    " ",
  ),
);
const INLINE = new Set(
  "a abbr acronym audio b bdi bdo big button canvas caption center cite code col colgroup del dfn em embed font footer html body head i iframe img input ins kbd label link mark meta nav nobr noscript o:p object optgroup option param picture q s samp select small source span strike strong sub summary details sup svg td textarea tfoot th time title track tt u var video wbr math mrow mi mn mo msup msub mfrac msqrt mtext".split(
    " ",
  ),
);
const SILENT = /<(script|style|title|head)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;
const TAG = /<!--[\s\S]*?-->|<!doctype[^>]*>|<(\/?)([a-z][a-z0-9:]*)((?:\s|\/)(?:[^<>"']|"[^"]*"|'[^']*')*)?>/gi;
const RAISED: Record<string, string> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "+": "⁺",
  "-": "⁻",
  "−": "⁻",
  n: "ⁿ",
};
const LOWERED: Record<string, string> = {
  "0": "₀",
  "1": "₁",
  "2": "₂",
  "3": "₃",
  "4": "₄",
  "5": "₅",
  "6": "₆",
  "7": "₇",
  "8": "₈",
  "9": "₉",
  "+": "₊",
  "-": "₋",
  "−": "₋",
};

/** The named and numbered characters of HTML as themselves. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,31}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Whether the text has HTML tags that are known as such. */
export function hasTags(text: string): boolean {
  for (const [, , name] of text.matchAll(TAG)) if (name === undefined || isTag(name)) return true;
  return false;
}

const isTag = (name: string) => BLOCK.has(name.toLowerCase()) || INLINE.has(name.toLowerCase());

/** What a browser would show of it as text. Angle brackets that are no HTML tag stay. */
export function htmlToText(html: string): string {
  if (!/[<&]/.test(html)) return html;
  const text = scripts(html.replace(SILENT, ""))
    .replace(/\s+/g, (space) => (/\n/.test(space) ? "\n" : space))
    .replace(TAG, (whole, end: string | undefined, name: string | undefined, rest: string | undefined) => {
      if (name === undefined) return "";
      if (!isTag(name)) return whole;
      if (name.toLowerCase() === "img") return alternative(rest ?? "");
      const lower = name.toLowerCase();
      return BLOCK.has(lower) ? "\n" : (lower === "td" || lower === "th") && end === "/" ? "\t" : "";
    });
  return decodeEntities(text);
}

/** `10<sup>3</sup>` would else become 103. */
function scripts(html: string): string {
  return html.replace(/<(sup|sub)\b[^<>]*>([^<>]{1,12})<\/\1\s*>/gi, (_, name: string, inner: string) => {
    const table = name.toLowerCase() === "sup" ? RAISED : LOWERED;
    const signs = [...decodeEntities(inner).trim()];
    if (signs.every((sign) => Object.hasOwn(table, sign))) return signs.map((sign) => table[sign]).join("");
    return name.toLowerCase() === "sup" ? `^${inner}` : inner;
  });
}

/** Canvas and Moodle put formulas into pictures whose alternative text is the formula. */
function alternative(attributes: string): string {
  if (!/equation|math|tex/i.test(attributes)) return "";
  const [, double, single] = /\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes) ?? [];
  return (double ?? single ?? "").replace(/^LaTeX:\s*/i, "");
}

/** The addresses of the pictures in it. */
export function pictures(html: string): string[] {
  return [...html.matchAll(/<img\b[^<>]*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(([, double, single]) =>
    decodeEntities(double ?? single ?? ""),
  );
}
