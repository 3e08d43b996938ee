import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest

from quickpoll.keys import CLOCK_STEPS, PartitionKeys
from quickpoll.store.clock import Clocks, ClockTimes, RedisClock, forget_steps
from quickpoll.store.link import Command, LinkLost, RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, OneNode
from tests.quickpoll.store.test_nodes import Map
from tests.redis_client import Client, node_of
from tests.redis_time import time_ms


async def test_it_tells_the_time_of_redis(redis: Client, link: RedisLink) -> None:
    clock = RedisClock()
    clock.follow(await clock.measure(link), 0.0)
    before = await time_ms(redis)
    assert before - 2 <= clock.now_ms() <= await time_ms(redis) + 2


async def test_it_tells_how_long_it_is_until_a_moment(redis: Client, link: RedisLink) -> None:
    clock = RedisClock()
    clock.follow(await clock.measure(link), 0.0)
    now = clock.now_ms()
    assert 0.9 < clock.seconds_until(now + 1000) <= 1.001
    assert clock.seconds_until(now - 1000) < -0.9


async def test_steps_of_the_wall_clock_have_no_effect(
    redis: Client, link: RedisLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = RedisClock()
    clock.follow(await clock.measure(link), 0.0)
    before = clock.now_ms()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= clock.now_ms() - before < 1000


async def test_the_quickest_round_trip_counts() -> None:
    monotonic = iter([0.0, 0.0, 0.5, 1.0, 1.002, 2.0, 2.3, 3.0, 3.4, 4.0, 4.2, 5.0])
    server = iter([100, 1_001, 2_900, 3_900, 4_900])

    class Wire:
        async def call(self, _: object) -> list[list[bytes]]:
            return [[b"0", b"%d" % (next(server) * 1000)]]

    clock = RedisClock(lambda: next(monotonic))
    clock.follow(await clock.measure(Wire()), 0.0)  # type: ignore[arg-type]
    assert clock.round_trip_ms == pytest.approx(2.0)
    assert clock.now_ms() == 5_000


async def test_the_clocks_of_all_nodes_are_measured_again_and_again(
    redis: Client, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks = Clocks(links, ClockTimes(0.01, 0.01))
    measured, times = asyncio.Event(), 0
    synchronise = clocks.synchronise

    async def fail_at_first() -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise LinkLost("not yet")
        await synchronise()

    monkeypatch.setattr(clocks, "synchronise", fail_at_first)
    keeping = asyncio.create_task(clocks.keep(measured.set))
    async with asyncio.timeout(5):
        await measured.wait()
    assert times >= 2
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    before = await time_ms(redis)
    assert before - 2 <= clocks.of(0).now_ms() <= clocks.roughly_ms() <= await time_ms(redis) + 2


async def test_the_clock_of_a_node_that_has_not_answered_yet_is_measured_soon(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away = node_of(redis_url), Node(path="/nowhere/at/all")
    links = Links(Map(here, away))
    clocks = Clocks(links, ClockTimes(again_s=0.0))
    asked, to = asyncio.Event(), links.to

    async def come_back(node: Node) -> RedisLink:
        if node == away and not asked.is_set():
            asked.set()
            raise LinkLost("not yet")
        return await to(here)

    monkeypatch.setattr(links, "to", come_back)
    all_measured = asyncio.Event()
    keeping = asyncio.create_task(
        clocks.keep(lambda: all_measured.set() if clocks.round_trip_ms < float("inf") else None)
    )
    async with asyncio.timeout(5):
        await all_measured.wait()
    assert asked.is_set()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    links.close()


async def test_without_redis_the_clocks_cannot_be_measured() -> None:
    with pytest.raises(LinkLost):
        await Clocks(Links(OneNode(Node(path="/nowhere/at/all")))).synchronise()


async def test_where_redis_refuses_to_tell_the_time_the_clock_stays_as_it_was(redis: Client, link: RedisLink) -> None:
    await redis.acl_setuser("mute", enabled=True, nopass=True, commands=["+@all", "-time"])
    await link.call([("AUTH", "mute", "any")])
    clock = RedisClock()
    with pytest.raises(Refusal, match="NOPERM"):
        clock.follow(await clock.measure(link), 0.0)
    assert clock.round_trip_ms == float("inf")
    await redis.acl_deluser("mute")


class Machine:
    """A monotonic clock. To a process it is the same whether that goes back, or Redis's is set forward."""

    def __init__(self) -> None:
        self.set_by_s = 0.0
        """By how much Redis's clock was set, as this process sees it."""

    def __call__(self) -> float:
        return asyncio.get_running_loop().time() - self.set_by_s


class Even(Machine):
    """One on which no look is quicker than another: one that is twice as quick is followed by five more."""

    def __init__(self) -> None:
        super().__init__()
        self._began_at = asyncio.get_running_loop().time()
        self._asked = count()

    def __call__(self) -> float:
        return self._began_at + next(self._asked) / 1000 - self.set_by_s


@pytest.mark.parametrize("by_s", [3 * 3600.0, -30.0, 5.0])
async def test_when_the_clock_of_redis_is_set_all_go_on_by_the_old_one_and_so_does_who_comes_later(
    links: Links, by_s: float, caplog: pytest.LogCaptureFixture
) -> None:
    machine, now = Machine(), asyncio.get_running_loop().time
    owner = Clocks(links, sets_right=True, monotonic=machine)
    gateway = Clocks(links, monotonic=machine)
    await owner.synchronise()
    await gateway.synchronise()
    old_ms = owner.roughly_ms() - now() * 1000
    machine.set_by_s = by_s
    # What a process measures has leapt, and its own clock with it: seen from the old one, it stands.
    for _ in range(2):
        await gateway.synchronise()
        await owner.synchronise()
    late = Clocks(links, monotonic=machine)
    await late.synchronise()
    shown = [clocks.roughly_ms() - now() * 1000 + by_s * 1000 for clocks in (owner, gateway, late)]
    assert shown == pytest.approx([old_ms] * 3, abs=20)
    assert owner.of(0).ahead_ms == pytest.approx(by_s * 1000, abs=20)
    assert [record.message for record in caplog.records if "was set by" in record.message] == [
        f"the clock of Redis ({next(iter(links.nodes.all))}) was set by {by_s:+.1f} s; sessions go on by the old one"
    ]


@pytest.mark.parametrize("sets_right", [True, False])
async def test_who_starts_before_a_step_was_written_down_takes_the_time_of_the_others(
    links: Links, *, sets_right: bool
) -> None:
    machine, now = Machine(), asyncio.get_running_loop().time
    owner = Clocks(links, sets_right=True, monotonic=machine)
    await owner.synchronise()
    old_ms = owner.roughly_ms() - now() * 1000
    machine.set_by_s = 3600.0
    late = Clocks(links, sets_right=sets_right, monotonic=machine)
    await late.synchronise()
    assert late.roughly_ms() - now() * 1000 == pytest.approx(old_ms, abs=20)  # an hour ahead of the others
    for clocks in (owner, late, owner, late):
        await clocks.synchronise()
    shown = [clocks.roughly_ms() - now() * 1000 + 3_600_000 for clocks in (owner, late)]
    assert shown == pytest.approx([old_ms] * 2, abs=20)


async def test_who_has_just_started_looks_as_often_as_who_writes_steps_down(redis_url: str) -> None:
    links, looks = Links(OneNode(node_of(redis_url))), asyncio.Queue[None]()
    clocks = Clocks(links, ClockTimes(every_s=3600.0, watch_s=0.05))
    await clocks.synchronise()
    async with asyncio.TaskGroup() as group, asyncio.timeout(5):
        keeping = group.create_task(clocks.keep(lambda: looks.put_nowait(None)))
        for _ in range(2):
            await looks.get()
        keeping.cancel()
    links.close()


async def test_while_nothing_is_set_a_look_is_one_round_trip(redis: Client, links: Links) -> None:
    async def asked() -> int:
        stats = await redis.info("commandstats")
        return int(stats["cmdstat_time"]["calls"])

    machine = Even()
    clocks = Clocks(links, ClockTimes(watch_s=0.0), sets_right=True, monotonic=machine)
    for _ in range(2):  # it has just started
        await clocks.synchronise()
    before = await asked()
    for _ in range(10):
        await clocks.synchronise()
    assert await asked() == before + 10
    machine.set_by_s = 5.0
    await clocks.synchronise()
    assert len(await redis.hgetall(CLOCK_STEPS)) == 1
    await clocks.synchronise()
    before = await asked()
    await clocks.synchronise()
    assert await asked() == before + 1


async def test_what_was_measured_on_a_slow_way_is_measured_again_as_soon_as_it_is_quick(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = links.to

    class Slow:
        def __init__(self, link: RedisLink) -> None:
            self._link = link

        async def call(self, commands: Sequence[Command]) -> list[object]:
            replies = await self._link.call(commands)
            await asyncio.sleep(0.02)  # so much longer its way is
            return replies

    async def slow(node: Node) -> Slow:
        return Slow(await quick(node))

    clocks = Clocks(links, ClockTimes(watch_s=0.0))
    monkeypatch.setattr(links, "to", slow)
    for _ in range(3):
        await clocks.synchronise()
    assert clocks.round_trip_ms >= 20
    monkeypatch.setattr(links, "to", quick)
    await clocks.synchronise()
    assert clocks.round_trip_ms < 20


async def test_it_may_be_set_again_and_again(links: Links) -> None:
    machine, now = Machine(), asyncio.get_running_loop().time
    owner = Clocks(links, sets_right=True, monotonic=machine)
    await owner.synchronise()
    old_ms = owner.roughly_ms() - now() * 1000
    for by_s in (5.0, -3600.0, 7200.0, 0.0):
        machine.set_by_s = by_s
        await owner.synchronise()
        assert owner.roughly_ms() - now() * 1000 + by_s * 1000 == pytest.approx(old_ms, abs=20)


async def test_a_machine_that_stood_still_alone_takes_the_time_of_the_others(links: Links) -> None:
    stood_still, now = Machine(), asyncio.get_running_loop().time
    long_here = ClockTimes(watch_s=0.0, believe_s=0.0)
    one = Clocks(links, long_here, sets_right=True, monotonic=stood_still)
    other = Clocks(links, long_here, sets_right=True)
    gateway = Clocks(links, long_here, monotonic=stood_still)
    for clocks in (one, other, gateway):
        await clocks.synchronise()
    old_ms = other.roughly_ms() - now() * 1000
    stood_still.set_by_s = 60.0
    for clocks in (one, other, one, other, gateway):
        await clocks.synchronise()
    shown = [clocks.roughly_ms() - now() * 1000 for clocks in (one, other, gateway)]
    assert shown == pytest.approx([old_ms] * 3, abs=20)


async def test_a_node_that_comes_later_has_to_agree_with_those_that_are_known(redis_url: str) -> None:
    machine, now = Machine(), asyncio.get_running_loop().time
    master, replica = node_of(redis_url), replace(node_of(redis_url), port=1)
    nodes = Map(master)
    links = Links(nodes)
    clocks = Clocks(links, sets_right=True, monotonic=machine)
    await clocks.synchronise()
    old_ms = clocks.roughly_ms() - now() * 1000
    nodes.set(replica)
    machine.set_by_s = 30.0
    await clocks.synchronise()
    assert clocks.roughly_ms() - now() * 1000 + 30_000 == pytest.approx(old_ms, abs=20)
    links.close()


async def test_until_a_new_master_is_measured_its_sessions_go_by_the_clock_of_the_one_before(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = node_of(redis_url)
    nodes = Map(here)
    links = Links(nodes)
    clocks = Clocks(links)
    await clocks.synchronise()
    before = clocks.of(0).now_ms()
    monkeypatch.setattr("time.time", lambda: 0.0)
    nodes.set(replace(here, port=1))
    assert 0 <= clocks.of(0).now_ms() - before < 1000
    links.close()


@pytest.mark.parametrize(("session", "left"), [(None, False), ("123456", True)])
async def test_steps_are_forgotten_where_no_session_goes_by_them(
    redis: Client, links: Links, session: str | None, *, left: bool
) -> None:
    await redis.hset(CLOCK_STEPS, "embedded#0", "5000")
    if session:
        await redis.zadd(PartitionKeys(3).deadlines, {session: 1})
    await forget_steps(links, 64)
    assert bool(await redis.exists(CLOCK_STEPS)) is left
