"""What a screen reader is given, a stored text for each kind of view; `make trees` writes them again after a change.

The views are those states, in their order, that draw a component for the first time.
"""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Page, ViewportSize

from tests.gallery.gallery import PHONE, PROJECTOR, SIZES, served, show, states
from tests.system.browser import chromium, new_page

STORED = Path("tests/gallery/stored")
_PASSING = re.compile(r"(?<=\") \[disabled\]|(?<=- status): (?:Saving…|Saved|Click anywhere.*)")


def stored() -> dict[str, str]:
    """The stored text of each view, by the name of its state."""
    return {path.stem: path.read_text() for path in sorted(STORED.glob("*.yml"))}


async def tree(page: Page) -> str:
    """The accessibility tree of a page, as text."""
    text: str = await page.locator("body").aria_snapshot()
    # A button rests for a moment after each change, and what is kept or heard is said when it is.
    return _PASSING.sub("", text) + "\n"


def width_of(state: str) -> int:
    """Where a state is at home: on a phone, or on a projector."""
    return PHONE if state.startswith(("player", "remote")) else PROJECTOR


def whole(state: str) -> ViewportSize:
    """A screen there on which nothing lies under a bar that stays in sight while one scrolls."""
    width = width_of(state)
    return {"width": width, "height": SIZES[width] if state.startswith("stage") else 2400}


async def trees() -> dict[str, str]:
    """The text of each view as it is now, by the name of its state."""
    drawn: set[str] = set()
    found: dict[str, str] = {}
    with served() as address:
        async with chromium(600) as browser:
            page = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]})
            for name in await states(page, address):
                await page.set_viewport_size(whole(name))
                await show(page, address, name)
                new = set(await page.evaluate("[...window.drawn]")) - drawn
                if new:
                    drawn |= new
                    found[name] = await tree(page)
    return found


def main() -> None:
    """Stores what there is now in the place of what was stored."""
    now = asyncio.run(trees())
    STORED.mkdir(exist_ok=True)
    for name in stored().keys() - now.keys():
        (STORED / f"{name}.yml").unlink()
    for name, text in now.items():
        (STORED / f"{name}.yml").write_text(text)


if __name__ == "__main__":
    main()
