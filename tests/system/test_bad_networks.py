"""Networks that filter, cut, or go away without a word: a page says what is wrong, and nothing is lost."""

from functools import partial

import msgspec
import pytest
from playwright.async_api import Page, expect

from quickpoll.protocol import NextQuestion, Option, QuestionResults, Quiz, QuizEnded, SingleQuestion, StartQuiz
from tests.system.browser import PHONE, PROJECTOR, Phone, code_of, enter, hurried, new_page, page_with_clock, upload
from tests.system.conftest import Site
from tests.system.filtering import SILENCE, Filter, filtered

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = Quiz(
    "Sums",
    tuple(
        SingleQuestion(f"{n} and one?", (Option(str(n + 1), correct=True), Option("0")), time_limit_ms=60_000)
        for n in range(1, 7)
    ),
)
WITHIN_MS = 15_000
"""A page says by then what is wrong; and tries again at least so often."""


async def is_said_and_goes_on(network: Filter, pages: list[Page]) -> None:
    """Each page says in time that no WebSocket passes, what to try and what to ask for; and goes on when one does."""
    said = [
        page.get_by_text("Mobile data or another Wi-Fi may help; an administrator has to allow WebSockets (/ws).")
        for page in pages
    ]
    for page, words in zip(pages, said, strict=True):
        await hurried(page, expect(words).to_be_visible, WITHIN_MS)
    network.mode = None
    network.cut()
    for page, words in zip(pages, said, strict=True):
        await hurried(page, partial(expect(words).to_have_count, 0), WITHIN_MS)


@pytest.mark.parametrize(("first", "later"), [("403", "302"), (SILENCE, "200")])
async def test_a_page_says_that_no_websocket_passes(site: Site, first: str, later: str) -> None:
    async with site.visit() as browser, filtered(site.port) as network, site.room(QUIZ) as room:
        address = network.address
        host, new, kept = pages = [await page_with_clock(browser, size) for size in (PROJECTOR, PHONE, PHONE)]
        await Phone.join(kept, address, room.code, "Ada", QUIZ)
        network.mode = first
        network.cut()
        await kept.reload()
        await new.goto(address)
        await new.get_by_role("textbox", name="Game code").fill(room.code)
        await enter(new, "Ben")
        await host.goto(f"{address}/host")
        await upload(host, "sums.json", msgspec.json.encode(QUIZ))
        await host.get_by_role("button", name="Open the lobby").click()
        await is_said_and_goes_on(network, pages)
        for page, name in ((new, "Ben"), (kept, "Ada")):
            await expect(page.get_by_role("heading", name=name)).to_be_visible()
        await code_of(host)

        network.mode = later
        network.cut()
        await is_said_and_goes_on(network, pages)


async def test_a_network_that_cuts_again_and_again_costs_no_answer_and_is_told(site: Site) -> None:
    async with site.visit() as browser, filtered(site.port) as network, site.room(QUIZ) as room:
        address = network.address
        phones = [
            await Phone.join(await new_page(browser, PHONE), address, room.code, name, QUIZ) for name in ("Ada", "Ben")
        ]
        said = phones[0].page.get_by_text("This network cuts the connection again and again. Nothing is lost")
        await room.host.call(StartQuiz())
        for index in range(len(QUIZ.questions)):
            if index == 5:
                await expect(said).to_be_visible()
                # What is over in a moment was not worth a word.
                await expect(said).to_have_css("animation-delay", "0.6s")
            for phone in phones:
                await phone.answer(index, correctly=phone.name == "Ada" or index > 0)
                network.cut()
            for phone in phones:
                await phone.sees_verdict(index)
            await room.host.expect(QuestionResults)
            await room.host.call(NextQuestion())
        ended = await room.host.expect(QuizEnded)
        assert [(entry.name, entry.points) for entry in ended.podium] == [(one.name, one.points) for one in phones]


async def test_ten_taps_on_a_slow_network_are_one_answer(site: Site) -> None:
    async with site.visit() as browser, filtered(site.port) as network, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        ada = await Phone.join(page, network.address, room.code, "Ada", QUIZ)
        await room.host.call(StartQuiz())
        options = page.get_by_role("group", name="Options").get_by_role("button")
        await expect(options).to_have_count(2)
        network.freeze()
        await ada.answer(0, correctly=True)
        for option in [0] * 9 + [1]:
            await options.nth(option).dispatch_event("click")
        await expect(page.get_by_text("Sending your answer…")).to_be_visible()
        network.restore()
        await expect(page.get_by_role("heading", name="Correct!")).to_be_visible()
        results = await room.host.expect(QuestionResults)
        assert (results.answered, results.counts) == (1, (1, 0))
        assert ada.problems == []
