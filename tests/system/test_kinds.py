"""Every kind of question in real browsers: the sample quiz of them, by touch on one phone and by keys on another."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from quickpoll.protocol import Quiz
from tests.system.browser import PHONE, PROJECTOR, chromium, enter, lobby, open_page
from tests.system.harness import running, serve

SAMPLE = msgspec.json.decode(Path("clients/web/public/quizzes/every-kind.json").read_bytes(), type=Quiz)
Act = Callable[[Locator], Awaitable[None]]


async def tap(control: Locator) -> None:
    """As with a finger."""
    await control.click()


async def key(control: Locator) -> None:
    """As with a keyboard, once the control has the focus."""
    await control.press("Enter")


def named(page: Page, name: str) -> Locator:
    """The button with this name, whatever place it says that it has."""
    return page.get_by_role("button", name=re.compile(rf"(^|\s){re.escape(name)}$"))


async def join(browser: Browser, address: str, code: str, name: str, shown: str = "") -> tuple[Page, list[str]]:
    """A phone in the lobby under this name or the one that stands in for it, and the list of what goes wrong on it."""
    page, problems = await open_page(browser, f"{address}/join/{code}", PHONE)
    await enter(page, name)
    await expect(page.get_by_role("heading", name=shown or name)).to_be_visible()
    return page, problems


async def write(page: Page, field: str, text: str, act: Act) -> None:
    """Types a text and sends it."""
    await page.get_by_role("textbox", name=field).fill(text)
    await act(page.get_by_role("button", name="Send"))


async def pick(page: Page, names: list[str], act: Act) -> None:
    """Takes one after the other and confirms."""
    for name in names:
        await act(named(page, name))
    await act(page.get_by_role("button", name="Confirm answer"))


async def answer(page: Page, index: int, act: Act) -> None:
    """Answers a question of the sample, rightly where something is right."""
    match index:
        case 1:
            await write(page, "Your answer", "canbera", act)
        case 2:
            await write(page, "Your number in m", "8,849", act)
            await act(page.get_by_role("group", name="Which number").get_by_role("button", name="8849 m"))
        case 3:
            await page.get_by_role("slider", name="Your number").fill("19")
            await act(page.get_by_role("button", name="Send"))
        case 4:
            await pick(page, ["Mercury", "Venus", "Earth"], act)
        case 5:
            for left, right in [("Kenya", "Nairobi"), ("Peru", "Lima"), ("Norway", "Oslo")]:
                await act(page.get_by_role("button", name=re.compile(f"^{left}")))
                await act(page.get_by_role("group", name=f"Partners for {left}").get_by_role("button", name=right))
            await act(page.get_by_role("button", name="Confirm answer"))
        case 6:
            await pick(page, ["2", "11", "23"], act)
        case 7:
            await write(page, "Word 1", "fun", act)
        case 8:
            await act(page.get_by_role("button", name="3", exact=True))
        case 9:
            await pick(page, ["Lunch", "Breakfast"], act)
        case 10:
            await pick(page, ["Flags", "Science"], act)
        case 11:
            await write(page, "What do you think?", "That nothing has to be dragged.", act)


async def rule(host: Page, phones: list[Page]) -> None:
    """A ruling takes back what both players wrote, and its end restores it; phones say so, also after a reload."""
    await host.get_by_role("button", name="Change the scoring: canbera").click()
    await expect(host.get_by_text("“canbera” does not count as right")).to_be_visible()
    await host.get_by_role("button", name="Apply").click()
    fewer = re.compile(r"^[\d,]+ points fewer for you$")
    for phone in phones:
        await expect(phone.get_by_text(fewer)).to_be_visible()
    await phones[0].reload()
    await expect(phones[0].get_by_text(fewer)).to_be_visible()
    await host.get_by_role("button", name="Change the scoring", exact=True).click()
    await host.get_by_role("button", name=re.compile("^Undo: ")).click()
    for phone in phones:
        await expect(phone.get_by_text("No longer: “canbera” does not count as right", exact=True)).to_be_visible()
    await host.get_by_role("dialog").get_by_role("button", name="Close").click()


@pytest.mark.timeout(240)
async def test_every_kind_is_played_by_touch_and_by_keys(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        host, problems = await open_page(browser, f"{quickpoll.health}/host", PROJECTOR)
        await host.get_by_role("button", name=SAMPLE.title).click()
        code = await lobby(host)
        ada, of_ada = await join(browser, quickpoll.health, code, "Ada")
        ben, of_ben = await join(browser, quickpoll.health, code, "Ben")
        players = [(ada, tap), (ben, key)]
        await host.get_by_role("button", name="Start").click()
        for phone, _ in players:
            await expect(phone.get_by_text("Nothing to answer here.")).to_be_visible()
        await host.get_by_role("button", name="Next question").click()
        for index, question in list(enumerate(SAMPLE.questions))[1:]:
            for phone, act in players:
                await expect(phone.get_by_role("heading", name=question.text)).to_be_visible()
                await answer(phone, index, act)
            judged = question.kind in ("text", "number", "order", "match", "multiple")
            for phone, _ in players:
                verdict = "Correct!" if judged else "Thanks, counted"
                await expect(phone.get_by_role("heading", name=verdict)).to_be_visible()
            await expect(host.get_by_text("2 of 2 have answered").first).to_be_visible()
            if question.kind == "text":
                await rule(host, [phone for phone, _ in players])
            last = index + 1 == len(SAMPLE.questions)
            if judged and not last:
                await host.get_by_role("button", name="Leaderboard").click()
            await host.get_by_role("button", name="Show the podium" if last else "Next question").click()
        await expect(host.get_by_role("list", name="Podium")).to_contain_text("Ada")
        assert problems == []
        assert of_ada == of_ben == []
