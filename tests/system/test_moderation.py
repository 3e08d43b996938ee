"""What the filter holds back is on no screen but the host's, until the host shows it."""

from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, expect

from quickpoll.protocol import Quiz, WordsQuestion
from tests.system.browser import PROJECTOR, chromium, lobby, open_page, upload
from tests.system.harness import running, serve
from tests.system.test_kinds import join

QUIZ = Quiz("Today", (WordsQuestion("How was it?", time_limit_ms=None),))


async def write(phone: Page, word: str) -> None:
    await phone.get_by_role("textbox", name="Word 1").fill(word)
    await phone.get_by_role("button", name="Send").click()


@pytest.mark.timeout(240)
async def test_a_name_and_a_word_wait_for_the_host(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        host, problems = await open_page(browser, f"{quickpoll.health}/host", PROJECTOR)
        await upload(host, "quiz.json", msgspec.json.encode(QUIZ))
        await host.get_by_label("More words to filter").fill("Grumpf, zork")
        code = await lobby(host)
        ann, of_ann = await join(browser, quickpoll.health, code, "Ann")
        bad, of_bad = await join(browser, quickpoll.health, code, "Gr.u.mpf", shown="Player 2")
        await expect(bad.get_by_text("Others see you as “Player 2”")).to_be_visible()
        await host.get_by_role("button", name="Players · Names held back: 1").click()
        await host.get_by_role("dialog").get_by_role("button", name="Player 2").click()
        await expect(host.get_by_text("Gr.u.mpf")).to_have_count(0)
        await host.get_by_role("button", name="See the name here").click()
        await expect(host.get_by_text("Typed: Gr.u.mpf")).to_be_visible()
        await host.get_by_role("button", name="Show this name to everyone").click()
        await expect(bad.get_by_role("heading", name="Gr.u.mpf")).to_be_visible()
        await host.get_by_role("button", name="Hide this name").click()
        await expect(bad.get_by_role("heading", name="Player 2")).to_be_visible()
        for _ in range(2):  # the menu, and the list behind it
            await host.get_by_role("dialog").last.get_by_role("button", name="Close", exact=True).click()

        await host.get_by_role("button", name="Start").click()
        await write(ann, "calm")
        await write(bad, "Z0RK!")
        await expect(host.get_by_role("button", name="Answers · Held back: 1")).to_be_visible()
        for page in (host, ann):
            await expect(page.get_by_text("calm").first).to_be_visible()
            await expect(page.get_by_text("Z0RK")).to_have_count(0)
        await host.get_by_role("button", name="Answers · Held back: 1").click()
        await host.get_by_role("button", name="Show “•••”").click()
        for page in (host, ann):
            await expect(page.get_by_text("Z0RK!").first).to_be_visible()
        assert problems == of_ann == of_bad == []
