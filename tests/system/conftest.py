"""One server and one browser for all tests of a file, which have rooms and pages of their own."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from clients.player import QuizClient
from quickpoll.protocol import Option, Quiz, SessionCreated, Settings, SingleQuestion
from tests.system.browser import launched, visit
from tests.system.game import open_session
from tests.system.harness import Process, running, serve, websocket_url

AT_ONCE = Settings(lead_ms=0)
QUIZ = Quiz(
    "Capitals",
    (SingleQuestion("Kenya?", (Option("Nairobi", correct=True), Option("Mombasa")), time_limit_ms=60_000),),
)
"""Enough for what happens in the middle of a question."""


@dataclass
class Room:
    """A session whose host is no page."""

    host: QuizClient
    code: str


@dataclass
class Site:
    """A server, and a browser that visits it. Tests that use it run in the loop of their module."""

    server: Process
    browser: Browser

    @property
    def address(self) -> str:
        """Where the pages are."""
        return self.server.health

    @property
    def port(self) -> int:
        """Of the server, on 127.0.0.1."""
        return int(self.address.rpartition(":")[2])

    def visit(self) -> AbstractAsyncContextManager[Browser]:
        """The pages of one test, closed after it."""
        return visit(self.browser)

    @asynccontextmanager
    async def room(self, quiz: Quiz, settings: Settings = AT_ONCE) -> AsyncIterator[Room]:
        """A lobby of this quiz; the session ends with it."""
        async with QuizClient.connect(websocket_url(self.server)) as host:
            created: SessionCreated = await open_session(host, quiz, settings)
            yield Room(host, created.code)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Lives as long as the tests of one file."""
    server = serve(tmp_path_factory.mktemp("site"))
    async with running(server), launched() as browser:
        yield Site(server, browser)
