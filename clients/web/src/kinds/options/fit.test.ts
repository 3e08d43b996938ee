import { expect, test } from "vitest";
import { fittingSize } from "./fit";

/** What a browser makes of the size in a tile of so many pixels, at 16 pixels a rem. */
function pixels(size: string, width: number, height: number): number {
  const script = size
    .replace(/([\d.]+)cqw/g, (_, n: string) => String((Number(n) * width) / 100))
    .replace(/([\d.]+)cqh/g, (_, n: string) => String((Number(n) * height) / 100))
    .replace(/([\d.]+)rem/g, (_, n: string) => String(Number(n) * 16));
  const clamp = (least: number, value: number, most: number) => Math.max(least, Math.min(value, most));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what `fittingSize` wrote is what is tried
  return new Function("min", "max", "clamp", `return ${script}`)(Math.min, Math.max, clamp) as number;
}

test("letters grow with the tile", () => {
  const size = fittingSize(["True", "False"], false);
  expect(pixels(size, 600, 300)).toBeGreaterThan(60);
  expect(pixels(size, 600, 60)).toBeLessThan(40);
});

test("the longest text decides", () => {
  const short = fittingSize(["Rome", "Oslo"], false);
  const long = fittingSize(["Rome", "A city that has a very long name which fills several lines"], false);
  expect(pixels(long, 600, 150)).toBeLessThan(pixels(short, 600, 150));
  expect(pixels(long, 600, 300)).toBeGreaterThan(pixels(long, 600, 100));
});

test("wide letters need more room, and a count does too", () => {
  expect(pixels(fittingSize(["東京都庁舎展望室"], false), 400, 150)).toBeLessThan(
    pixels(fittingSize(["Tokyo to"], false), 400, 150),
  );
  expect(pixels(fittingSize(["Nairobi"], true), 400, 150)).toBeLessThan(
    pixels(fittingSize(["Nairobi"], false), 400, 150),
  );
});
