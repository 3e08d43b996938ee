"""What happens to a stage in a lesson: *Back*, another window in front of it, a second quiz, reloads."""

import asyncio
import re

import msgspec
import pytest
from playwright.async_api import Page, expect

from quickpoll.protocol import Option, Quiz, SingleQuestion
from tests.system.browser import (
    PHONE,
    PROJECTOR,
    Phone,
    code_of,
    lobby,
    new_page,
    open_lobby,
    open_remote,
    page_with_clock,
    upload,
)
from tests.system.conftest import Site
from tests.system.test_phones import HEARD_BY_A_READER, SEEN

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = Quiz(
    "Capitals",
    (
        SingleQuestion("Kenya?", (Option("Nairobi", correct=True), Option("Mombasa")), time_limit_ms=240_000),
        SingleQuestion("Peru?", (Option("Lima", correct=True), Option("Cusco")), time_limit_ms=240_000),
    ),
)
OTHER = Quiz(
    "Rivers", (SingleQuestion("Cairo?", (Option("Congo"), Option("Nile", correct=True)), time_limit_ms=240_000),)
)

SOUNDS_ARE_COUNTED = """
window.sounded = 0;
const begin = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...when) {
  window.sounded++;
  return begin.apply(this, when);
};
"""


async def choose(host: Page, quiz: Quiz) -> None:
    """Uploads a quiz, which leads to its settings."""
    await upload(host, "quiz.json", msgspec.json.encode(quiz))
    await expect(host.get_by_role("heading", name=quiz.title)).to_be_visible()


async def stage_of(host: Page, site: Site, quiz: Quiz = QUIZ) -> str:
    """Makes the page a stage in the lobby of a quiz; returns the code."""
    return await open_lobby(host, site.address, "quiz.json", msgspec.json.encode(quiz))


async def test_back_leads_to_the_quizzes_and_not_out_of_a_game(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        await host.goto(f"{site.address}/host")
        for back in (host.go_back, host.get_by_role("button", name="Back").click):
            await choose(host, QUIZ)
            await back()
            await expect(host.get_by_role("heading", name="What shall we play?")).to_be_visible()
        await choose(host, QUIZ)
        code = await lobby(host)
        await host.go_back()
        assert await code_of(host) == code
        await host.reload()
        assert await code_of(host) == code


async def test_a_stage_behind_another_window_is_right_at_once_when_it_is_seen_again(site: Site) -> None:
    async with site.visit() as browser:
        host = await page_with_clock(browser, PROJECTOR)
        await host.add_init_script(SEEN)
        code = await stage_of(host, site)
        remote = await new_page(browser, PHONE)
        await open_remote(host, remote)
        ada = await Phone.join(await new_page(browser, PHONE), site.address, code, "Ada", QUIZ)
        # Nothing runs by itself on it: less than a browser lets run behind another window.
        await host.evaluate("seen(false)")
        await host.clock.pause_at(await host.evaluate("Date.now()") / 1000 + 5)
        await remote.get_by_role("button", name="Start").click()
        await ada.answer(0, correctly=True)
        await remote.get_by_role("button", name="Next question").click()
        await ada.answer(1, correctly=True)
        await expect(remote.get_by_role("button", name="Show the podium")).to_be_enabled()

        await host.evaluate(HEARD_BY_A_READER)
        await host.evaluate("seen(true)")
        await host.clock.run_for(200)
        await expect(host.get_by_role("heading", name="Peru?")).to_be_visible()
        await expect(host.get_by_text("1 of 1 have answered", exact=True)).to_be_visible()
        assert await host.evaluate("said.length") == 0
        await host.clock.resume()
        await host.get_by_role("button", name="Show the podium").click()
        await expect(host.get_by_role("list", name="Podium")).to_contain_text("Ada")


async def test_a_stage_that_moved_on_by_itself_behind_another_window_is_quiet_when_it_is_seen_again(site: Site) -> None:
    async with site.visit() as browser:
        host = await page_with_clock(browser, PROJECTOR)
        for script in (SEEN, SOUNDS_ARE_COUNTED):
            await host.add_init_script(script)
        await host.goto(f"{site.address}/host")
        await choose(host, QUIZ)
        await host.get_by_role("combobox", name="After the results").select_option("Move on after 5 seconds")
        code = await lobby(host)
        ada = await Phone.join(await new_page(browser, PHONE), site.address, code, "Ada", QUIZ)
        await host.get_by_role("button", name="Start").click()
        await expect(host.get_by_role("heading", name="Kenya?")).to_be_visible()
        assert await host.evaluate("sounded") > 0
        await host.evaluate("seen(false)")
        await host.clock.pause_at(await host.evaluate("Date.now()") / 1000 + 5)
        for index, question in enumerate(QUIZ.questions):
            await expect(ada.page.get_by_role("heading", name=question.text)).to_be_visible(timeout=10_000)
            await ada.answer(index, correctly=True)
            await ada.sees_verdict(index)
        await expect(ada.page.get_by_role("heading", name="You won!")).to_be_visible(timeout=10_000)

        await host.evaluate(HEARD_BY_A_READER)
        before = await host.evaluate("sounded")
        await host.evaluate("seen(true)")
        await host.clock.run_for(200)
        await expect(host.get_by_role("list", name="Podium")).to_contain_text("Ada")
        assert await host.evaluate("sounded") == before
        assert await host.evaluate("said.length") == 0


async def test_a_reload_shows_what_was_there_in_each_phase(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await stage_of(host, site)
        remote = await new_page(browser, PHONE)
        await open_remote(host, remote)
        # A player in the host's own browser, who tries the quiz alone.
        await expect(host.get_by_text("Waiting for players")).to_be_visible()
        ada = await Phone.join(await host.context.new_page(), site.address, code, "Ada", QUIZ)
        pages = (host, remote, ada.page)
        await expect(host.get_by_text("1 player", exact=True)).to_be_visible()
        await stay_as_they_are(pages)
        await remote.get_by_role("button", name="Start").click()
        await expect(ada.page.get_by_role("group", name="Options").get_by_role("button")).to_have_count(2)
        await stay_as_they_are(pages)
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        await stay_as_they_are(pages)
        await host.get_by_role("button", name="Leaderboard").click()
        await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
        await stay_as_they_are((host,))
        await host.get_by_role("button", name="Next question").click()
        await ada.answer(1, correctly=False)
        await host.get_by_role("button", name="Show the podium").click()
        # Drawn last, since its picture takes a moment.
        await expect(ada.page.get_by_role("button", name="Save as a picture")).to_be_visible()
        await stay_as_they_are(pages)


async def stay_as_they_are(pages: tuple[Page, ...]) -> None:
    """Each page has the same text after a reload, but for seconds that pass."""
    before = [await page.locator("main").inner_text() for page in pages]
    await asyncio.gather(*(page.reload() for page in pages))
    for page, text in zip(pages, before, strict=True):
        await expect(page.locator("main")).to_have_text(like(text), use_inner_text=True)


def like(text: str) -> re.Pattern[str]:
    """The same text with any numbers of seconds, whatever the spaces."""
    words = [r"\d+" if re.fullmatch(r"2[34]\d", word) else re.escape(word) for word in text.split()]
    return re.compile(r"^\s*" + r"\s+".join(words) + r"\s*$")


async def test_a_second_quiz_in_the_same_window_starts_clean_and_its_players_come_along(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await stage_of(host, site, OTHER)
        phones = [
            await Phone.join(await new_page(browser, PHONE), site.address, code, name, OTHER) for name in ("Ada", "Ben")
        ]
        await host.get_by_role("button", name="Start").click()
        for phone in phones:
            await phone.answer(0, correctly=phone.name == "Ada")
        await host.get_by_role("button", name="Show the podium").click()
        await host.get_by_role("button", name="Next quiz, same people").click()
        await choose(host, OTHER)
        # Who only watches has the options on the stage alone.
        await host.get_by_role("switch", name="Question and options on phones").uncheck()
        assert await lobby(host) != code
        for phone in phones:
            await expect(phone.page.get_by_role("heading", name=f"You’re in! {phone.name}")).to_be_visible()
        await host.get_by_role("button", name="Start").click()
        await expect(phones[0].page.get_by_role("heading", name="Look at the big screen")).to_be_visible()
        for option in ("Congo", "Nile"):
            await expect(host.get_by_text(option)).to_be_visible()
            await expect(phones[0].page.get_by_text(option)).to_have_count(0)


async def test_a_text_is_dragged_into_the_field_for_pasting(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        await host.goto(f"{site.address}/host")
        await host.get_by_role("button", name="Paste").click()
        title = host.get_by_role("heading", name="What shall we play?")
        await title.click(click_count=3)
        field = host.get_by_role("textbox", name="Quiz as text, in any format")
        start, end = await title.bounding_box(), await field.bounding_box()
        assert start
        assert end
        await host.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
        await host.mouse.down()
        await host.mouse.move(end["x"] + 40, end["y"] + 20, steps=8)
        await host.mouse.up()
        await expect(field).to_have_value(re.compile("What shall we play"))
        await expect(host.get_by_text("Drop the file")).to_have_count(0)
