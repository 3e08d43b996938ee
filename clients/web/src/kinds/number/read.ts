/**
 * Numbers as people type them, in any script and with the signs of any country: `1,234.5`, `1.234,5`, `1 234.5`, `−3`, `½`.
 *
 * What could be read in two ways is not guessed: `1.234` is a thousand and more in one country and one and a bit in another.
 */

import { latinNumber } from "../../i18n/digits";

export interface Reading {
  /** The number as it is sent, with a point as its decimal sign; null: it is none. */
  value: string | null;
  /** The other way to read it, where there is one. */
  other?: string;
}

const FRACTIONS: Record<string, string> = { "½": ".5", "¼": ".25", "¾": ".75" };
const MOST_DIGITS = 20;

/** @param unit - is left out where it was typed, too */
export function readNumber(typed: string, unit = ""): Reading {
  let text = typed.normalize("NFC").trim();
  if (unit && text.toLowerCase().endsWith(unit.toLowerCase())) text = text.slice(0, -unit.length);
  text = latinNumber(text)
    .replace(/[\s'’٬_]/gu, "")
    .replace(/^(-?\d*)([½¼¾])$/u, (_, whole: string, fraction: string) => `${whole}${FRACTIONS[fraction]}`);
  const [, sign, body] = /^([+-]?)([\d.,]*\d)$/.exec(text) ?? [];
  if (body === undefined || body.replace(/\D/g, "").length > MOST_DIGITS) return { value: null };
  const read = parts(body);
  if (!read) return { value: null };
  const minus = sign === "-" ? "-" : "";
  const [value, other] = read.map((one) => minus + plain(one));
  return other === undefined ? { value: value! } : { value: value!, other };
}

/** One or two ways to read digits with points and commas. */
function parts(body: string): string[] | null {
  const points = body.split(".").length - 1;
  const commas = body.split(",").length - 1;
  if (points === 0 && commas === 0) return [body];
  if (points > 0 && commas > 0) {
    const [decimal, group] = body.lastIndexOf(".") > body.lastIndexOf(",") ? [".", ","] : [",", "."];
    const [whole = "", rest = "", more] = body.split(decimal);
    return more === undefined && grouped(whole, group) ? [`${whole.replaceAll(group, "")}.${rest}`] : null;
  }
  const separator = points > 0 ? "." : ",";
  if (points + commas > 1) return grouped(body, separator) ? [body.replaceAll(separator, "")] : null;
  const [whole = "", rest = ""] = body.split(separator);
  const fraction = `${whole || "0"}.${rest}`;
  const thousands = rest.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  return thousands ? [fraction, whole + rest] : [fraction];
}

const grouped = (whole: string, group: string) =>
  whole.split(group).every((part, at) => (at === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(part));

/** Without zeros that say nothing. */
function plain(text: string): string {
  const [whole = "", fraction = ""] = text.split(".");
  const rest = fraction.replace(/0+$/, "");
  return (whole.replace(/^0+(?=\d)/, "") || "0") + (rest ? `.${rest}` : "");
}

/** A number that travels as text, as the language writes it, digit for digit. */
export function shownNumber(text: string, locale: string): string {
  const [whole = "0", fraction] = text.split(".");
  // A year has no separator: "min2" is what newer browsers take, and older ones take it for "yes".
  const format = new Intl.NumberFormat(locale, { useGrouping: "min2" as unknown as boolean });
  const grouped = whole === "-0" ? "-0" : format.format(BigInt(whole));
  if (fraction === undefined) return grouped;
  const sign = format.formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".";
  return `${grouped}${sign}${fraction}`;
}
