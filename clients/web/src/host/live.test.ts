import { expect, test } from "vitest";
import type { View } from "../game/reducer";
import type { LiveTally, Tally } from "../wire/protocol";
import { liveResults } from "./live";

const live = (tally: Tally): LiveTally => ({ type: "live_tally", question: 2, tally });
const view = (tally?: Tally) => ({ answered: 3, total: 9, live_tally: tally && live(tally) }) as View;

test("what was written is drawn as results, without anything that is told after the close only", () => {
  const tally = { words: [{ text: "calm", count: 3 }], distinct: 1 };
  expect(liveResults(view(tally))).toMatchObject({ question: 2, answered: 3, total: 9, tally, explanation: null });
  expect(liveResults(view({ texts: ["More light"], count: 5 }))?.tally?.texts).toEqual(["More light"]);
});

test("nothing is drawn while there is nothing to be seen", () => {
  expect(liveResults(view())).toBeUndefined();
  expect(liveResults(view({ words: [], distinct: 0 }))).toBeUndefined();
  expect(liveResults(view({ texts: [], count: 5 }))).toBeUndefined();
});
