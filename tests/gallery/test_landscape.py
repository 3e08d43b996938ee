"""A phone held across, and a screen that changes while something is shown: all can be reached, and is right at once."""

import pytest
from playwright.async_api import Page

from tests.gallery.gallery import drawn, served, show
from tests.gallery.test_gallery import CHECKS
from tests.system.browser import chromium, new_page

ACROSS = {"width": 640, "height": 360}
ASKED = ("true-false", "", "six", "ten", "long", "word", "multiple", "poll-several")
FOUND = ("player-correct", "player-incorrect-multiple", "player-verdict-word", "remote-question", "remote-results-six")
# Options that no finger gets at, whatever is scrolled.
OUT_OF_REACH = """() => [...document.querySelectorAll("[data-option]")].filter((one) => {
  one.scrollIntoView({ block: "center" });
  const { left, width, top, height } = one.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 40));
  return !one.contains(hit);
}).map((one) => one.textContent)"""
PLACES = """() => [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility()).map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [one.localName, ...[x, y, width, height].map(Math.round)].join(" ");
})"""


@pytest.mark.timeout(120)
async def test_a_phone_held_across_reaches_every_option_and_all_of_the_text() -> None:
    with served() as address:
        async with chromium() as browser:
            page = await new_page(browser, ACROSS, traced=False)
            faults = {}
            asked = [f"player-question-{name}".rstrip("-") for name in ASKED]
            for state in (*asked, *FOUND):
                await show(page, address, state)
                found = await page.evaluate(CHECKS, {"main": "", "stage": None})
                found += await page.evaluate(OUT_OF_REACH)
                if found:
                    faults[state] = found
            assert faults == {}


async def places(page: Page) -> list[str]:
    """Where everything is, once it has been drawn."""
    await drawn(page)
    return list(await page.evaluate(PLACES))


@pytest.mark.parametrize("state", ["stage-results", "stage-leaderboard", "stage-podium"])
async def test_a_stage_that_is_moved_to_the_projector_is_right_at_once(state: str) -> None:
    with served() as address:
        async with chromium() as browser:
            page = await new_page(browser, {"width": 1280, "height": 720}, traced=False)
            devtools = await page.context.new_cdp_session(page)
            projector = {"width": 1920, "height": 1080, "deviceScaleFactor": 2, "mobile": False}
            # Sounds may begin on the first page; each later one asks for a click first, which takes room on the stage.
            for _ in range(2):
                await show(page, address, state, "ar")
            before = await places(page)
            await devtools.send("Emulation.setDeviceMetricsOverride", projector)
            moved = await places(page)
            assert moved != before
            await show(page, address, state, "ar")
            assert moved == await places(page)
