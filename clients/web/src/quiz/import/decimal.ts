/** Decimal numbers as text, computed exactly: 0.1 + 0.2 is 0.3 here. */

interface Decimal {
  /** The number is `digits` / 10^`scale`. */
  digits: bigint;
  scale: number;
}

const FORM = /^([+\-−]?)(\d*)(?:[.,](\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

function parse(text: string): Decimal | undefined {
  const [, sign, whole = "", part = "", exponent = "0"] = FORM.exec(text.trim()) ?? [];
  if (sign === undefined || whole + part === "" || whole.length + part.length > 40) return undefined;
  const scale = part.length - Number(exponent);
  const digits = BigInt(whole + part) * (sign === "" || sign === "+" ? 1n : -1n);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

function print({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? "-" : "";
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  const part = scale > 0 ? all.slice(-scale).replace(/0+$/, "") : "";
  return `${sign}${scale > 0 ? all.slice(0, -scale) : all}${part && `.${part}`}`.replace(/^-0$/, "0");
}

/** The number in its shortest form with a point, or undefined where the text is none. */
export function decimal(text: string | undefined): string | undefined {
  const read = parse(text ?? "");
  return read && print(read);
}

/** The middle of a range, and how far it reaches to both sides. */
export function middle(from: string, to: string): { value: string; tolerance: string } | undefined {
  const a = parse(from);
  const b = parse(to);
  if (!a || !b) return undefined;
  const scale = Math.max(a.scale, b.scale);
  const [low, high] = [a, b]
    .map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own))
    .sort((x, y) => (x < y ? -1 : 1)) as [bigint, bigint];
  // Halves need one more digit.
  return {
    value: print({ digits: (low + high) * 5n, scale: scale + 1 }),
    tolerance: print({ digits: (high - low) * 5n, scale: scale + 1 }),
  };
}

/** `percent` of the number, without its sign. */
export function percentOf(value: string, percent: string): string | undefined {
  const a = parse(value);
  const b = parse(percent);
  if (!a || !b) return undefined;
  const digits = a.digits * b.digits;
  return print({ digits: digits < 0n ? -digits : digits, scale: a.scale + b.scale + 2 });
}

/** Whether `from` ≤ `value` ≤ `to`. */
export function between(from: string, value: string, to: string): boolean {
  const [a, b, c] = [from, value, to].map(parse);
  if (!a || !b || !c) return false;
  const scale = Math.max(a.scale, b.scale, c.scale);
  const [low, at, high] = [a, b, c].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [
    bigint,
    bigint,
    bigint,
  ];
  return low <= at && at <= high;
}

/** The distance of two numbers. */
export function distance(from: string, to: string): string | undefined {
  const range = middle(from, to);
  const half = range && parse(range.tolerance);
  return half && print({ digits: half.digits * 2n, scale: half.scale });
}
