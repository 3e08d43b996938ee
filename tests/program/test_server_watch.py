import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from program.embedded import EmbeddedServer
from program.server_watch import ServerWatch
from quickpoll.settings import Failure
from tests.coordinator.standin import eventually

WITHIN_S = 10.0


class FailingServer(EmbeddedServer):
    """A server that ends again and again until there is space."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Path("/nowhere"), folder)
        self.has_space = False
        self.folder_is_there = True
        self.tries = 0
        self.looks = 0

    def is_running(self) -> bool:
        self.looks += 1
        return self.has_space

    def start(self) -> None:
        self.tries += 1

    def wait_ready(self) -> None:
        if not self.has_space:
            raise Failure(f"the embedded server did not start: {self.last_words()}")

    def last_words(self) -> str:
        return "the disk is full"

    def folder_is_kept(self) -> bool:
        return self.folder_is_there


@asynccontextmanager
async def watched(server: EmbeddedServer) -> AsyncIterator[None]:
    watch = ServerWatch(server, every_s=0.001, stable_s=0.01)
    await watch.start()
    try:
        async with asyncio.timeout(WITHIN_S):
            yield
    finally:
        await watch.stop()


async def test_what_is_wrong_is_said_once_and_once_that_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = FailingServer(tmp_path)
    async with watched(server):
        await eventually(lambda: server.tries >= 20)
        assert [record.getMessage() for record in caplog.records] == [
            "the embedded server has ended, and is started again: the disk is full",
        ]
        server.has_space = True
        await eventually(lambda: "the embedded server runs again" in caplog.text)
    assert len(caplog.records) == 2


async def test_a_folder_that_was_removed_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = FailingServer(tmp_path)
    server.has_space = True
    server.folder_is_there = False
    async with watched(server):
        await eventually(lambda: "was removed or replaced" in caplog.text)
        looks = server.looks
        await eventually(lambda: server.looks >= looks + 20)
    assert len(caplog.records) == 1
