import { expect, test, vi } from "vitest";
import { startAgainIfUpdated } from "./update";

const SCRIPT = "/assets/player-Ab12.js";

async function found(page: () => Promise<string>): Promise<boolean> {
  const reload = vi.fn();
  expect(await startAgainIfUpdated({ script: SCRIPT, page, reload })).toBe(reload.mock.calls.length === 1);
  return reload.mock.calls.length > 0;
}

test("a page whose script the server no longer has starts again", async () => {
  expect(await found(() => Promise.resolve('<script type="module" src="/assets/player-Cd34.js"></script>'))).toBe(true);
});

test("it stays as it is while the server has the same version", async () => {
  expect(await found(() => Promise.resolve(`<script type="module" src="${SCRIPT}"></script>`))).toBe(false);
});

test("it stays as it is where the server cannot be reached, or something else answers", async () => {
  expect(await found(() => Promise.reject(new Error("offline")))).toBe(false);
  expect(await found(() => Promise.resolve("Bad gateway"))).toBe(false);
});
