/**
 * The size of the letters of all options of a question: the largest with which every text is whole in its tile.
 *
 * It is found by trying, so it is right for every script and font. Sizes are shares of the screen's height, since a
 * stage is read from the last row. Where not even the smallest size fits, the view is told (`data-tight`), and what
 * stands around the options gives way.
 */

/** 20 px on a screen of 720: docs/design.md. */
const LEAST = 0.0279;
const MOST = 0.075;
/** Texts that can stay on one line do, as long as they are larger than this. */
const ONE_LINE = 0.042;
const FEW_LETTERS = 24;
/** Below it the stage scrolls like any page, and letters have the size of a page. */
const SHARED_HEIGHT = "(min-width: 48rem) and (min-height: 34rem)";

/** The largest size, to half a pixel, that fits; `least` where none does. */
export function largest(least: number, most: number, fits: (size: number) => boolean): number {
  let [low, high] = [least, most];
  if (fits(high)) return high;
  while (high - low > 0.5) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Keeps the letters of a list of tiles at their size, also when the screen changes. */
export function fitLetters(list: HTMLElement): () => void {
  const screen = list.closest<HTMLElement>("[data-screen]");
  const view = list.closest<HTMLElement>("main, [data-screen]") ?? list;
  const tiles = [...list.children] as HTMLElement[];
  const texts = [...list.querySelectorAll<HTMLElement>(".text")];

  function fit(): void {
    view.removeAttribute("data-tight");
    list.removeAttribute("data-lines");
    list.style.removeProperty("--letters");
    if (!screen && !matchMedia(SHARED_HEIGHT).matches) return;
    const height = screen?.clientHeight ?? innerHeight;
    const [least, most] = [LEAST * height, MOST * height];
    // Not `scrollHeight`: it also counts how far a tile that is still rising has to go.
    const end = list.offsetTop + list.offsetHeight + 1;
    const whole = () => tiles.every((tile) => tile.offsetTop + tile.offsetHeight <= end);
    const unbroken = () => texts.every((text) => text.scrollWidth <= text.clientWidth + 1);
    const apply = (size: number) => list.style.setProperty("--letters", `${size}px`);
    const tried = (fits: () => boolean) => (size: number) => {
      apply(size);
      return fits();
    };
    const settle = (lines: string, fits: () => boolean): number => {
      list.dataset.lines = lines;
      const size = largest(least, most, tried(fits));
      apply(size);
      return size;
    };
    const short = texts.every((text) => text.textContent.length <= FEW_LETTERS);
    if (short && settle("one", () => whole() && unbroken()) >= ONE_LINE * height) return;
    settle("words", () => whole() && unbroken());
    if (!unbroken()) settle("letters", whole);
    view.toggleAttribute("data-tight", !whole());
  }

  fit();
  const observer = new ResizeObserver(fit);
  observer.observe(view);
  if (document.fonts.status !== "loaded") void document.fonts.ready.then(fit);
  return () => observer.disconnect();
}
