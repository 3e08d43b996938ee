"""Both pages are for everyone: a screen reader is told what happens. What axe says of each view: tests/gallery."""

from pathlib import Path

import msgspec
from playwright.async_api import expect

from quickpoll.protocol import Option, Quiz, SingleQuestion
from tests.system.browser import PHONE, PROJECTOR, Phone, chromium, code_of, new_page, upload
from tests.system.harness import running, serve

QUICK = Quiz(
    "Quick", (SingleQuestion("One and one is?", (Option("Two", correct=True), Option("Three")), time_limit_ms=6000),)
)


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
        await expect(ada.get_by_role("heading", name="No answer in time")).to_be_focused(timeout=15_000)
        await expect(ada.locator("[aria-live=polite]")).to_contain_text("You are 1st")
        await host.get_by_role("button", name="Show the podium").click()
        await expect(ada.locator("[aria-live=polite]")).to_contain_text("The quiz is over")
