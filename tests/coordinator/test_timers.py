import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest

from coordinator.batch.partition import Partition
from coordinator.timers import Timers
from quickpoll.envelope import Tick, decode_entry
from quickpoll.keys import ENTRY_FIELD
from quickpoll.metrics import Distribution
from quickpoll.protocol import NewQuestion, Option, QuestionResults, Quiz, SingleQuestion, StartQuiz
from quickpoll.store.clock import Clocks, RedisClock
from quickpoll.store.link import RedisLink
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links
from tests.coordinator.standin import QUICK, TOKENS, Caller, coordinating, eventually
from tests.quickpoll.store.test_nodes import Map
from tests.redis_client import Client, node_of
from tests.redis_time import time_ms

CODE = b"123456"
LATE_MS = 50


class Wrist:
    """A monotonic clock that can be set."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return monotonic() + self.ahead_s


@pytest.fixture
def wrist() -> Wrist:
    return Wrist()


@pytest.fixture
async def clock(link: RedisLink, wrist: Wrist) -> RedisClock:
    clock = RedisClock(wrist)
    clock.follow(await clock.measure(link), 0.0)
    return clock


@pytest.fixture
async def timers(links: Links, clock: RedisClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Timers]:
    clocks = Clocks(links)
    monkeypatch.setattr(clocks, "of", lambda _: clock)
    timers = Timers(links, clocks, Distribution())
    running = asyncio.create_task(timers.run())
    yield timers
    timers.forget(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def due_at(links: Links, at: int | None) -> Partition:
    partition = Partition(links, TOKENS, 0, 64, 1)
    partition.load([None, None], [(CODE, float(at))] if at else [], [], [], 0)
    return partition


async def ticks(redis: Client, partition: Partition, count: int) -> list[int]:
    """When the next ticks were appended, in ms."""
    times: list[int] = []
    last: Any = "0"
    while len(times) < count:
        found: Any = await redis.xread({partition.keys.stream: last}, block=1500)
        if not found:
            break
        ((_, (entries,)),) = found.items()
        for last, fields in entries:
            times.append(int(last.partition(b"-")[0]))
            assert isinstance(decode_entry(fields[ENTRY_FIELD]), Tick)
    return times


async def test_a_tick_comes_when_a_deadline_is_due_and_hardly_later(
    links: Links, redis: Client, timers: Timers
) -> None:
    at = await time_ms(redis) + 100
    partition = due_at(links, at)
    timers.arm(partition, ticked=True)
    (ticked,) = await ticks(redis, partition, 1)
    assert at - 2 <= ticked <= at + LATE_MS


async def test_a_deadline_that_has_passed_is_due_at_once(links: Links, redis: Client, timers: Timers) -> None:
    partition = due_at(links, 1000)
    timers.arm(partition, ticked=True)
    assert len(await ticks(redis, partition, 1)) == 1


async def test_one_tick_at_a_time(links: Links, redis: Client, timers: Timers) -> None:
    partition = due_at(links, 1000)
    timers.arm(partition, ticked=True)
    await ticks(redis, partition, 1)
    timers.arm(partition, ticked=False)  # a batch without the tick
    assert not timers.armed
    timers.arm(partition, ticked=True)  # it was applied, and the deadline is due still
    assert len(await ticks(redis, partition, 2)) == 2


async def test_a_nearer_deadline_takes_the_place_of_a_further_one(links: Links, redis: Client, timers: Timers) -> None:
    now = await time_ms(redis)
    timers.arm(due_at(links, now + 3_600_000), ticked=True)
    nearer = due_at(links, now + 20)
    timers.arm(nearer, ticked=False)
    assert len(await ticks(redis, nearer, 1)) == 1


async def test_without_a_deadline_nothing_is_waited_for(links: Links, redis: Client, timers: Timers) -> None:
    timers.arm(due_at(links, 2**41), ticked=True)
    timers.arm(due_at(links, None), ticked=False)
    assert not timers.armed


async def test_a_partition_that_is_lost_gets_no_tick(links: Links, redis: Client, timers: Timers) -> None:
    timers.arm(due_at(links, 2**41), ticked=True)
    timers.forget(0)
    assert not timers.armed


async def test_when_the_clock_was_set_all_are_armed_by_it(
    links: Links, redis: Client, timers: Timers, wrist: Wrist
) -> None:
    at = await time_ms(redis) + 3_600_000
    partition = due_at(links, at)
    timers.arm(partition, ticked=True)
    wrist.ahead_s = 3600
    timers.arm_again()
    assert len(await ticks(redis, partition, 1)) == 1


@pytest.mark.quiet
async def test_a_question_closes_at_its_time(gateway: Caller, redis_url: str) -> None:
    question = SingleQuestion("?", (Option("a", correct=True), Option("b")), time_limit_ms=1000)
    async with coordinating(redis_url):
        host = await gateway.create(settings=QUICK, quiz=Quiz("T", (question,)))
        await gateway.join(host.code, 2)
        await gateway.call(StartQuiz(), 1, host)
        asked = await gateway.until(host.code, NewQuestion)
        assert isinstance(asked, NewQuestion)
        await gateway.until(host.code, QuestionResults)
        closed_at = await gateway.said_at(host.code, QuestionResults)
        assert (asked.closes_at or 0) < closed_at <= (asked.closes_at or 0) + LATE_MS


@pytest.mark.quiet
async def test_sessions_that_are_due_together_close_together(gateway: Caller, redis_url: str) -> None:
    question = SingleQuestion("?", (Option("a", correct=True), Option("b")), time_limit_ms=1000)
    quiz = Quiz("T", (question,))
    async with coordinating(redis_url):
        hosts = [
            await gateway.create(connection, quiz=quiz, id=f"one that nobody guesses {connection}")
            for connection in range(1, 31)
        ]
        for connection, host in enumerate(hosts, 1):
            await gateway.send(gateway.command(StartQuiz(), connection, host))
        for host in hosts:
            asked = await gateway.until(host.code, NewQuestion)
            assert isinstance(asked, NewQuestion)
            await gateway.until(host.code, QuestionResults)
            closed_at = await gateway.said_at(host.code, QuestionResults)
            assert (asked.closes_at or 0) < closed_at <= (asked.closes_at or 0) + LATE_MS


async def test_what_was_due_on_a_node_that_is_gone_is_due_where_it_lies_now(
    redis: Client, redis_url: str, clock: RedisClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = Map(Node(path="/nowhere/at/all"))
    links = Links(nodes)
    clocks = Clocks(links)
    monkeypatch.setattr(clocks, "of", lambda _: clock)
    timers = Timers(links, clocks, Distribution())
    running = asyncio.create_task(timers.run())
    partition = due_at(links, 1000)
    timers.arm(partition, ticked=True)
    await eventually(lambda: bool(nodes.doubts))  # it was tried
    nodes.set(node_of(redis_url))
    assert len(await ticks(redis, partition, 1)) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    links.close()
