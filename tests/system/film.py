"""Takes the pictures of the documentation anew: `make pictures`. A game in real browsers, view by view.

Each view of both pages is taken at the sizes given, in light and dark, into the folder given.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page, expect

from quickpoll.protocol import Quiz
from tests.system.browser import Phone, chromium, code_of
from tests.system.harness import running, serve

QUIZZES = Path(__file__).parents[2] / "clients" / "web" / "public" / "quizzes"
NAMES = ("Amara", "Ben", "Chiara", "Dmitri", "Elif", "Fatou", "Goro", "Hana", "Ivan", "Jun", "Kofi", "Lena")
STAGE = {"width": 1280, "height": 720}


async def _settled(page: Page) -> None:
    """Returns when what moves on the page has come to rest."""
    await page.evaluate(
        """Promise.allSettled(document.getAnimations()
             .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
             .map((one) => one.finished))"""
    )


class Film:
    """Takes pictures of a game."""

    def __init__(self, folder: Path, scheme: str) -> None:
        self._folder = folder
        self._suffix = "" if scheme == "light" else f"-{scheme}"
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, page: Page, name: str) -> None:
        """Takes one picture when the page has come to rest."""
        await _settled(page)
        await page.screenshot(path=self._folder / f"{name}{self._suffix}.png")

    async def play(self, browser: Browser, address: str, scheme: str) -> None:
        """Plays three questions of a bundled quiz and takes each view once."""
        quiz = msgspec.json.decode((QUIZZES / "capitals.json").read_bytes(), type=Quiz)
        context = await browser.new_context(viewport=STAGE, color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]
        host = await context.new_page()
        await host.goto(f"{address}/host")
        await expect(host.get_by_role("button", name=quiz.title)).to_be_visible()
        await self.take(host, "host-start")
        await host.get_by_role("button", name=quiz.title).click()
        await self.take(host, "host-setup")
        await host.get_by_role("button", name="Open the lobby").click()
        number = await code_of(host)
        phones = [await Phone.join(browser, address, number, name, quiz, scheme) for name in NAMES]
        first = phones[0].page
        await expect(host.get_by_role("button", name=f"Remove {NAMES[-1]}")).to_be_visible()
        await self.take(host, "host-lobby")
        await self.take(first, "player-lobby")
        await host.get_by_role("button", name="Start").click()
        for index in range(3):
            await self._question(host, phones, index, last=index == 2)
        await host.get_by_role("button", name="End session").click()
        await host.get_by_role("button", name="End for everyone").click()
        await context.close()
        for phone in phones:
            await phone.page.context.close()

    async def _question(self, host: Page, phones: list[Phone], index: int, *, last: bool) -> None:
        first = phones[0].page
        if last:
            await expect(first.get_by_text("Get ready")).to_be_visible()
            await self.take(first, "player-ready")
        await expect(first.get_by_role("group", name="Options")).to_be_visible()
        if last:
            await self.take(first, "player-question")
        for place, phone in enumerate(phones[: len(phones) - 4 * last]):
            await phone.answer(index, correctly=(index + place) % 3 != 1)
        if last:
            await self.take(host, "host-question")
            await self.take(first, "player-answered")
            for place, phone in enumerate(phones[-4:]):
                await phone.answer(index, correctly=place % 2 == 0)
        await expect(host.get_by_role("button", name="Leaderboard")).to_be_visible()
        if last:
            await self.take(host, "host-results")
            await self.take(first, "player-verdict")
        await host.get_by_role("button", name="Leaderboard").click()
        if last:
            await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
            await host.wait_for_timeout(2500)
            await self.take(host, "host-leaderboard")
        else:
            await host.get_by_role("button", name="Next question").click()


async def main() -> None:
    """Reads the arguments and takes the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.film", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("docs/pictures"), help="where they go (%(default)s)")
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        quickpoll = serve(Path(folder))
        async with running(quickpoll), chromium() as browser:
            for scheme in given.schemes:
                await Film(given.folder, scheme).play(browser, quickpoll.health, scheme)


if __name__ == "__main__":
    asyncio.run(main())
