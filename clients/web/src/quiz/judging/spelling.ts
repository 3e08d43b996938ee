/** What counts as a slip: a twin of `coordinator/engine/spelling.py`, by optimal string alignment distance. */

const ONE_SLIP_FROM = 4;
export const TWO_SLIPS_FROM = 8;
const ROMAN = /^m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})$/i;

export function slipsAllowed(variant: string): number {
  const { length } = Array.from(variant);
  return length < ONE_SLIP_FROM ? 0 : length < TWO_SLIPS_FROM ? 1 : 2;
}

/** The words in which no slip is allowed: those with a digit, and Roman numerals. */
export function fixedWords(text: string): string {
  const words = text.split(" ").filter((word) => /[0-9]/.test(word) || (word !== "" && ROMAN.test(word)));
  return words.join(" ");
}

/** The distance of two texts, where a swap of neighbours is one step. */
export function distance(one: string, other: string): number {
  const [a, b] = [Array.from(one), Array.from(other)];
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const [last, row] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= b.length; j++) {
      const steps = [last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps.push(rows[i - 2]![j - 2]! + 1);
      row.push(Math.min(...steps));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
