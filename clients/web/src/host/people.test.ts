import { expect, test } from "vitest";
import { SESSION } from "../wire/fakes";
import type { HostPlayer } from "../wire/protocol";
import { biggestClimber, held, missing, named } from "./people";

const person = (name: string, more: Partial<HostPlayer> = {}): HostPlayer => ({
  id: name,
  name,
  avatar: "",
  connected: true,
  answered: false,
  points: 0,
  extra_time_percent: 0,
  asks_extra_time: false,
  ...more,
});
const names = (players: HostPlayer[]) => players.map((player) => player.name);

test("missing are those who are here and have not answered", () => {
  const players = [person("Ada"), person("Bob", { answered: true }), person("Cy", { connected: false })];
  const view = { ...SESSION, role: "host" as const, players: new Map(players.map((player) => [player.id, player])) };
  expect(names(missing(view))).toEqual(["Ada"]);
});

test("names wait for the host where they are held, not where they are hidden", () => {
  const players = new Map([person("Player 1", { withheld: "a word" }), person("Ada")].map((one) => [one.id, one]));
  const view = { ...SESSION, role: "host" as const, players };
  expect(names(held({ ...view, settings: { ...view.settings, filter: "hold" } }))).toEqual(["Player 1"]);
  expect(held({ ...view, settings: { ...view.settings, filter: "hide" } })).toEqual([]);
});

test("a name is found without its capitals and accents", () => {
  const players = [person("Zoë"), person("Élise"), person("Omar")];
  expect(names(named(players, " ZOE "))).toEqual(["Zoë"]);
  expect(names(named(players, "elis"))).toEqual(["Élise"]);
  expect(named(players, "")).toHaveLength(3);
});

test("the biggest climber is the first of those who gained the most places, if it is more than one", () => {
  const entry = (name: string, rank: number, previous_rank: number | null) => ({
    rank,
    player_id: name,
    name,
    avatar: "",
    points: 0,
    delta: 0,
    previous_rank,
    streak: 0,
  });
  expect(biggestClimber([entry("Ada", 1, 4), entry("Bob", 2, 1), entry("Cy", 3, 9), entry("Di", 4, null)])).toEqual({
    name: "Cy",
    places: 6,
  });
  expect(biggestClimber([entry("Ada", 1, 2), entry("Bob", 2, 1)])).toBeNull();
  expect(biggestClimber([])).toBeNull();
});
