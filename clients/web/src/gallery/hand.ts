/** What a person does on a page of the gallery, by the texts that they see. */

import { type TextKey, t } from "../i18n/i18n.svelte";

export type Step = () => Promise<void>;

const NAMED = "button, a, summary, label.button";

/** Presses the control whose name or text is this. */
export function press(key: TextKey, values?: Record<string, string | number>): Step {
  return async () => (await there(NAMED, () => t(key, values))).click();
}

/** Presses what a selector finds. */
export function click(selector: string): Step {
  return async () => (await there(selector, () => "")).click();
}

/** Types into a field that a selector finds. */
export function type(selector: string, text: string): Step {
  return async () => {
    const field = (await there(selector, () => "")) as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

/** Presses a key of the keyboard. */
export function key(name: string): Step {
  return () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    return Promise.resolve();
  };
}

/** Waits for what a selector finds. */
export function seen(selector: string): Step {
  return async () => void (await there(selector, () => ""));
}

/** The first element of a selector with this name, as soon as it is there. */
function there(selector: string, name: () => string): Promise<HTMLElement> {
  const find = () =>
    [...document.querySelectorAll<HTMLElement>(selector)].find((one) => {
      const wanted = name();
      // A button that rests for a moment cannot be pressed yet.
      if (one.ariaDisabled === "true" && selector === NAMED) return false;
      return wanted === "" || (one.ariaLabel ?? one.textContent).trim() === wanted;
    });
  return new Promise((resolve) => {
    const now = find();
    if (now) return resolve(now);
    const observer = new MutationObserver(() => {
      const found = find();
      if (!found) return;
      observer.disconnect();
      resolve(found);
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
}
