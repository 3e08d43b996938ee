/** Asks once, when a page is left while something of it is kept nowhere. Browsers ask in words of their own. */

const unsaved = new Set<string>();
let asked = false;

function leaving(event: BeforeUnloadEvent): void {
  if (asked) return;
  asked = true;
  event.preventDefault();
  // For browsers that go by the value alone.
  event.returnValue = true;
}

/** Says whether a thing, by its name, would be lost. A page that would lose nothing has no listener, which would cost it its place in the history. */
export function wouldBeLost(thing: string, lost: boolean): void {
  if (lost) unsaved.add(thing);
  else unsaved.delete(thing);
  if (unsaved.size > 0) addEventListener("beforeunload", leaving);
  else removeEventListener("beforeunload", leaving);
}
