"""What happens to a player's page by mistake: twice the same tab, *Back*, a reload at a bad moment, a wrong clock."""

import asyncio
import time

import pytest
from playwright.async_api import Page, expect

from quickpoll.protocol import (
    CloseQuestion,
    MultipleQuestion,
    Option,
    QuestionResults,
    Quiz,
    StartQuiz,
    TextQuestion,
)
from tests.system.browser import PHONE, Phone, enter, new_page, page_with_clock
from tests.system.conftest import QUIZ, Site
from tests.system.filtering import filtered

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVEN = MultipleQuestion(
    "Even?", (Option("Two", correct=True), Option("Three"), Option("Four", correct=True)), time_limit_ms=6_000
)
SLOW_S = 2.4
"""Each way: an answer takes five seconds."""


async def tick(page: Page) -> None:
    """Ticks what is right, and confirms nothing."""
    for option in ("Two", "Four"):
        await page.get_by_role("button", name=option).click()


async def test_what_was_ticked_is_ticked_again_after_a_reload_and_counts(site: Site) -> None:
    async with site.visit() as browser, site.room(Quiz("Numbers", (EVEN,))) as room:
        ada = await Phone.join(await new_page(browser, PHONE), site.address, room.code, "Ada", Quiz("Numbers", (EVEN,)))
        await room.host.call(StartQuiz())
        await tick(ada.page)
        await ada.page.reload()
        await expect(ada.page.get_by_role("button", name="Two")).to_have_attribute("aria-pressed", "true")
        await expect(ada.page.get_by_role("heading", name="Correct!")).to_be_visible(timeout=10_000)


async def test_what_was_not_confirmed_when_the_host_closed_is_said(site: Site) -> None:
    async with site.visit() as browser, site.room(Quiz("Numbers", (EVEN,))) as room:
        page = await new_page(browser, PHONE)
        await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await room.host.call(StartQuiz())
        await tick(page)
        await room.host.call(CloseQuestion(question=0))
        await expect(page.get_by_text("What you had chosen was not confirmed")).to_be_visible()


async def test_a_tab_that_is_duplicated_takes_over_and_can_be_taken_back(site: Site) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        ada = await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await room.host.call(StartQuiz())
        await expect(page.get_by_role("heading", name="Kenya?")).to_be_visible()
        async with page.expect_popup() as opening:
            await page.evaluate("window.open(location.href)")
        ada.page = second = await opening.value
        await expect(page.get_by_role("heading", name="The game goes on in another tab")).to_be_visible()
        await ada.answer(0, correctly=True)
        await page.get_by_role("button", name="Take it back here").click()
        await expect(page.get_by_role("heading", name="Correct!")).to_be_visible()
        await expect(second.get_by_role("heading", name="The game goes on in another tab")).to_be_visible()
        assert (await room.host.expect(QuestionResults)).total == 1


async def test_who_looks_at_another_page_and_comes_back_is_in_the_question(site: Site) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        ada = await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await page.goto(f"{site.address}/check")
        await room.host.call(StartQuiz())
        await page.go_back()
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)


async def test_what_is_being_typed_when_the_connection_goes_stays(site: Site) -> None:
    quiz = Quiz("Capitals", (TextQuestion("Kenya?", ("Nairobi",), time_limit_ms=60_000),))
    async with site.visit() as browser, filtered(site.port) as network, site.room(quiz) as room:
        page = await new_page(browser, PHONE)
        await Phone.join(page, network.address, room.code, "Ada", quiz)
        await room.host.call(StartQuiz())
        field = page.get_by_role("main").get_by_role("textbox")
        await field.press_sequentially("Nai")
        async with page.expect_websocket():
            network.cut()
        await page.keyboard.type("robi")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Correct!")).to_be_visible()


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_phone_whose_clock_is_wrong_has_all_of_the_time(site: Site, hours: int) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        wrong = f"const right = Date.now; Date.now = () => right() + {hours * 3_600_000};"
        await page.add_init_script(f"{{ {wrong} }}")
        ada = await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await room.host.call(StartQuiz())
        await expect(page.get_by_role("timer")).to_have_accessible_name("60 seconds left")
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)


async def test_a_part_of_the_page_that_does_not_come_is_asked_for_again(site: Site) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await page_with_clock(browser, PHONE)
        await page.route("**/assets/Game-*.js", lambda route: route.abort(), times=2)
        await page.goto(f"{site.address}/join/{room.code}")
        await enter(page, "Ada")
        await expect(page.get_by_role("heading", name="Returning to your game…")).to_be_visible()
        await page.clock.fast_forward(3000)
        await expect(page.get_by_role("heading", name="Ada")).to_be_visible()


async def test_a_code_is_taken_however_it_was_copied(site: Site) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        await page.goto(site.address)
        field = page.get_by_role("textbox", name="Game code")
        first, second = room.code[:3], room.code[3:]
        for copied in (f" {first} {second}\n", f"Code: {first}\u00a0{second}", f"{site.address}/join/{room.code}"):
            await field.fill("")
            await field.focus()
            await page.keyboard.insert_text(copied)
            await expect(field).to_have_value(room.code)


async def test_a_network_on_which_an_answer_takes_seconds_lets_one_in(site: Site) -> None:
    async with site.visit() as browser, filtered(site.port) as network, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        await page.goto(f"{network.address}/join/{room.code}")
        network.delay_s = lambda: SLOW_S
        await enter(page, "Ada")
        await expect(page.get_by_role("heading", name="Ada")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("where", ["lobby", "results"])
async def test_who_closes_the_tab_and_types_code_and_name_again_has_the_same_seat(site: Site, where: str) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        ada = await Phone.join(await new_page(browser, PHONE), site.address, room.code, "Ada", QUIZ)
        if where == "results":
            await room.host.call(StartQuiz())
            await ada.answer(0, correctly=True)
            await ada.sees_verdict(0)
        phone = ada.page.context
        await ada.page.close()
        # By the bare address on the board, and with *Back* from elsewhere.
        ada.page = again = await phone.new_page()
        await again.goto(f"{site.address}/check")
        await again.goto(site.address)
        await again.go_back()
        await again.go_forward()
        await again.get_by_role("textbox", name="Game code").fill(room.code)
        await enter(again, "Ada")
        if where == "lobby":
            await expect(again.get_by_role("heading", name="Ada")).to_be_visible()
            await room.host.call(StartQuiz())
            await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        await expect(again.get_by_text("You are 1st of 1")).to_be_visible()
        assert (await room.host.expect(QuestionResults)).total == 1


async def test_what_was_ticked_counts_though_the_connection_goes_at_the_last_moment(site: Site) -> None:
    quiz = Quiz("Numbers", (EVEN,))
    async with site.visit() as browser, filtered(site.port) as network, site.room(quiz) as room:
        page = await new_page(browser, PHONE)
        ada = await Phone.join(page, network.address, room.code, "Ada", quiz)
        await room.host.call(StartQuiz())
        await tick(page)
        left_s = ada.opens_at[0] / 1000 + 5.8 - time.time()
        await asyncio.sleep(left_s)
        async with page.expect_websocket():
            network.cut()
        await expect(page.get_by_role("heading", name="Correct!")).to_be_visible(timeout=10_000)
