"""A walk through every view of both pages, in a real game: for pictures and for checks of each view."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from playwright.async_api import Browser, Page, expect

from quickpoll.protocol import MultipleQuestion, Option, Quiz, SingleQuestion
from tests.system.browser import PHONE, PROJECTOR, Phone, code_of, new_page, open_remote, upload

TOUR = Quiz(
    "Around the world",
    (
        SingleQuestion(
            "Which of these cities is the capital of Australia?",
            (Option("Sydney"), Option("Canberra", correct=True), Option("Melbourne"), Option("Perth")),
            time_limit_ms=120_000,
            explanation="Canberra was founded in 1913, half-way between the rivals Sydney and Melbourne.",
        ),
        MultipleQuestion(
            "Which of these countries have no coast on any sea?",
            (Option("Bolivia", correct=True), Option("Chile"), Option("Mongolia", correct=True), Option("Portugal")),
            time_limit_ms=120_000,
            explanation="Bolivia and Mongolia are landlocked.",
        ),
    ),
)

Visit = Callable[[Page, str], Awaitable[None]]
"""Called with a page and the name of the view that it shows."""


@dataclass
class Tour:
    """A game of `TOUR` with these players, the last of whom answers last."""

    browser: Browser
    address: str
    visit: Visit
    names: Sequence[str]
    scheme: str = "light"
    reduced_motion: bool = False
    stage: Mapping[str, int] = field(default_factory=lambda: PROJECTOR)
    phone: Mapping[str, int] = field(default_factory=lambda: PHONE)

    async def walk(self) -> None:
        """Visits every view of host and player once."""
        host = await self._page(self.stage)
        phones = await self._lobby(host)
        remote = await self._page(self.phone)
        await open_remote(host, remote)
        await self.visit(remote, "remote-lobby")
        await host.get_by_role("button", name="Start").click()
        for index in range(len(TOUR.questions)):
            await self._question(host, remote, phones, index)
        await self._end(host, phones)
        for page in (host, remote, *(phone.page for phone in phones)):
            await page.context.close()

    async def _page(self, size: Mapping[str, int]) -> Page:
        return await new_page(self.browser, size, scheme=self.scheme, reduced_motion=self.reduced_motion)

    async def _lobby(self, host: Page) -> list[Phone]:
        await host.goto(f"{self.address}/host")
        await expect(host.get_by_role("button", name="Icebreaker")).to_be_visible()
        await self.visit(host, "host-start")
        await upload(host, "tour.json", msgspec.json.encode(TOUR))
        await expect(host.get_by_role("heading", name=TOUR.title)).to_be_visible()
        await self.visit(host, "host-setup")
        await host.get_by_role("button", name="Edit").click()
        await expect(host.get_by_role("textbox", name="Title")).to_have_value(TOUR.title)
        await self.visit(host, "host-editor")
        await host.get_by_role("button", name="Play it").click()
        await host.get_by_role("button", name="Open the lobby").click()
        code = await code_of(host)
        stranger = await self._page(self.phone)
        await stranger.goto(self.address)
        await expect(stranger.get_by_role("textbox", name="Game code")).to_be_visible()
        await self.visit(stranger, "player-join")
        await stranger.context.close()
        phones = []
        for name in self.names:
            page = await self._page(self.phone)
            phones.append(await Phone.join(page, self.address, code, name, TOUR))
        await expect(host.get_by_role("button", name=f"Remove {self.names[-1]}")).to_be_visible()
        await self.visit(host, "host-lobby")
        await self.visit(phones[0].page, "player-lobby")
        return phones

    async def _question(self, host: Page, remote: Page, phones: list[Phone], index: int) -> None:
        first, last = phones[0].page, index + 1 == len(TOUR.questions)
        if not last:
            await expect(first.get_by_text("Get ready")).to_be_visible()
            await self.visit(first, "player-ready")
            await self.visit(host, "host-ready")
        await expect(first.get_by_role("group", name="Options")).to_be_visible()
        await self.visit(first, "player-question" if not last else "player-question-multiple")
        if index == 0:  # a stage that is led from a remote turns its boards by itself
            await host.get_by_role("button", name="Pause", exact=True).click()
        for place, phone in enumerate(phones[:-1]):
            await phone.answer(index, correctly=(index + place) % 3 != 1)
        if not last:
            await expect(first.get_by_text("Locked in", exact=True)).to_be_visible()
            await self.visit(first, "player-answered")
            await self.visit(host, "host-question")
            await self.visit(remote, "remote-question")
        await phones[-1].answer(index, correctly=False)
        await phones[0].sees_verdict(index)
        await self.visit(first, "player-correct" if not last else "player-incorrect")
        if not last:
            await expect(host.get_by_role("button", name="Leaderboard")).to_be_visible()
            await self.visit(host, "host-results")
            await self.visit(remote, "remote-results")
            await host.get_by_role("button", name="Leaderboard").click()
            await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
            await self.visit(host, "host-leaderboard")
        await host.get_by_role("button", name="Next question" if not last else "Show the podium").click()

    async def _end(self, host: Page, phones: list[Phone]) -> None:
        await expect(host.get_by_role("list", name="Podium")).to_be_visible()
        await self.visit(host, "host-podium")
        await expect(phones[0].page.get_by_role("list", name="Podium")).to_be_visible()
        await self.visit(phones[0].page, "player-final")
        await host.get_by_role("button", name="Full results").click()
        await expect(host.get_by_role("button", name="Download the results")).to_be_visible()
        await self.visit(host, "host-standings")
        await host.get_by_role("button", name="Choose another quiz").click()
        await expect(host.get_by_role("heading", name="What do we play?")).to_be_visible()
        await expect(host.get_by_role("button", name="Icebreaker")).to_be_visible()
