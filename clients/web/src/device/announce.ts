/**
 * Tells people who use a screen reader what happened: one polite and one assertive live region a page,
 * which must be there, empty, before anything is said. What is said while something else is being read waits for its
 * turn: a region keeps its lines for a while, and a screen reader reads those that are added.
 */

export type Urgency = "polite" | "assertive";

/** So long a line stays, and is not said again. */
const STAYS_MS = 5_000;
const regions = new Map<Urgency, HTMLElement>();

/** Puts the live regions into the page; call once at start. */
export function prepareAnnouncements(): void {
  for (const urgency of ["polite", "assertive"] as const) {
    const region = document.createElement("div");
    region.className = "visually-hidden";
    region.setAttribute("aria-live", urgency);
    document.body.append(region);
    regions.set(urgency, region);
  }
}

/** Says `text`, after what was said before it; what was said a moment ago is not said twice. */
export function announce(text: string, urgency: Urgency = "polite"): void {
  const region = regions.get(urgency);
  if (!region || text === "") return;
  if (Array.from(region.children, (line) => line.textContent).includes(text)) return;
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  setTimeout(() => line.remove(), STAYS_MS);
}
