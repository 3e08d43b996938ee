"""A browser as old as the oldest that is supported, imitated: without what came later, pages work and can be read."""

import re
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.async_api import Page, Route, expect

from tests.gallery.barriers import barriers
from tests.system.browser import PHONE, PROJECTOR, Phone, new_page, open_lobby
from tests.system.conftest import QUIZ, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASSETS = Path("gateway/static/assets")
# Later than Chrome 100 or Safari 15.4.
LATER_STYLES = re.compile(r"[-\w]+\s*:[^;{}]*(?:light-dark\(|color-mix\(|\d(?:dvh|cqw|cqh)\b)[^;{}]*;?")
LATER_SCRIPTS = """(() => {
  const later = [
    [Array.prototype, "toSorted", "toReversed", "toSpliced", "with"], [Array, "fromAsync"],
    [Object, "groupBy"], [Map, "groupBy"], [Promise, "withResolvers", "try"], [URL, "canParse", "parse"],
    [AbortSignal, "timeout", "any"], [Set.prototype, "union", "difference", "intersection", "isSubsetOf"],
    [String.prototype, "isWellFormed", "toWellFormed"], [Element.prototype, "checkVisibility", "setHTML", "moveBefore"],
    [HTMLElement.prototype, "showPopover", "hidePopover", "togglePopover"], [Document.prototype, "startViewTransition"],
    [Navigator.prototype, "wakeLock", "userActivation", "locks"], [Uint8Array, "fromBase64", "fromHex"],
    [Uint8Array.prototype, "toBase64", "toHex"], [globalThis, "CompressionStream", "DecompressionStream", "Iterator",
    "OffscreenCanvas", "showDirectoryPicker", "scheduler", "requestIdleCallback", "Highlight", "navigation"],
  ];
  for (const [where, ...names] of later) for (const name of names) delete where[name];
})();"""


async def old(page: Page) -> Page:
    """Takes from the page what an old browser does not have."""

    async def style(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        await route.fulfill(body=LATER_STYLES.sub("", (ASSETS / name).read_text()), content_type="text/css")

    await page.route("**/*.css", style)
    await page.add_init_script(LATER_SCRIPTS)
    return page


async def unreadable(page: Page) -> list[str]:
    """What axe finds, contrast above all, in the light and in the dark scheme."""
    found = []
    schemes: tuple[Literal["dark"], Literal["light"]] = ("dark", "light")
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in await barriers(page, both=False)]
    return found


async def test_an_old_browser_joins_answers_and_leads_and_can_be_read(site: Site) -> None:
    async with site.visit() as browser:
        host = await old(await new_page(browser, PROJECTOR))
        problems: list[str] = []
        host.on("pageerror", lambda error: problems.append(str(error)))
        code = await open_lobby(host, site.address, "quiz.json", msgspec.json.encode(QUIZ))
        phone = await old(await new_page(browser, PHONE))
        await phone.goto(site.address)
        assert await unreadable(phone) == []
        ada = await Phone.join(phone, site.address, code, "Ada", QUIZ)
        assert await unreadable(host) == []
        await host.get_by_role("button", name="Start").click()
        await expect(phone.get_by_role("group", name="Options").get_by_role("button")).to_have_count(2)
        assert await unreadable(phone) == []
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        for page in (host, phone):
            assert await unreadable(page) == []
        await host.get_by_role("button", name="Show the podium").click()
        await expect(phone.get_by_role("heading", name="You won!")).to_be_visible()
        assert problems + ada.problems == []
