"""Words on the stage while they are written: only where the host wants it, and on no phone before the close."""

from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Locator, expect

from quickpoll.protocol import OpenQuestion, Quiz, WordsQuestion
from tests.system.browser import PHONE, PROJECTOR, chromium, lobby, new_page, open_page, open_remote, upload
from tests.system.harness import running, serve
from tests.system.test_kinds import join
from tests.system.test_moderation import write

QUIZ = Quiz(
    "Today",
    (WordsQuestion("How was it?", time_limit_ms=None), OpenQuestion("And tomorrow?", time_limit_ms=None)),
)


async def middle(word: Locator) -> tuple[int, int]:
    """Where a word is, once it has come to rest."""
    await word.evaluate("word => Promise.all(word.closest('li').getAnimations().map((one) => one.finished))")
    box = await word.bounding_box()
    assert box is not None
    return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)


@pytest.mark.timeout(240)
async def test_words_come_to_the_stage_one_by_one_and_stay_in_their_places(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        host, problems = await open_page(browser, f"{quickpoll.health}/host", PROJECTOR)
        await upload(host, "quiz.json", msgspec.json.encode(QUIZ))
        await host.get_by_label("More words to filter").fill("zork")
        code = await lobby(host)
        phones = [await join(browser, quickpoll.health, code, name) for name in ("Ann", "Ben", "Cem", "Dan")]
        ann, ben, cem, dan = (page for page, _ in phones)
        remote = await new_page(browser, PHONE)
        await open_remote(host, remote)
        await host.get_by_role("button", name="Start").click()

        await write(ann, "calm")
        await expect(host.get_by_label("Answered").get_by_text("1", exact=True)).to_be_visible()
        await expect(host.get_by_text("calm")).to_have_count(0)
        await remote.get_by_role("button", name="Show at once").click()
        calm = host.get_by_text("calm", exact=True)
        await expect(calm).to_be_visible()
        await expect(remote.get_by_text("calm", exact=True)).to_be_visible()
        await expect(host.get_by_role("button", name="Show at once")).to_have_attribute("aria-pressed", "true")
        place = await middle(calm)
        await write(ben, "zork")
        await write(cem, "warm")
        await expect(host.get_by_text("warm", exact=True)).to_be_visible()
        assert await middle(calm) == pytest.approx(place, abs=4)
        await expect(host.get_by_text("zork")).to_have_count(0)
        await expect(dan.get_by_text("calm")).to_have_count(0)

        await host.reload()
        await expect(host.get_by_text("warm", exact=True)).to_be_visible()
        await host.get_by_role("button", name="Close now").click()
        await expect(dan.get_by_text("calm").first).to_be_visible()
        await expect(host.get_by_text("3 of 4 have answered", exact=True)).to_be_visible()
        await expect(calm).to_be_visible()

        await host.get_by_role("button", name="Next question").click()
        await ann.get_by_role("textbox", name="What do you think?").fill("More light")
        await ann.get_by_role("button", name="Send").click()
        await remote.get_by_role("button", name="Answers").click()
        await expect(host.get_by_text("More light")).to_have_count(0)
        await remote.get_by_role("button", name="Show “More light”").click()
        await expect(host.get_by_text("More light")).to_be_visible()
        assert problems == []
        assert [found for _, of_phone in phones for found in of_phone] == []
