"""Both pages are for everyone (WCAG 2.2 A and AA).

axe finds nothing to complain of in any view, in light and dark; at 200 % zoom nothing is cut off at the side; a
screen reader is told what happens.
"""

from pathlib import Path
from typing import Literal

import msgspec
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize, expect

from quickpoll.protocol import Option, Quiz, SingleQuestion
from tests.system.browser import PHONE, PROJECTOR, Phone, chromium, code_of, new_page, upload
from tests.system.harness import running, serve
from tests.system.tour import Tour

# What remains of 1280 by 720 at 200 %, and the narrowest phone (WCAG 1.4.4 and 1.4.10).
ZOOMED_STAGE: ViewportSize = {"width": 640, "height": 360}
NARROW_PHONE: ViewportSize = {"width": 320, "height": 640}
QUICK = Quiz(
    "Quick", (SingleQuestion("One and one is?", (Option("Two", correct=True), Option("Three")), time_limit_ms=6000),)
)
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Drawn again, with each colour at its end: a slow machine is still on the way from light to dark.
SETTLED = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(moving.map((one) => one.finished));
}"""
OPTIONS = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": STANDARD}}


@pytest.mark.timeout(600)
async def test_no_view_has_a_barrier(tmp_path: Path) -> None:
    axe = Axe()
    visited: list[str] = []
    found: dict[str, list[str]] = {}

    async def complaints(page: Page) -> list[str]:
        results = await axe.run(page, options=OPTIONS)
        return [
            f"{violation['id']}: {violation['help']}: {[node['html'][:120] for node in violation['nodes']]}"
            for violation in results.response["violations"]
        ]

    async def cut(page: Page) -> list[str]:
        size = page.viewport_size
        assert size
        await page.set_viewport_size(ZOOMED_STAGE if size["width"] >= PROJECTOR["width"] else NARROW_PHONE)
        too_wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        await page.set_viewport_size(size)
        return [f"cut off at the side: {too_wide} px"] if too_wide > 0 else []

    async def check(page: Page, view: str) -> None:
        visited.append(view)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(SETTLED)
            if problems := await complaints(page):
                found[f"{view}, {scheme}"] = problems
        if problems := await cut(page):
            found[f"{view}, zoomed"] = problems

    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium(540) as browser:
        await Tour(browser, quickpoll.health, check, ["Ada", "Grace", "Linus"], reduced_motion=True).walk()
    assert len(visited) >= 22
    assert found == {}


async def test_a_screen_reader_is_told_question_time_result_and_rank(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        host = await new_page(browser, PROJECTOR)
        await host.goto(f"{quickpoll.health}/host")
        await upload(host, "q.json", msgspec.json.encode(QUICK))
        await host.get_by_role("button", name="Open the lobby").click()
        ada = (
            await Phone.join(await new_page(browser, PHONE), quickpoll.health, await code_of(host), "Ada", QUICK)
        ).page
        said = ada.locator("[aria-live=assertive]")
        await host.get_by_role("button", name="Start").click()
        # What has the focus is read out.
        await expect(ada.get_by_role("heading", name="One and one is?")).to_be_focused()
        await expect(said).to_contain_text("5 seconds left", timeout=15_000)
        await expect(said).to_contain_text("No answer in time.", timeout=15_000)
        await expect(said).to_contain_text("You are 1st")
        await host.get_by_role("button", name="Show the podium").click()
        await expect(ada.locator("[aria-live=polite]")).to_contain_text("The quiz is over")
