"""The report of a large game in a real page: how long it takes, and that the page goes on while it is made."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.system.browser import PROJECTOR, chromium, new_page
from tests.system.harness import running, serve
from tests.system.speed import slowness
from tests.system.test_files import saved

# Writes a game as the page keeps it, with the two stores that the page makes on its first visit.
KEEP = """async ([players, count]) => {
  const question = (index) => ({
    index, kind: "single", text: `Question ${index + 1}: which of these is it?`,
    options: ["One", "Two", "Three", "Four"], correct: [0], counts: [players, 0, 0, 0],
    answered: players, total: players,
    points: 1000, time_limit_ms: 20000,
    solution: null, tally: null,
  });
  const answers = (place) => Array.from({ length: count }, (_, index) => {
    const answer = (place * 7 + index * 3) % 4;
    const right = answer === 0;
    return { question: index, answer, correct: right, points: right ? 900 : 0, response_ms: 1000 + place, share: null };
  });
  const standings = {
    title: "Large", total_players: players, questions: Array.from({ length: count }, (_, index) => question(index)),
    players: Array.from({ length: players }, (_, place) => ({
      id: String(place), name: `Player ${place}`, avatar: "", rank: place + 1, points: 1000, correct: 1,
      answers: answers(place),
    })),
  };
  const summary = {
    id: "123456-large", code: "123456", title: "Large", ended_at: Date.now(), players, questions: count, has_log: false,
  };
  const write = (database, store, value) => new Promise((done, failed) => {
    const opening = indexedDB.open(database);
    opening.onupgradeneeded = () => opening.result.createObjectStore(store);
    opening.onerror = failed;
    opening.onsuccess = () => {
      const writing = opening.result.transaction(store, "readwrite");
      writing.objectStore(store).put(value, summary.id);
      writing.oncomplete = () => { opening.result.close(); done(); };
      writing.onerror = failed;
    };
  });
  await write("quickpoll-games", "games", { ...summary, standings });
  await write("quickpoll-game-list", "summaries", summary);
}"""
# The longest time between two frames, in ms, since it was started.
WATCH = """() => {
  window.longest = 0;
  let last = performance.now();
  const frame = (now) => {
    window.longest = Math.max(window.longest, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
FROZEN_MS = 250
"""A page that stands still for less than that answers a press at once, as far as people can tell."""
SIZES = [(300, 50, 2.0), (10_000, 20, 20.0)]
"""Players, questions, and seconds."""


async def host_with_a_game(page: Page, address: str, players: int, questions: int) -> None:
    await page.goto(f"{address}/host")
    await expect(page.get_by_role("heading", name="What shall we play?")).to_be_visible()
    await page.evaluate(KEEP, [players, questions])
    await page.reload()
    await expect(page.get_by_role("heading", name="Past games")).to_be_visible()


@pytest.mark.quiet
@pytest.mark.parametrize(("players", "questions", "within_s"), SIZES)
async def test_a_report_is_made_in_time_while_the_page_goes_on(
    tmp_path: Path, players: int, questions: int, within_s: float
) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium(as_people_have_it=True) as browser:
        host = await new_page(browser, PROJECTOR, traced=False)
        slower = max(1.0, await slowness(browser))
        await host_with_a_game(host, quickpoll.health, players, questions)
        await host.evaluate(WATCH)
        started = await host.evaluate("performance.now()")
        report = await saved(
            host, host.get_by_role("button", name="Download the report of “Large” for Excel"), tmp_path
        )
        took_s = (await host.evaluate("performance.now()") - started) / 1000
        longest_ms = await host.evaluate("longest")
        print(f"{players} x {questions}: {took_s:.2f} s, longest frame {longest_ms:.0f} ms, {slower:.2f} times slower")
        assert took_s < within_s * slower
        assert longest_ms < FROZEN_MS * slower
        book = load_workbook(report, read_only=True)
        assert len(book.sheetnames) == 2 + questions
        assert sum(1 for _ in book[book.sheetnames[1]].iter_rows()) == 1 + players
