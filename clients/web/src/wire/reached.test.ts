import { afterEach, expect, test, vi } from "vitest";
import { askHowReached, socketAddress } from "./reached";

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ["http://quiz.example:8000/", "ws://quiz.example:8000/ws"],
  ["https://quiz.example/host", "wss://quiz.example/ws"],
])("the WebSocket of %s is at %s", (page, socket) => {
  vi.stubGlobal("location", new URL(page));
  expect(socketAddress()).toBe(socket);
});

test("the server says by which name it is asked, and whether it refuses the page", async () => {
  const fetch = vi.fn(() => Promise.resolve(Response.json({ host: "gateway", refuses: "origin" })));
  vi.stubGlobal("location", new URL("https://quiz.example/check"));
  vi.stubGlobal("fetch", fetch);
  expect(await askHowReached()).toEqual({ host: "gateway", refuses: "origin" });
  expect(fetch).toHaveBeenCalledWith("/reached?origin=https%3A%2F%2Fquiz.example", expect.anything());
});

test.each([
  ["nobody answers", () => Promise.reject(new TypeError("no network"))],
  ["something else answers", () => Promise.resolve(new Response("<html>", { status: 200 }))],
  ["it is refused", () => Promise.resolve(new Response("", { status: 403 }))],
])("where %s, it is not known", async (_, answer) => {
  vi.stubGlobal("location", new URL("https://quiz.example/check"));
  vi.stubGlobal("fetch", answer);
  expect(await askHowReached()).toBeNull();
});
