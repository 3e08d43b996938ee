"""One game that everybody can play: on a stage and with a remote, by four players of different needs.

One uses the keyboard alone, one loses the network in the middle of a question, one reads Arabic, one has extra time.
"""

import json
import re
from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page, expect

from quickpoll.protocol import Option, Quiz, SingleQuestion
from tests.system.browser import PHONE, PROJECTOR, Phone, chromium, code_of, new_page, open_page, open_remote, upload
from tests.system.harness import running, serve

QUIZ = Quiz(
    "For everyone",
    tuple(
        SingleQuestion(
            f"{number} and one is?", (Option(str(number + 1), correct=True), Option("0")), time_limit_ms=60_000
        )
        for number in (1, 2)
    ),
)
ARABIC = json.loads(Path("clients/web/src/i18n/messages/player/ar.json").read_text())
MOST_TABS = 30


async def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the control with this name has the focus."""
    for _ in range(MOST_TABS):
        focused = await page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
        )
        if focused == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


async def join_by_keyboard(browser: Browser, address: str, code: str, name: str) -> Phone:
    """Types a code and a name, and joins, without a pointer."""
    phone = Phone(await new_page(browser, PROJECTOR), name, QUIZ)
    phone.listen()
    await phone.page.goto(address)
    await tab_to(phone.page, "Game code")
    await phone.page.keyboard.type(code)
    await tab_to(phone.page, "Your name")
    await phone.page.keyboard.type(name)
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.get_by_role("heading", name=name)).to_be_focused()
    return phone


async def join_in_arabic(browser: Browser, address: str, code: str, name: str) -> Page:
    """Joins from a browser whose language is Arabic."""
    page = await new_page(browser, PHONE, locale="ar")
    await page.goto(f"{address}/join/{code}")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await page.get_by_role("textbox", name=ARABIC["join.name"]).fill(name)
    await page.get_by_role("button", name=ARABIC["join.go"], exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page


async def test_everyone_plays(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        stage, problems = await open_page(browser, f"{quickpoll.health}/host", PROJECTOR)
        await upload(stage, "q.json", msgspec.json.encode(QUIZ))
        await stage.get_by_role("button", name="Open the lobby").click()
        code = await code_of(stage)
        remote = await new_page(browser, PHONE)
        await open_remote(stage, remote)
        assert "remote=" not in remote.url, "the key stays in the address bar"

        keyboard = await join_by_keyboard(browser, quickpoll.health, code, "Keys")
        arabic = await join_in_arabic(browser, quickpoll.health, code, "عمر")
        offline = await Phone.join(await new_page(browser, PHONE), quickpoll.health, code, "Lost", QUIZ)
        slow = await Phone.join(await new_page(browser, PHONE), quickpoll.health, code, "Slow", QUIZ)
        await slow.page.get_by_role("button", name="extra time").click()
        await remote.get_by_role("button", name="Players").click()
        await remote.get_by_role("dialog").get_by_role("button", name="Slow").click()
        await remote.get_by_role("radio", name="+100%").check()
        await expect(slow.page.get_by_text(re.compile(r"100\s?%"))).to_be_visible()
        await remote.keyboard.press("Escape")
        await remote.keyboard.press("Escape")

        await remote.get_by_role("button", name="Start").click()
        await expect(stage.get_by_role("heading", name=QUIZ.questions[0].text)).to_be_visible()
        await expect(keyboard.page.get_by_role("heading", name=QUIZ.questions[0].text)).to_be_focused()
        await expect(keyboard.page.get_by_role("group", name="Options").get_by_role("button")).to_have_count(2)
        await offline.page.context.set_offline(True)
        await keyboard.press(0, "1")
        await arabic.get_by_role("group", name=ARABIC["answer.options"]).get_by_role("button").first.click()
        await expect(arabic.get_by_text(ARABIC["answer.accepted"], exact=True)).to_be_visible()
        await offline.answer(0, correctly=True)
        await expect(stage.get_by_role("list", name="Still answering")).to_contain_text("Lost")
        await offline.page.context.set_offline(False)
        await expect(offline.page.get_by_text("Locked in", exact=True)).to_be_visible()
        await slow.answer(0, correctly=False)
        await offline.sees_verdict(0)
        await keyboard.sees_verdict(0)
        await expect(arabic.get_by_role("heading", name=ARABIC["verdict.correct"])).to_be_visible()
        await expect(remote.get_by_role("heading", name="Results")).to_be_visible()

        await remote.get_by_role("button", name="Next question").click()
        await expect(stage.get_by_role("heading", name=QUIZ.questions[1].text)).to_be_visible()
        await remote.get_by_role("button", name="Close now").click()
        await expect(stage.get_by_role("button", name="Show the podium")).to_be_enabled()
        await stage.keyboard.press("Space")
        for page in (stage, remote, keyboard.page, offline.page, slow.page):
            await expect(page.get_by_role("list", name="Podium")).to_be_visible()
        podium = stage.get_by_role("list", name="Podium").get_by_role("listitem")
        for phone in (keyboard, offline):
            await expect(podium.filter(has_text=phone.name)).to_contain_text(f"{phone.points:,} points")
        assert problems == []
