// @vitest-environment happy-dom
/**
 * The law of resuming, for page and controllers: what is shown after a cut anywhere is what would have been shown without
 * it. `view(messages[..k] + resumed(k) + messages[k..]) = view(messages)`.
 */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Conversation, type Step, conversations } from "./conversation";
import { Page, WAYS, type Way, isSame } from "./page.svelte";

const CUTS = 5_000;
/** Steps that a cut may swallow. */
const MOST_MISSED = 6;
const MOST_TRIES = 100;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A small generator of numbers from 0 to 1, the same in each run. */
function chance(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Not where the person does something, who would see that the connection is gone. While the quiz is paused nobody knows
 * whether a stage that is away would have turned to the leaderboard before.
 */
function canBeMissed(step: Step | undefined): boolean {
  return Boolean(step?.resumed && !step.does && !step.resumed.session.paused);
}

interface Cut {
  way: Way;
  /** The step in which the connection goes, and how much of what is said in it is heard. */
  step: number;
  heard: number;
  /** The step after which it is back. */
  back: number;
}

/** Whether the host of a conversation turns to the leaderboard by hand, which nobody does on a page that is away. */
const turns = (index: number) => index % 2 === 0;

/** A cut, or null where the page could not come back after that step. */
function drawn({ steps, who }: Conversation, random: () => number, most_missed: number): Cut | null {
  const step = 1 + Math.floor(random() * (steps.length - 1));
  const way = WAYS[Math.floor(random() * WAYS.length)]!;
  const heard = Math.floor(random() * (steps[step]!.said.length + 1));
  let back = step;
  const missed = random() < 0.5 ? 0 : Math.floor(random() * most_missed);
  while (back - step < missed && canBeMissed(steps[back + 1])) back++;
  const { resumed, settled } = steps[back]!;
  // What a host has not been told yet is told with the whole picture, and then not again: it was recorded otherwise.
  return resumed && (settled || who === "player") ? { way, step, heard, back } : null;
}

/** What is shown after each step; with a cut, from the step after which the page is back. */
async function shown(
  conversation: Conversation,
  byHand: boolean,
  way: Way | null,
  cut?: Cut,
): Promise<(object | null)[]> {
  const page = new Page(conversation);
  const views: (object | null)[] = [];
  for (const [index, step] of conversation.steps.entries()) {
    const away = cut && index >= cut.step && index <= cut.back;
    await page.until(step);
    if (!away) await page.hears(step.said);
    else if (index === cut.step) {
      await page.hears(step.said.slice(0, cut.heard));
      page.lose(cut.way);
    }
    if (away && index === cut.back) await page.comesBack(step, cut.way);
    page.draws();
    views.push(cut && index < cut.back ? null : page.shows(step.settled, way));
    if (byHand && index % 2 === 0) page.turns();
  }
  page.dispose();
  return views;
}

test("a cut anywhere changes nothing that is shown", { timeout: 900_000 }, async () => {
  const all = conversations();
  vi.spyOn(Math, "random").mockReturnValue(0);
  const random = chance(1);
  let cuts = 0;
  const games = new Set<string>();
  for (const [index, conversation] of all.entries()) {
    games.add(conversation.name.split(",")[0]!);
    const reference = new Map<boolean, (object | null)[]>();
    const wanted = Math.ceil(((index + 1) * CUTS) / all.length);
    for (let tries = 0; cuts < wanted && tries < MOST_TRIES; tries++) {
      const cut = drawn(conversation, random, turns(index) ? 0 : MOST_MISSED);
      if (!cut) continue;
      cuts++;
      const tab = cut.way === "second tab";
      if (!reference.has(tab)) reference.set(tab, await shown(conversation, turns(index), tab ? cut.way : null));
      const views = await shown(conversation, turns(index), cut.way, cut);
      const wantedViews = reference.get(tab)!;
      const wrong = views.findIndex((view, after) => after >= cut.back && !isSame(view, wantedViews[after]));
      if (wrong < 0) continue;
      const name = `${conversation.name}, ${JSON.stringify(cut)}, step ${wrong}`;
      expect(views[wrong], name).toEqual(wantedViews[wrong]);
      expect.unreachable(name);
    }
  }
  expect(games.size).toBeGreaterThanOrEqual(200);
  expect(cuts).toBe(CUTS);
});
