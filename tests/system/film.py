"""Retakes the pictures of the documentation: `make pictures`. A game in real browsers, view by view.

Each view of both pages is taken at phone and projector size, in light and dark, into the folder given.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page

from tests.system.browser import PHONE, PROJECTOR, chromium
from tests.system.harness import running, serve
from tests.system.tour import Tour

NAMES = ("Amara", "Ben", "Chiara", "Dmitri", "Elif", "Fatou", "Goro", "Hana", "Ivan", "Jun", "Kofi", "Lena")
# The rows of the leaderboard set off after a moment, and no animation of theirs is there to be awaited until then.
MOVING_MS = 2500


async def _settled(page: Page, view: str) -> None:
    """Returns when what moves on the page has come to rest."""
    if view in ("host-leaderboard", "host-podium"):
        await page.wait_for_timeout(MOVING_MS)
    await page.evaluate(
        """Promise.allSettled(document.getAnimations()
             .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
             .map((one) => one.finished))"""
    )


def size(text: str) -> dict[str, int]:
    """A size as people write it: 1920x1080."""
    width, _, height = text.partition("x")
    return {"width": int(width), "height": int(height)}


def index(views: Sequence[str], schemes: Sequence[str]) -> str:
    """The page that shows them all."""
    lines = [
        "# Every view",
        "",
        "Taken in a real game by `make pictures`. [Every kind of question](kinds/README.md) has a strip of its own.",
        "",
    ]
    lines += [f"| view | {' | '.join(schemes)} |", "|---" * (len(schemes) + 1) + "|"]
    for view in views:
        cells = [f'<img src="{file_of(view, scheme)}" width="360" alt="{view}, {scheme}">' for scheme in schemes]
        lines.append(f"| {view} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def file_of(view: str, scheme: str) -> str:
    """The name of a picture."""
    return f"{view}.png" if scheme == "light" else f"{view}-{scheme}.png"


async def main() -> None:
    """Reads the arguments and takes the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.film", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("docs/pictures"), help="where they go (%(default)s)")
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--stage", type=size, default=PROJECTOR, help="of the host's page, such as 1920x1080")
    parser.add_argument("--phone", type=size, default=PHONE, help="of the player's page, such as 768x1024")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    views: dict[str, None] = {}
    with tempfile.TemporaryDirectory() as folder:
        quickpoll = serve(Path(folder))
        async with running(quickpoll), chromium() as browser:
            for scheme in given.schemes:

                async def take(page: Page, view: str, scheme: str = scheme) -> None:
                    await _settled(page, view)
                    await page.screenshot(path=given.folder / file_of(view, scheme))
                    views[view] = None

                await Tour(browser, quickpoll.health, take, NAMES, scheme, stage=given.stage, phone=given.phone).walk()
    (given.folder / "README.md").write_text(index(list(views), given.schemes))


if __name__ == "__main__":
    asyncio.run(main())
