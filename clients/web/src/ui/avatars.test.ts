import { expect, test } from "vitest";
import { GALLERY, avatarUri, shuffledGallery } from "./avatars";

const svg = (seed: string) => decodeURIComponent(avatarUri(seed));
/** The ground and the figure: what is seen from afar. */
const colours = (seed: string) => (svg(seed).match(/fill="#[0-9a-f]{6}"/g) ?? []).slice(0, 2).join(" ");

test("there are at least fifty avatars, and no two have the same two colours", () => {
  expect(new Set(GALLERY.map(colours)).size).toBe(GALLERY.length);
  expect(GALLERY.length).toBeGreaterThanOrEqual(50);
});

test("a seed gives the same picture each time, drawn here", () => {
  expect(avatarUri("Ada")).toBe(avatarUri("Ada"));
  expect(avatarUri("Ada")).toMatch(/^data:image\/svg/);
  expect(avatarUri("Ada")).not.toBe(avatarUri("Grace"));
});

test("shuffling changes the order and nothing else", () => {
  let seed = 7;
  const shuffled = shuffledGallery(() => (seed = (seed * 16807) % 2147483647) / 2147483647);
  expect(shuffled).not.toEqual(GALLERY);
  expect(shuffled.toSorted()).toEqual(GALLERY.toSorted());
});
