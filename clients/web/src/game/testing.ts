/** What tests of pages share. */

import { onTestFinished } from "vitest";
import type { Life } from "./life.svelte";

/** Ends a page with its test: it would go on listening to the window that the next tests share. */
export function endsWithTest<L extends Pick<Life<{ seat: object; dispose: () => void }>, "current">>(life: L): L {
  const kept = new WeakRef(life);
  onTestFinished(() => kept.deref()?.current.dispose());
  return life;
}
