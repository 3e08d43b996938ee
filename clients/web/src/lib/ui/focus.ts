/** Moves the focus to the heading of a new view, so that keyboard and screen reader go where the eye goes. */
export function takeFocus(heading: HTMLElement): void {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
