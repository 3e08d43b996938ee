/** The positions of a slider, as exact decimal texts: 0.1 + 0.2 is 0.3 here. */

import type { PublicQuestion } from "../../wire/protocol";

export interface Slider {
  /** The index of the last position; the first is 0. */
  steps: number;
  value: (step: number) => string;
  stepOf: (value: string) => number;
}

/** The slider of a question; null where the number is typed. */
export function sliderOf({ min, max, step }: Pick<PublicQuestion, "min" | "max" | "step">): Slider | null {
  if (min == null || max == null || step == null) return null;
  const places = Math.max(...[min, max, step].map((text) => (text.split(".")[1] ?? "").length));
  const whole = (text: string) =>
    BigInt(text.replace(/(?:\.(\d*))?$/, (_, fraction = "") => (fraction as string).padEnd(places, "0")));
  const [low, high, by] = [whole(min), whole(max), whole(step)];
  return {
    steps: Number((high - low) / by),
    value: (position) => decimal(low + BigInt(position) * by, places),
    stepOf: (value) => Number((whole(value) - low) / by),
  };
}

function decimal(mantissa: bigint, places: number): string {
  const digits = String(mantissa < 0n ? -mantissa : mantissa).padStart(places + 1, "0");
  const fraction = places > 0 ? digits.slice(-places).replace(/0+$/, "") : "";
  const sign = mantissa < 0n ? "-" : "";
  return sign + (places > 0 ? digits.slice(0, -places) : digits) + (fraction && `.${fraction}`);
}
