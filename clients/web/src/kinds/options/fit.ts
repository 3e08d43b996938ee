/**
 * The size of letters that fills a tile: as large as the longest text allows, on one to four lines, so that all
 * tiles of a question have the same. Reckoned in CSS from the tile's own size, so nothing is measured.
 */

const MOST_LINES = 4;
/** Widths of an average letter, in em. */
const NARROW_EM = 0.53;
const WIDE_EM = 1.02;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;
/** What stands beside the text: the badge, and in results the sign and the count. */
const BADGE_EM = 3.1;
const COUNT_EM = 4;

/** A CSS length for `font-size` inside a size container. @param counted whether a bar and a number are in the tile. */
export function fittingSize(texts: readonly string[], counted: boolean): string {
  const whole = Math.max(...texts.map(widthOf));
  const word = Math.max(...texts.flatMap((text) => text.split(/\s+/).map(unbrokenWidth)));
  const beside = BADGE_EM + (counted ? COUNT_EM : 0);
  const sizes = Array.from({ length: MOST_LINES }, (_, more) => {
    const lines = more + 1;
    // Lines do not break where it would be ideal.
    const widest = Math.max(word, lines === 1 ? whole : (whole / lines) * 1.15);
    const height = `(100cqh - ${counted ? 2.6 : 1}rem) / ${(lines * 1.2).toFixed(2)}`;
    return `min((100cqw - 3.5rem) / ${(widest + beside).toFixed(2)}, ${height})`;
  });
  return `clamp(0.75rem, max(${sizes.join(", ")}), 4.5rem)`;
}

function widthOf(text: string): number {
  return Array.from(text).reduce((width, letter) => width + (WIDE.test(letter) ? WIDE_EM : NARROW_EM), 0);
}

/** Lines break between wide letters, and inside what is longer than any word. */
function unbrokenWidth(word: string): number {
  return WIDE.test(word) ? WIDE_EM : Math.min(word.length, 24) * NARROW_EM;
}
