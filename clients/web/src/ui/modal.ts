/** Opens a dialog over the page, and gives the focus back to where it was when the dialog goes. */

/** The heading has the focus at first, if there is one: it is read out, and no phone opens its keyboard. */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  dialog.querySelector("h2")?.focus();
  return () => {
    // A dialog that is taken out of the page, and not closed, gives nothing back by itself.
    const isLost = document.activeElement === document.body || dialog.contains(document.activeElement);
    if (!isLost) return;
    const below = [...document.querySelectorAll<HTMLElement>("dialog[open] h2")].filter((one) => !dialog.contains(one));
    const back = before instanceof HTMLElement && before.isConnected ? before : below.at(-1);
    back?.focus({ preventScroll: true });
  };
}
