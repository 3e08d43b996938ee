/**
 * Tells people who use a screen reader what happened: one polite and one assertive live region a page,
 * which must be there, empty, before anything is said.
 */

export type Urgency = "polite" | "assertive";

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

/** Says `text`; the same text twice is said twice. */
export function announce(text: string, urgency: Urgency = "polite"): void {
  const region = regions.get(urgency);
  if (!region) return;
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
}
