"""What browsers, clickers and those who share a device do to the pages, in a game."""

import re
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from quickpoll.protocol import Option, Quiz, SingleQuestion
from tests.system.browser import PHONE, PROJECTOR, Phone, chromium, code_of, new_page, upload
from tests.system.conftest import Site
from tests.system.harness import running, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = Quiz(
    "Capitals",
    (
        SingleQuestion("First:\n  Kenya?", (Option("Nairobi", correct=True), Option("Mombasa")), time_limit_ms=60_000),
        SingleQuestion("Second: Peru?", (Option("Lima", correct=True), Option("Cusco")), time_limit_ms=60_000),
    ),
)
# As Chrome translates: what may be translated goes into nodes of its own, now and as it comes.
TRANSLATE = """addEventListener("DOMContentLoaded", () => {
  const own = new WeakSet();
  const free = (node) => node.parentElement?.closest("[translate]")?.getAttribute("translate") !== "no";
  const wrap = (node) => {
    if (node.nodeType !== Node.TEXT_NODE) return [...node.childNodes].forEach(wrap);
    if (!node.parentElement || !node.data.trim() || own.has(node) || !free(node)) return;
    if (node.parentElement.closest("script, style")) return;
    const outer = document.createElement("font");
    const inner = document.createElement("font");
    const translated = document.createTextNode("≈" + node.data);
    own.add(translated);
    inner.append(translated);
    outer.append(inner);
    node.replaceWith(outer);
  };
  wrap(document.body);
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(wrap))).observe(
    document.body,
    { childList: true, subtree: true },
  );
});"""
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
"""As a Japanese keyboard has them."""


async def translated(browser: Browser, size: dict[str, int], problems: list[str]) -> Page:
    """A page that the browser translates."""
    page = await new_page(browser, size)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.add_init_script(TRANSLATE)
    return page


async def open_lobby(host: Page, address: str) -> str:
    """Opens the lobby of the quiz, and returns its code."""
    await host.goto(f"{address}/host")
    await upload(host, "q.json", msgspec.json.encode(QUIZ))
    await host.get_by_role("button", name="Open the lobby").click()
    return await code_of(host)


async def press_when_ready(host: Page, key: str, button: str) -> None:
    """Presses a key of the clicker when the large button, whose name this is, no longer rests."""
    await expect(host.get_by_role("button", name=button)).to_be_enabled()
    await host.keyboard.press(key)


async def test_a_clicker_leads_pages_that_are_translated(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    problems: list[str] = []
    async with running(quickpoll), chromium() as browser:
        host = await translated(browser, PROJECTOR, problems)
        code = await open_lobby(host, quickpoll.health)
        # Nobody is here yet, so there is nothing to start.
        await host.keyboard.press("PageDown")
        await expect(host.get_by_text("Waiting for players")).to_be_visible()
        phone = await translated(browser, PHONE, problems)
        await phone.goto(quickpoll.health)
        field = phone.get_by_role("textbox", name="Game code")
        await field.press_sequentially(code.translate(FULL_WIDTH))
        await expect(field).to_have_value(code)
        await phone.get_by_role("textbox", name="Your name").fill("Ada!")
        await phone.get_by_role("button", name="Join", exact=True).click()
        await expect(phone.get_by_role("heading", name="You’re in! Ada!", exact=True)).to_be_visible()

        # The second press of two in a row closes no question that has not opened.
        await press_when_ready(host, "PageDown", "Start")
        await host.keyboard.press("PageDown")
        asked = phone.get_by_role("heading", level=1)
        await expect(asked).to_have_text("≈First:\n  Kenya?")
        assert "\n" in await asked.inner_text(), "the lines of a text stay lines"
        await phone.get_by_role("group", name="Options").get_by_role("button", name="Nairobi").click()
        await expect(phone.get_by_role("heading", name="Correct!")).to_be_visible()
        await expect(phone.locator("header .points")).to_have_text(re.compile(r"^\s*[1-9][\d,]+ points"))

        await press_when_ready(host, "PageDown", "Leaderboard")
        await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
        await host.keyboard.press("PageUp")
        await expect(host.get_by_role("heading", level=1)).to_have_text("≈First:\n  Kenya?")
        await host.keyboard.press(".")
        await expect(host.get_by_role("dialog")).to_be_visible()
        await host.keyboard.press("Escape")
        await expect(host.get_by_role("dialog")).to_have_count(0)
        await press_when_ready(host, "ArrowDown", "Leaderboard")
        await press_when_ready(host, "PageDown", "Next question")
        for page in (host, phone):
            await expect(page.get_by_role("heading", level=1)).to_have_text("≈Second: Peru?")
        await expect(phone.get_by_role("group", name="Options").get_by_role("button", name="Lima")).to_be_visible()
        await press_when_ready(host, "PageDown", "Close now")
        await expect(phone.get_by_role("heading", name="No answer in time")).to_be_visible()
        # F5 on a clicker starts the show of slides; here it reloads the stage, which comes back as it was.
        await host.reload()
        await expect(host.get_by_role("button", name="Show the podium")).to_be_visible()
        await expect(host.get_by_text("0 of 1 have answered")).to_be_visible()
        assert problems == []


async def is_told_that_the_name_is_taken(page: Page, link: str, name: str) -> None:
    """Joins by a name that somebody has: the page says so, offers another one, and a reload shows the form again."""
    await page.goto(link)
    field = page.get_by_role("textbox", name="Your name")
    await field.fill(name)
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("alert").filter(has_text="already")).to_be_visible()
    await expect(field).to_be_focused()
    await page.get_by_role("button", name=f"Use “{name} 2”").click()
    await expect(field).to_have_value(f"{name} 2")
    await page.reload()
    await expect(page.get_by_role("button", name="Join", exact=True)).to_be_enabled()


async def test_a_seat_is_found_again_on_its_device_and_left_to_somebody_else(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await open_lobby(host, site.address)
        ada = await Phone.join(await new_page(browser, PHONE), site.address, code, "Ada", QUIZ)
        second = await new_page(browser, PHONE)
        await is_told_that_the_name_is_taken(second, f"{site.address}/join/{code}", "ADA")
        await Phone.join(second, site.address, code, "Ben", QUIZ)
        await host.get_by_role("button", name="Start").click()
        await ada.answer(0, correctly=True)
        await expect(ada.page.get_by_text("Locked in", exact=True)).to_be_visible()

        # The tab was closed by mistake: code and name are typed again.
        tablet = ada.page.context
        await ada.page.close()
        again = await tablet.new_page()
        await again.goto(site.address)
        await again.get_by_role("textbox", name="Game code").fill(code)
        # The name of the one before is offered, and not filled in: the next one may be somebody else.
        await expect(again.get_by_role("textbox", name="Your name")).to_have_value("")
        await again.get_by_role("button", name="Use “Ada”").click()
        await again.get_by_role("button", name="Join", exact=True).click()
        await expect(again.get_by_text("Locked in", exact=True)).to_be_visible()
        await expect(host.get_by_text("2 players")).to_be_visible()

        # Somebody else gets the tablet and opens the link.
        await again.close()
        other = await tablet.new_page()
        await other.goto(f"{site.address}/join/{code}")
        await other.get_by_role("button", name="Ada", exact=True).click()
        await other.get_by_role("button", name="Not you? Leave the game").click()
        await expect(other.get_by_role("textbox", name="Your name")).to_have_value("")
        await other.get_by_role("textbox", name="Game code").fill(code)
        await other.get_by_role("textbox", name="Your name").fill("Bea")
        await other.get_by_role("button", name="Join", exact=True).click()
        await expect(other.get_by_role("banner").get_by_text("Bea")).to_be_visible()
