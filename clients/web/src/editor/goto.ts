/** Where a problem is put right: the field by its id, in the middle of the page, with the focus. */

export function goTo(field: string): void {
  const place = document.getElementById(field);
  place?.scrollIntoView({ block: "center" });
  // A group has no focus of its own: the first thing to mark in it has.
  const target = place?.matches("fieldset")
    ? place.querySelector<HTMLElement>("input[type=radio], input[type=checkbox]")
    : place;
  target?.focus({ preventScroll: true });
}
