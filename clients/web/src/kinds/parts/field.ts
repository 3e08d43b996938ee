/** A field that is typed into: it stays in sight above the keyboard, and on a computer it has the focus at once. */

export function answerField(field: HTMLElement): () => void {
  const keepInSight = () => {
    if (document.activeElement === field) field.scrollIntoView({ block: "nearest" });
  };
  // A phone would open its keyboard over a question that nobody has read yet.
  if (matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
  visualViewport?.addEventListener("resize", keepInSight);
  return () => visualViewport?.removeEventListener("resize", keepInSight);
}
