/** Begins a new view: at its top, with the focus on its heading, so that keyboard and screen reader go where the eye goes. */
export function takeFocus(heading: HTMLElement): void {
  if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}
