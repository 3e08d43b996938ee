"""Every state of the pages is whole and readable: on phones and projectors, in large letters, in German and in Arabic.

A state is shown once, and then resized and translated: nothing is cut off, printed over something else or outside the
screen; what one does next is in sight; what is read from the last row is large enough; axe has nothing to say. And
every component is in some state. The first state of each component is also given to axe in the dark and looked at in
forced colours, and what a screen reader is given there is stored.
"""

import asyncio
import hashlib
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.gallery.barriers import barriers
from tests.gallery.gallery import AXE_URL, PHONE, PROJECTOR, SIZES, drawn, served, show, states
from tests.gallery.trees import stored, tree, whole, width_of
from tests.system.browser import chromium, new_page

CHECKS = Path("tests/gallery/checks.js").read_text()
COMPONENTS = Path("clients/web/src")
# The smallest letters on the stage, in hundredths of its height: docs/design.md.
STAGE = {"large": 2.75, "small": 2.0}
LANES = 3
"""So many pages are looked at side by side."""
OTHERS = [size for size in SIZES if size not in (PHONE, PROJECTOR)]
ZOOMED = {PHONE: (320, 640), PROJECTOR: (640, 360)}
"""The narrowest phone, and what remains of a projector at 200 % (WCAG 1.4.4 and 1.4.10)."""
NOT_DRAWN = {
    "files/print/PlayersPaper.svelte": "on paper only: tests/system/test_taken_along.py",
    "files/print/QuizPaper.svelte": "on paper only: tests/system/test_taken_along.py",
    "kinds/slide/Result.svelte": "a slide has no results; each kind has to say what they look like",
}
"""Components that no state shows, and why."""


def components() -> set[str]:
    """Every component of the pages, by its path."""
    return {str(path.relative_to(COMPONENTS)) for path in COMPONENTS.rglob("*.svelte")}


async def resize(page: Page, width: int, height: int) -> None:
    """Gives the page another size; returns when it has been drawn in it, with what follows from its size."""
    await page.set_viewport_size({"width": width, "height": height})
    await drawn(page)


async def faults_at(page: Page, width: int, language: str) -> list[str]:
    """What is wrong with the state in this width and this language, which it has already."""
    wanted = await page.evaluate("window.wanted")
    asked = {"main": wanted["main"], "stage": STAGE if wanted["stage"] else None}
    await resize(page, width, SIZES[width])
    return [f"{width} px, {language}: {fault}" for fault in await page.evaluate(CHECKS, asked)]


async def looks(page: Page, name: str) -> list[str]:
    """What is wrong with the state as it is drawn, on a phone, a projector, and one more screen.

    In English where it is at home; on phone and projector in German, whose words are the longest; and there also in
    Arabic, from right to left.
    """
    home = width_of(name)
    away = PHONE if home == PROJECTOR else PROJECTOR
    other = OTHERS[hashlib.sha256(name.encode()).digest()[0] % len(OTHERS)]
    found = []
    # In this order, since another size costs more than another language.
    for language, width in (("en", home), ("ar", home), ("de", home), ("de", away), ("en", other)):
        await page.evaluate("language => window.speak(language)", language)
        found += await faults_at(page, width, language)
    width, height = ZOOMED[home]
    await resize(page, width, height)
    too_wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{width} px: wider than the screen by {too_wide} px"] if too_wide > 0 else [])


async def looks_large(page: Page) -> list[str]:
    """What is wrong with it on a phone for people who need letters of twice the size.

    A page may scroll further then, and a table that scrolls sideways may do so as well.
    """
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await resize(page, PHONE, SIZES[PHONE])
    return [f"letters of 200 %: {fault}" for fault in await page.evaluate(CHECKS, {"main": "", "stage": None})]


@pytest.mark.timeout(900)
async def test_every_state_is_whole_and_readable_and_open_to_everyone() -> None:
    faults: dict[str, list[str]] = {}
    drawn: set[str] = set()
    shown_to_readers: set[str] = set()
    trees = stored()

    async def lane(browser: Browser, mine: list[str]) -> None:
        page = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]}, traced=False)
        for name in mine:
            await page.set_viewport_size(whole(name))
            await show(page, address, name)
            found = []
            here = set(await page.evaluate("[...window.drawn]"))
            drawn.update(here)
            if name in trees:
                shown_to_readers.update(here)
                if await tree(page) != trees[name]:
                    found.append("a screen reader is given something else: if that is right, make trees")
            await page.add_script_tag(url=AXE_URL)
            found += await barriers(page, both=name in trees)
            found += await looks(page, name)
            if not name.startswith("stage"):
                found += await looks_large(page)
            if found:
                faults[name] = found

    with served() as address:
        async with chromium(840) as browser:
            first = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]}, traced=False)
            names = await states(first, address)
            await asyncio.gather(*(lane(browser, names[lane_number::LANES]) for lane_number in range(LANES)))
    assert faults == {}
    assert components() - drawn == NOT_DRAWN.keys(), "each component is in a state of the gallery"
    assert trees.keys() <= set(names), "a stored tree is of a state that is gone: make trees"
    assert drawn == shown_to_readers, "each component has a stored tree: make trees"
