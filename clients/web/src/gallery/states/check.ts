/** What the page says that checks a network. */

import type { State, States } from "../state";

const check = (change: Partial<State>): State => ({
  page: "check",
  address: "/check",
  main: "check.again",
  reached: { host: "quiz.example", refuses: null },
  ...change,
});

export const CHECK: States = {
  "check-through": check({ main: "check.join" }),
  "check-blocked": check({ connects: "never" }),
  "check-cut": check({ connects: "once" }),
  "check-refused": check({ reached: { host: "a-gateway-with-a-long-name.internal:8000", refuses: "origin" } }),
  "check-full": check({ reached: { host: "quiz.example", refuses: "full" } }),
  "check-away": check({ reached: undefined }),
};
