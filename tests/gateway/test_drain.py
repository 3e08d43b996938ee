"""A drain takes as long as it was told, however many there are to leave."""

import asyncio
from itertools import pairwise
from time import perf_counter
from types import SimpleNamespace
from typing import cast

import pytest

from gateway.connection import Connection
from gateway.drain import drain
from tests.gateway.standin import House, until


class Leavers:
    """Stand-ins for connections, whose leaving is noted."""

    def __init__(self, count: int) -> None:
        self.all = cast(list[Connection], [SimpleNamespace(number=number) for number in range(count)])
        self.left: dict[int, float] = {}
        self.busy: set[int] = set()
        self._began = perf_counter()

    def leave(self, connection: Connection) -> None:
        self.left[connection.number] = perf_counter() - self._began

    async def drain(self, seconds: float) -> float:
        """Returns how long it took."""
        self._began = perf_counter()
        await drain(self.all, seconds, 0.01, waiting=lambda: self.busy, send_away=self.leave)
        return perf_counter() - self._began


@pytest.mark.parametrize("count", [0, 1, 3, 20_000])
async def test_all_leave_within_the_time_that_was_given(count: int) -> None:
    leavers = Leavers(count)
    took_s = await leavers.drain(0.5)
    assert len(leavers.left) == count
    assert took_s < 1.5  # a sleep for each of 20,000 would be 20 s


async def test_they_leave_one_after_the_other() -> None:
    leavers = Leavers(1000)
    await leavers.drain(0.5)
    moments = list(leavers.left.values())
    assert list(leavers.left) == list(range(1000))
    assert max(later - earlier for earlier, later in pairwise(moments)) < 0.25
    assert max(moments) - min(moments) > 0.4


async def test_a_client_that_waits_for_a_reply_leaves_when_it_has_it_and_holds_up_nobody() -> None:
    leavers = Leavers(10)
    leavers.busy = {3, 9}
    draining = asyncio.create_task(leavers.drain(0.05))
    await until(lambda: len(leavers.left) == 8)
    assert set(leavers.left) == set(range(10)) - {3, 9}
    leavers.busy = {9}
    await until(lambda: 3 in leavers.left)
    assert not draining.done()
    leavers.busy = set()
    await draining
    assert 9 in leavers.left


async def test_it_sends_away_whom_the_hub_has(home: House) -> None:
    clients = [await home.client() for _ in range(3)]
    await home.gateway.drain(0.0)
    assert [(await client.closed())[0] for client in clients] == [1012] * 3
