"""Every state of the pages is whole and readable, on a phone and on a projector.

A state is shown once, and then resized: nothing is cut off, printed over something else or outside the screen; what
one does next is in sight; what is read from the last row is large enough.
"""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.gallery.gallery import PHONE, PROJECTOR, SIZES, served, show, states
from tests.system.browser import chromium, new_page

CHECKS = Path("tests/gallery/checks.js").read_text()
# The smallest letters on the stage, in hundredths of its height: docs/design.md.
STAGE = {"large": 2.75, "small": 2.0}
LANES = 3
"""So many pages are looked at side by side."""


async def looks(page: Page, widths: list[int]) -> list[str]:
    """What is wrong with the state as it is drawn at these widths."""
    wanted = await page.evaluate("window.wanted")
    asked = {"main": wanted["main"], "stage": STAGE if wanted["stage"] else None}
    found = []
    for width in widths:
        await page.set_viewport_size({"width": width, "height": SIZES[width]})
        found += [f"{width} px: {fault}" for fault in await page.evaluate(CHECKS, asked)]
    return found


@pytest.mark.timeout(900)
async def test_every_state_is_whole_and_readable() -> None:
    faults: dict[str, list[str]] = {}

    async def lane(browser: Browser, mine: list[str]) -> None:
        page = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]}, reduced_motion=True)
        for name in mine:
            await show(page, address, name)
            if found := await looks(page, [PHONE, PROJECTOR]):
                faults[name] = found

    with served() as address:
        async with chromium(840) as browser:
            first = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]})
            names = await states(first, address)
            await asyncio.gather(*(lane(browser, names[lane_number::LANES]) for lane_number in range(LANES)))
    assert faults == {}
