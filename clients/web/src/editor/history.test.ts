import fc from "fast-check";
import { expect, test } from "vitest";
import { EMPTY, type History, noted, redone, undone } from "./history";

test("undone and done again, everything is as it was, whatever was done", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 150 }), (states) => {
      let history: History<number> = EMPTY;
      let now = -1;
      for (const [at, state] of states.entries()) {
        history = noted(history, now, null, at);
        now = state;
      }
      const seen = [now];
      for (let step = undone(history, now); step; step = undone(history, now)) {
        [history, now] = [step.history, step.back];
        seen.push(now);
      }
      expect(seen).toEqual([-1, ...states].reverse());
      for (let step = redone(history, now); step; step = redone(history, now)) {
        [history, now] = [step.history, step.back];
        expect(now).toBe(seen[seen.length - 1 - history.past.length]);
      }
      expect(now).toBe(states.at(-1));
    }),
  );
});

test("what is typed in one place is one step, until it rests or goes on elsewhere", () => {
  let history: History<string> = EMPTY;
  history = noted(history, "", "text", 0);
  history = noted(history, "W", "text", 900);
  history = noted(history, "Wh", "text", 1800);
  expect(history.past).toEqual([""]);
  expect(noted(history, "Who", "text", 2801).past).toEqual(["", "Who"]);
  expect(noted(history, "Who", "title", 1900).past).toEqual(["", "Who"]);
  expect(noted(history, "Who", null, 1900).past).toEqual(["", "Who"]);
});

test("after an edit nothing is left to be done again", () => {
  const { history } = undone(noted<string>(EMPTY, "a", null, 0), "b")!;
  expect(redone(history, "a")?.back).toBe("b");
  expect(redone(noted(history, "a", null, 1), "c")).toBeNull();
});

test("at most 200 steps are remembered", () => {
  let history: History<number> = EMPTY;
  for (let step = 0; step < 250; step++) history = noted(history, step, null, step);
  expect(history.past).toHaveLength(200);
  expect(history.past.at(-1)).toBe(249);
});
