"""What was missed is read and delivered in order, or the connections resume: never something between.

What a history means is judged in `test_continuity.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.continuity import History
from gateway.resync import PAGE, Resync
from quickpoll.envelope import Line, encode
from quickpoll.keys import ENTRY_FIELD
from quickpoll.store.link import Command
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, Nodes, OneNode
from tests.gateway.standin import CODE, PARTITIONS, QUICK, WITHIN_S, House, Person, keys_of, to_all, until
from tests.quickpoll.store.test_nodes import Map
from tests.redis_client import node_of


class Reader(Resync):
    """Reads for a test."""

    def __init__(self, links: Links) -> None:
        super().__init__(links, PARTITIONS, QUICK, set())
        self.read: asyncio.Queue[tuple[str, History]] = asyncio.Queue()

    async def next(self) -> tuple[str, list[int]]:
        """The next session that was read, and the numbers of its Steps."""
        async with asyncio.timeout(WITHIN_S):
            code, history = await self.read.get()
        return code, [step.step for step in history.steps or ()]


@asynccontextmanager
async def reading(links: Links) -> AsyncIterator[Reader]:
    """It runs until it is left."""
    reader = Reader(links)
    running = asyncio.create_task(reader.run(lambda code, history: reader.read.put_nowait((code, history))))
    yield reader
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    links.close()


class Hesitant(Links):
    """After each question it waits until it may go on."""

    def __init__(self, nodes: Nodes) -> None:
        super().__init__(nodes)
        self.asked = asyncio.Event()
        self.may_go_on = asyncio.Event()

    async def ask_of(self, partition: int, *commands: Command) -> list[Any]:
        replies = await super().ask_of(partition, *commands)
        self.asked.set()
        await self.may_go_on.wait()
        return replies


async def test_a_step_that_was_not_heard_is_delivered_before_the_next(home: House) -> None:
    player = await home.player()
    await home.coordinator.step(to_all(1))
    await home.coordinator.step(to_all(2), publish=False)
    await home.coordinator.step(to_all(3))
    assert [(await player.hear())["seq"] for _ in range(3)] == [1, 2, 3]


async def test_a_long_gap_is_read_page_by_page(home: House) -> None:
    player = await home.player()
    for seq in range(1, 41):
        await home.coordinator.step(to_all(seq), publish=seq in (1, 40))
    assert [(await player.hear())["seq"] for _ in range(40)] == list(range(1, 41))


async def test_steps_that_come_while_the_history_is_read_are_in_order_too(home: House) -> None:
    player = await home.player()
    await home.coordinator.step(to_all(1), publish=False)
    steps = [await home.coordinator.step(to_all(seq), publish=False) for seq in range(2, 31)]
    for one in steps:
        await home.coordinator.publish(one)
    assert [(await player.hear())["seq"] for _ in range(30)] == list(range(1, 31))


async def test_without_the_missing_step_the_connections_resume(home: House) -> None:
    player = await home.player()
    await home.coordinator.step(to_all(1), history=False, publish=False)
    await home.coordinator.step(to_all(2))
    assert await player.closed() == (4000, "resume")


async def test_it_reads_no_further_back_than_it_has_to(home: House) -> None:
    for seq in range(1, 2 * PAGE + 2):
        await home.coordinator.step(to_all(seq), publish=False)
    async with reading(Links(OneNode(node_of(home.redis_url)))) as reader:
        reader.request(CODE, 2 * PAGE)
        assert await reader.next() == (CODE, list(range(2 * PAGE + 1, PAGE + 1, -1)))
        reader.request(CODE, 0)
        assert await reader.next() == (CODE, list(range(2 * PAGE + 1, 0, -1)))


async def test_a_step_that_a_replica_may_not_have_yet_is_not_read(home: House) -> None:
    """It waits in the outbox, and is published when it is durable."""
    keys = keys_of()
    for seq in (1, 2):
        await home.coordinator.step(to_all(seq))
    step = await home.coordinator.step(to_all(3), publish=False)
    await home.redis.rpush(keys.outbox, "another", "x", keys.channel(CODE), encode(step))
    async with reading(Links(OneNode(node_of(home.redis_url)))) as reader:
        reader.request(CODE, 0)
        async with asyncio.timeout(WITHIN_S):
            _, history = await reader.read.get()
        assert history.published == 2
        assert [step.step for step in history.steps or ()] == [2, 1]
        await home.redis.delete(keys.outbox)
        reader.request(CODE, 0)
        assert await reader.next() == (CODE, [3, 2, 1])


async def test_what_is_asked_for_while_it_is_read_is_read_again(home: House) -> None:
    """Subscribed again by then: what came between the reading and that is in the history only."""
    await home.coordinator.step(to_all(1), publish=False)
    links = Hesitant(OneNode(node_of(home.redis_url)))
    async with reading(links) as reader:
        reader.request(CODE, 0)
        await links.asked.wait()
        await home.coordinator.step(to_all(2), publish=False)
        reader.request(CODE, 1)
        links.may_go_on.set()
        async with asyncio.timeout(WITHIN_S):
            code, history = await reader.read.get()
        assert (code, history.published) == (CODE, 2)
        assert reader.read.empty()


async def test_a_node_that_is_away_holds_up_no_session_of_another(home: House, unused_tcp_port: int) -> None:
    await home.coordinator.step(to_all(1))
    here = keys_of().number
    there, away = node_of(home.redis_url), Node("127.0.0.1", unused_tcp_port)

    class Apart(Map):
        """Only the session's partition is there."""

        def of(self, partition: int) -> Node:
            return there if partition == here else away

    nodes = Apart(there, away)
    elsewhere = next(code for code in map(str, range(100000, 100100)) if keys_of(code).number != here)
    async with reading(Links(nodes)) as reader:
        reader.request(elsewhere, 0)
        await until(lambda: bool(nodes.doubts))
        reader.request(CODE, 0)
        assert await reader.next() == (CODE, [1])


async def test_a_session_that_moves_while_it_is_read_is_read_where_it_is_now(home: House, unused_tcp_port: int) -> None:
    await home.coordinator.step(to_all(1))
    nodes = Map(Node("127.0.0.1", unused_tcp_port))
    async with reading(Links(nodes)) as reader:
        reader.request(CODE, 0)
        await until(lambda: bool(nodes.doubts))
        nodes.set(node_of(home.redis_url))
        assert await reader.next() == (CODE, [1])


async def test_a_session_that_all_leave_while_it_is_read_is_left_alone(home: House) -> None:
    player, other = await home.player("Ann"), await home.player("Bob", code="654321")
    await home.coordinator.step(to_all(1), publish=False)
    history = History(1, "0-0", ())
    await player.socket.close()
    await home.coordinator.disconnected()
    home.gateway.hub.found(CODE, history)
    home.gateway.hub.found("654321", history)  # nobody has asked for it
    assert (await other.ask("sync_clock", t0=1))["type"] == "clock"


async def test_a_step_that_cannot_be_read_makes_the_connections_resume(home: House) -> None:
    player = await home.player()
    keys = keys_of()
    await home.redis.xadd(keys.history(CODE), {ENTRY_FIELD: b"\x09of a later version"})
    await home.redis.spublish(keys.channel(CODE), b"\x09of a later version")
    assert await player.closed() == (4000, "resume")


async def test_when_redis_has_lost_a_tail_the_connections_resume(home: House) -> None:
    player = await home.player()
    await home.coordinator.step(to_all(1))
    await player.hear()
    home.coordinator.last_step.clear()
    home.coordinator.fence = 2
    await home.coordinator.step(to_all(1))
    assert await player.closed() == (4000, "resume")


@pytest.fixture
async def told(home: House) -> Person:
    """A player who was told something in a reply, by an owner who began with nothing: after it the offset is 5-0."""
    player = await home.player()
    home.coordinator.line = Line(1, "0-0", "5-0")
    await ask(player)
    return player


async def ask(player: Person) -> None:
    await player.say("ask_extra_time", id="1")
    assert (await player.hear())["reply_to"] == "1"


@pytest.mark.parametrize(("since", "is_lost"), [("4-9", True), ("5-0", False)])
async def test_when_redis_has_lost_what_a_reply_told_the_connections_resume_at_the_next_step(
    home: House, told: Person, since: str, is_lost: bool
) -> None:
    home.coordinator.fence, home.coordinator.line = 2, Line(2, since, "6-0")
    await home.coordinator.step(to_all(1))
    if is_lost:
        assert await told.closed() == (4000, "resume")
    else:
        assert (await told.hear())["seq"] == 1


async def test_when_redis_has_lost_what_a_reply_told_all_resume_at_the_next_reply_to_one(
    home: House, told: Person
) -> None:
    other = await home.player("Other")
    home.coordinator.line = Line(2, "4-9", "6-0")
    await other.say("ask_extra_time", id="1")
    for player in (told, other):
        assert await player.closed() == (4000, "resume")


@pytest.mark.parametrize(("offset", "is_lost"), [("4-9", True), ("5-0", False)])
async def test_when_redis_holds_less_than_a_reply_told_the_connections_resume_after_a_cut(
    home: House, told: Person, offset: str, is_lost: bool
) -> None:
    await home.redis.hset(keys_of().meta, "offset", offset)
    await home.cut_subscriptions()
    if is_lost:
        assert await told.closed() == (4000, "resume")
    else:
        await home.coordinator.step(to_all(1))
        assert (await told.hear())["seq"] == 1


async def test_a_session_that_is_gone_ends(home: House) -> None:
    player = await home.player()
    await home.coordinator.step(to_all(1))
    await player.hear()
    await home.redis.flushall()
    await home.cut_subscriptions()
    assert await player.hear() == {"type": "session_closed", "seq": 2, "reason": "lost"}
    assert await player.closed() == (4500, "lost")
