"""Retakes the pictures of the documentation: `make pictures`, from the gallery as it is built.

Each view of both pages is taken at phone and projector size, in light and dark, and has the name of its state.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.async_api import Page

from tests.gallery.gallery import PROJECTOR, SIZES, served, show
from tests.gallery.trees import width_of
from tests.system.browser import chromium, new_page

FOLDER: Final = Path("docs/pictures")
SCHEMES: Final = ("light", "dark")
VIEWS: Final = (
    "start",
    "setup",
    "editor-single",
    "player-join",
    "stage-lobby",
    "player-lobby",
    "remote-lobby",
    "stage-ready",
    "player-ready",
    "stage-question",
    "player-question",
    "player-question-multiple",
    "player-answered",
    "remote-question",
    "stage-results",
    "player-correct",
    "player-incorrect",
    "remote-results",
    "stage-leaderboard",
    "stage-podium",
    "player-final",
    "stage-standings",
)
"""The states that the documentation shows, in the order of a game."""


async def taken(page: Page, address: str, state: str) -> bytes:
    """A state as it looks when it has come to rest, as a PNG."""
    width = width_of(state)
    await page.set_viewport_size({"width": width, "height": SIZES[width]})
    await show(page, address, state)
    await page.mouse.click(1, SIZES[width] // 2)  # as if the person had let it make sounds
    await page.wait_for_function("() => !document.querySelector('footer .button[aria-disabled=true]')")
    await page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    return await page.screenshot()


def file_of(view: str, scheme: str) -> str:
    """The name of a picture."""
    return f"{view}.png" if scheme == "light" else f"{view}-{scheme}.png"


def index(views: Sequence[str]) -> str:
    """The page that shows them all."""
    lines = [
        "# Every view",
        "",
        "Taken from the gallery of every state by `make pictures`. "
        "[Every kind of question](kinds/README.md) has a strip of its own.",
        "",
    ]
    lines += [f"| view | {' | '.join(SCHEMES)} |", "|---" * (len(SCHEMES) + 1) + "|"]
    for view in views:
        cells = [f'<img src="{file_of(view, scheme)}" width="360" alt="{view}, {scheme}">' for scheme in SCHEMES]
        lines.append(f"| {view} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def folder_given(program: str, description: str | None, default: Path) -> Path:
    """Reads the arguments: where the pictures of a program go; the folder is there afterwards."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--folder", type=Path, default=default, help="where they go (%(default)s)")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def main() -> None:
    """Reads the arguments and takes the pictures."""
    folder = folder_given("tests.gallery.pictures", __doc__, FOLDER)
    size = {"width": PROJECTOR, "height": SIZES[PROJECTOR]}
    with served() as address:
        async with chromium() as browser:
            for scheme in SCHEMES:
                page = await new_page(browser, size, scheme=scheme)
                for view in VIEWS:
                    (folder / file_of(view, scheme)).write_bytes(await taken(page, address, view))
    (folder / "README.md").write_text(index(VIEWS))


if __name__ == "__main__":
    asyncio.run(main())
