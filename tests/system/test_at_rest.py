"""While nothing happens, pages do nothing: no request, no work, in every phase of a game."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from playwright.async_api import CDPSession, Page, expect

from quickpoll.protocol import Quiz
from tests.system.browser import PHONE, PROJECTOR, Phone, lobby, new_page, open_page, open_remote, upload
from tests.system.conftest import Site
from tests.system.test_pages import OWN

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = msgspec.yaml.decode(OWN, type=Quiz)
SETTLED_WITHIN_S = 15.0
LOOK_S = 0.5
BUSY = 0.05
"""What a page may work, as a share of the time; a clock that is drawn, which a question has, costs more than that."""


async def worked_s(session: CDPSession) -> float:
    """For how long the page has run scripts."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration"))


class Watched:
    """A page whose requests are counted."""

    def __init__(self, name: str, page: Page, session: CDPSession) -> None:
        self.name = name
        self.session = session
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))

    @classmethod
    async def of(cls, name: str, page: Page) -> "Watched":
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        return cls(name, page, session)

    async def at_work(self) -> tuple[list[str], float]:
        """What it asked for during a look, and the share of the time in which it worked."""
        self.asked.clear()
        before = await worked_s(self.session)
        await asyncio.sleep(LOOK_S)
        return list(self.asked), (await worked_s(self.session) - before) / LOOK_S


async def rest(pages: Sequence[Watched], phase: str) -> None:
    """Returns as soon as none of them does anything: what moves after an event has come to its end."""
    try:
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while True:
                found = await asyncio.gather(*(page.at_work() for page in pages))
                if all(not asked and share < BUSY for asked, share in found):
                    return
    except TimeoutError:
        names = [page.name for page in pages]
        raise AssertionError(f"{phase}: these never rest: {dict(zip(names, found, strict=True))}") from None


async def test_pages_rest_while_nothing_happens(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR, moving=True)
        await upload(host, "own.yaml", OWN.encode())
        code = await lobby(host)
        ada = await Phone.join(await new_page(browser, PHONE, moving=True), site.address, code, "Ada", QUIZ)
        remote = await new_page(browser, PHONE, moving=True)
        await open_remote(host, remote)
        pages = [await Watched.of(*one) for one in (("stage", host), ("phone", ada.page), ("remote", remote))]
        await rest(pages, "lobby")
        start, board, on, end = (
            host.get_by_role("button", name=name)
            for name in ("Start", "Leaderboard", "Next question", "Show the podium")
        )
        for index, question in enumerate(QUIZ.questions):
            await (on if index else start).click()
            await ada.answer(index, correctly=True)
            await ada.sees_verdict(index)
            await rest(pages, f"results of a {question.kind}")
            if question.kind != "poll":
                await board.click()
                await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
                await rest(pages, "leaderboard")
        await end.click()
        await expect(host.get_by_role("list", name="Podium")).to_be_visible()
        await rest(pages, "podium")
        assert problems == []
