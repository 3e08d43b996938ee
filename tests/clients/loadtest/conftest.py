"""A stand-in for the server, on a port of its own."""

from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import serve

from clients.loadtest.plan import Plan
from tests.clients.loadtest.standin import Standin
from tests.measured import measured

PLAYERS = 5


@pytest.fixture
def standin() -> Standin:
    return Standin()


@pytest.fixture
async def url(standin: Standin) -> AsyncIterator[str]:
    """Where it listens."""
    async with serve(standin.handle, "127.0.0.1", 0, compression=None) as listening:
        yield f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws"


@pytest.fixture
def plan(url: str) -> Plan:
    """A quick game there."""
    return Plan((url,), PLAYERS, questions=2, answer_window_s=0.05, lead_ms=0)


@pytest.fixture
def measured_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes with players, which inherit what is set here, count for the coverage as well."""
    for name, value in measured().items():
        monkeypatch.setenv(name, value)
