/** The rest that the large button takes when its meaning changes: a press that was meant for the old one does nothing. */

import type { View } from "../game/reducer";
import type { Action } from "./actions";

/** Longer than a double press takes. */
export const REST_MS = 600;

/** Whether the button rests; for a component, whose button does `next` in this view. */
export function rest(view: () => View, next: () => Action | null): { readonly is: boolean } {
  const meaning = $derived(`${view().phase} ${view().question?.index} ${next()?.label}`);
  let is = $state(false);
  $effect(() => {
    void meaning;
    is = true;
    const timer = setTimeout(() => (is = false), REST_MS);
    return () => clearTimeout(timer);
  });
  return {
    get is() {
      return is;
    },
  };
}
