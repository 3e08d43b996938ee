/** Digits of all scripts as those from 0 to 9: each script has its ten in a row. */
export function latinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    let value = 0;
    for (let code = digit.codePointAt(0)! - 1; value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code)); code--) value++;
    return /[0-9]/.test(digit) ? digit : String(value);
  });
}

/** The digits and signs of a number as Latin script has them: minus, decimal point and comma. */
export function latinNumber(text: string): string {
  return latinDigits(text)
    .replace(/[−–—﹣－]/gu, "-")
    .replace(/٫/gu, ".")
    .replace(/[，、]/gu, ",");
}
