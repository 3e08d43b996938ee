/**
 * Texts as the server compares them: a twin of `coordinator/engine/normalising.py`, for the editor's "would this count?".
 *
 * The cases in `cases.json` come from the engine, and a test compares.
 */

import { latinDigits } from "../../i18n/digits";

const MOST_CHARACTERS = 400;
const SAME: Record<string, string> = {
  ...Object.fromEntries(Array.from("‘’‚‛‹›′`´ʼʹ", (quote) => [quote, "'"])),
  ...Object.fromEntries(Array.from("“”„‟«»″", (quote) => [quote, '"'])),
  ...Object.fromEntries(Array.from("‐‑‒–—―−﹘﹣－", (dash) => [dash, "-"])),
  ...{ ß: "ss", ẞ: "SS", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", ł: "l", Ł: "L", đ: "d", Đ: "D" },
};
const AT_ENDS = /^[ .,;:!?'"()]+|[ .,;:!?'"()]+$/g;
const STRIPPED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
/** Marks that no letter is combined with: they end a run of accents. */
const NO_ACCENT = /[\u034f\ufe00-\ufe0f]/;
const ARTICLE =
  /^(?:(?:the|an?|der|die|das|den|dem|des|eine?[mnrs]?|les?|la|une?|des|el|los|las|una|unos|unas|il|lo|gli|os?|as|um|uma|het|een) |l')/i;

export interface Exact {
  case: boolean;
  accents: boolean;
}

export function normalised(typed: string, exact: Exact): string {
  let text = latinDigits(Array.from(typed.normalize("NFKC"), plain).join(""));
  if (!exact.case) text = Array.from(text, folded).join("");
  if (!exact.accents) text = withoutAccents(text);
  text = Array.from(text.normalize("NFKC"), (character) => SAME[character] ?? character).join("");
  text = text.split(" ").filter(Boolean).join(" ");
  let bare = text.replace(AT_ENDS, "");
  const article = ARTICLE.exec(bare);
  if (article) bare = bare.slice(article[0].length).replace(AT_ENDS, "") || bare;
  return Array.from(bare || text)
    .slice(0, MOST_CHARACTERS)
    .join("");
}

/** Any space as a space, nothing for what cannot be seen. */
function plain(character: string): string {
  if (/[\s\x1c-\x1f\x85]/.test(character) && character !== "\ufeff") return " ";
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(character) ? "" : character;
}

/** As Unicode's full case folding, where lower case is another thing. */
function folded(character: string): string {
  const lower = character.toLowerCase();
  if (/^[ßẞ]$/.test(character)) return "ss";
  if (lower === "ς") return "σ";
  if (lower === "ſ") return "s";
  const parts = lower.normalize("NFD");
  return parts.includes("\u0345") ? parts.replaceAll("\u0345", "ι").normalize("NFC") : lower;
}

/** Without combining marks behind letters of scripts where they are accents; elsewhere they are letters. */
function withoutAccents(text: string): string {
  let strips = false;
  const kept = Array.from(text.normalize("NFD")).filter((character) => {
    const isMark = /\p{Mn}/u.test(character) && !NO_ACCENT.test(character);
    if (!isMark) strips = STRIPPED.test(character);
    return !isMark || !strips;
  });
  return kept.join("").normalize("NFC");
}
