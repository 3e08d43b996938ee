import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from quickpoll.store.link import RedisLink, Refusal, open_link
from quickpoll.store.node import Node
from quickpoll.store.nodes import open_node
from tests.simulation.kernel import simulated
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.pair import DEPOSED_S, Pair, PairedMachine
from tests.simulation.valkey import Valkey

LATE_S = 1.0
"""After so long the follower has everything."""


class Both:
    """A master and its follower, in a world of their own."""

    def __init__(self, *, is_behind: bool = False) -> None:
        self.loop = SimulatedLoop(1)
        network = Network(self.loop, 1, lambda *_: None)
        self.told: list[str] = []
        one, other = (
            PairedMachine(Valkey(lambda *_: None), self.loop, network, name, self.told.append, self.told.append)
            for name in ("one", "other")
        )
        self.pair = Pair(one, other, 1, is_behind=is_behind)

    def run(self, work: Callable[["Both"], Coroutine[Any, Any, Any]]) -> Any:
        """Does something when both have started."""

        async def do() -> Any:
            for machine in self.pair.machines:
                await machine.start()
            return await self.loop.host("client").run(work(self))

        with simulated(self.loop, 1):
            done = self.loop.run_until_complete(self.loop.supervisor.run(do()))
        self.loop.close()
        return done


async def put(link: RedisLink, key: str) -> None:
    assert await link.call([("SET", key, "x")]) == [b"OK"]


async def found(node: str) -> Any:
    """Which of two keys a master has."""
    link = await open_node(Node(node))
    (values,) = await link.call([("MGET", "early", "late")])
    link.close()
    return values


async def write(both: Both) -> RedisLink:
    """One key that the follower has, and one that it has not heard of."""
    link = await open_node(Node(both.pair.master.name))
    await put(link, "early")
    await asyncio.sleep(LATE_S)
    await put(link, "late")
    return link


@pytest.mark.parametrize("is_behind", [False, True])
def test_a_follower_takes_the_place_of_a_dead_master_with_all_or_with_what_it_had(is_behind: bool) -> None:
    async def live(both: Both) -> Any:
        await write(both)
        both.pair.master.kill()
        assert both.pair.replace_dead()
        return both.pair.master.name, await found("other")

    assert Both(is_behind=is_behind).run(live) == ("other", [b"x", None if is_behind else b"x"])


def test_both_change_their_parts_and_nothing_is_lost() -> None:
    async def live(both: Both) -> Any:
        link = await write(both)
        both.pair.exchange()
        (refused,) = await link.call([("SET", "late", "y")])
        assert isinstance(refused, Refusal)
        with pytest.raises(Refusal, match="this server is a replica now"):
            await open_node(Node("one"))
        first = await found("other")
        both.pair.exchange()
        return refused.kind, first, await found("one")

    assert Both(is_behind=True).run(live) == ("READONLY", [b"x", b"x"], [b"x", b"x"])


def test_a_follower_that_was_away_when_the_master_died_takes_no_place() -> None:
    async def live(both: Both) -> Any:
        await write(both)
        both.pair.follower.kill()
        both.pair.master.kill()
        await both.pair.follower.start()
        took = both.pair.replace_dead()
        await both.pair.master.start()
        return took, await found("one")

    assert Both().run(live) == (False, [b"x", b"x"])


def test_who_was_replaced_comes_back_as_the_follower() -> None:
    async def live(both: Both) -> Any:
        old = both.pair.master
        await write(both)
        old.kill()
        both.pair.replace_dead()
        await old.start()
        link = await open_link(Node("one"))
        assert link.role == b"replica"
        link.close()
        link = await open_node(Node("other"))
        return await link.call([("SET", "more", "x"), ("WAIT", 1, 1000)])

    assert Both().run(live) == [b"OK", 1]


def test_who_still_takes_itself_for_the_master_follows_nobody_and_takes_no_place() -> None:
    async def live(both: Both) -> Any:
        both.pair.is_watched = True
        await write(both)
        old = both.pair.master
        old.kill()
        both.pair.replace_dead()
        await old.start()
        both.pair.master.kill()
        await both.pair.master.start()
        both.pair.exchange()
        before = both.pair.master.name
        await asyncio.sleep(DEPOSED_S)
        both.pair.exchange()
        return before, both.pair.master.name, await found("one")

    assert Both().run(live) == ("other", "one", [b"x", b"x"])
