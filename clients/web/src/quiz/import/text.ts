/** From bytes to text: byte order marks, UTF-16, UTF-8, or else the code page that Excel writes in Western Europe. */

export interface Decoded {
  text: string;
  encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
}

/** The text of a file, with line feeds as its only line ends and without a byte order mark. */
export function decode(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  return { text: lines(text.replace(/^\ufeff/, "")), encoding };
}

function encodingOf(bytes: Uint8Array): Decoded["encoding"] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const wide = withoutMark(bytes);
  if (wide) return wide;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return mostlyUtf8(bytes) ? "utf-8" : "windows-1252";
  }
}

/** UTF-16 without a mark: nearly every second byte of a Western text is zero. */
function withoutMark(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 8) return null;
  const zeros = [0, 0];
  for (let at = 0; at < length; at++) if (bytes[at] === 0) zeros[at & 1]!++;
  if (zeros[1]! > length * 0.3 && zeros[0]! < length * 0.05) return "utf-16le";
  if (zeros[0]! > length * 0.3 && zeros[1]! < length * 0.05) return "utf-16be";
  return null;
}

/** A few broken bytes in a text that otherwise has well-formed characters beyond ASCII. */
function mostlyUtf8(bytes: Uint8Array): boolean {
  let good = 0;
  let bad = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) continue;
    const more =
      byte >= 0xc2 && byte < 0xe0 ? 1 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xf0 && byte < 0xf5 ? 3 : 0;
    let whole = more > 0;
    for (let next = 1; next <= more; next++) if ((bytes[at + next]! & 0xc0) !== 0x80) whole = false;
    if (whole) {
      good++;
      at += more;
    } else bad++;
  }
  return good > bad * 4;
}

/** All line ends (Windows, old Macs, Unicode's own) as line feeds. */
export const lines = (text: string): string => text.replace(/\r\n?|\u2028|\u2029|\u0085/g, "\n");

const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff\u200b\u2060]/g;

/** Whole characters are kept, halves of them are not. */
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

/** A field as it is kept: whole characters only, no controls, no white space at its ends, no runs of empty lines. */
export function clean(text: string): string {
  return lines(text)
    .replace(PAIRS, (pair) => (pair.length === 2 ? pair : "\ufffd"))
    .replace(CONTROLS, "")
    .replace(/\u00a0/g, " ")
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** The same, on one line. */
export const oneLine = (text: string): string => clean(text).replace(/\s+/g, " ");

/** The beginning of a text, for a message. */
export function excerpt(text: string, characters = 60): string {
  const line = oneLine(text);
  const letters = [...line.slice(0, characters * 2 + 2)];
  return letters.length > characters ? `${letters.slice(0, characters - 1).join("")}…` : line;
}
