/**
 * Shows one state: `/?state=NAME`, with `&lang=ar` in another language; `window.speak("de")` changes it. No server is
 * asked for anything but files.
 *
 * Time stands still and nothing moves, so that what is seen is how the state ends up. When it is there, the page's
 * root has the attribute `data-there`. `window.states` names them all.
 */

import { chooseLanguage, type Language, t } from "../i18n/i18n.svelte";
import { write } from "../device/storage";
import { serve } from "./server";
import { STATES } from "./states";

declare global {
  interface Window {
    drawn?: Set<string>;
    states?: string[];
    /** What one does next in this state, and whether it is read from the last row. */
    wanted?: { main: string; stage: boolean };
    speak?: (language: Language) => Promise<void>;
  }
}

const query = new URLSearchParams(location.search);
const name = query.get("state") ?? "";
const state = STATES[name];
window.drawn = new Set();
window.states = Object.keys(STATES);

function standStill(): void {
  const now = performance.now();
  performance.now = () => now;
  const look = window.matchMedia.bind(window);
  window.matchMedia = (wanted) => look(wanted.includes("prefers-reduced-motion") ? "all" : wanted);
  const still = document.createElement("style");
  still.textContent =
    "*,*::before,*::after{animation-duration:0s!important;animation-delay:0s!important;transition:none!important;caret-color:transparent!important}";
  document.head.append(still);
}

function forgotten(request: IDBOpenDBRequest): Promise<void> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done();
    request.onerror = () => failed(request.error ?? new Error("a database stays"));
  });
}

async function show(): Promise<void> {
  if (!state) return;
  localStorage.clear();
  sessionStorage.clear();
  for (const { name: kept } of await indexedDB.databases()) await forgotten(indexedDB.deleteDatabase(kept!));
  write("language", query.get("lang") ?? "en");
  await state.before?.();
  history.replaceState(null, "", state.address);
  document.documentElement.classList.toggle("stage", state.page === "host");
  if (state.links) {
    const note = document.createElement("meta");
    Object.assign(note, { name: "links", content: JSON.stringify(state.links) });
    document.head.append(note);
  }
  standStill();
  serve(state);
  if (state.page === "player") await Promise.all([import("../player/Game.svelte"), import("../player/main")]);
  else if (state.page === "host") await import("../host/main");
  else await import("../check/main");
  for (const step of state.steps ?? []) await step();
  const { main, stage = false } = state;
  window.speak = chooseLanguage;
  window.wanted = {
    get main() {
      return main ? t(main) : "";
    },
    stage,
  };
  await document.fonts.ready;
  // What a message changes is drawn some moments later.
  await new Promise((done) => setTimeout(done, 120));
}

await show();
document.documentElement.dataset.there = name;
