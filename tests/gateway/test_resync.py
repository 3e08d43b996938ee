"""What was missed is delivered in order, or the connections resume: never something between."""

import asyncio
from itertools import count

import pytest

from gateway.resync import UNREACHABLE, Position, Resync, Verdict, judge, missing
from quickpoll.envelope import Line, Step
from quickpoll.keys import ENTRY_FIELD
from quickpoll.store.nodes import Links, Node
from tests.gateway.standin import CODE, PARTITIONS, House, Person, keys_of, to_all, until
from tests.quickpoll.store.test_nodes import Map


class Behind:
    """Sessions here that have missed something, and to which nothing was replied."""

    def __init__(self, at: Position) -> None:
        self.at = at
        self.delivered: asyncio.Queue[tuple[str, list[int]]] = asyncio.Queue()

    def position(self, code: str) -> Position | None:
        return self.at

    def line(self, code: str) -> Line | None:
        return None

    def recovered(self, code: str, steps: list[Step]) -> None:
        self.delivered.put_nowait((code, [one.step for one in steps]))

    def restart(self, code: str) -> None:
        raise AssertionError(code)

    end = restart


def step(number: int, fence: int = 5) -> Step:
    return Step(fence, number, ())


@pytest.mark.parametrize(
    ("number", "fence", "verdict"),
    [
        (11, 5, Verdict.NEXT),
        (11, 6, Verdict.NEXT),
        (10, 5, Verdict.OLD),
        (3, 4, Verdict.OLD),
        (12, 5, Verdict.GAP),
        (10, 6, Verdict.FORKED),
        (3, 6, Verdict.FORKED),
        (11, 4, Verdict.FORKED),
    ],
)
def test_a_step_is_judged_from_the_last_one(number: int, fence: int, verdict: Verdict) -> None:
    assert judge(Position(5, 10), step(number, fence)) is verdict


def test_just_after_a_resume_any_owner_may_publish_the_next_step() -> None:
    assert judge(Position(0, 10), step(11)) is Verdict.NEXT
    assert judge(Position(0, 10), step(10)) is Verdict.OLD


@pytest.mark.parametrize(
    ("last", "history", "found"),
    [
        (12, [(12, 5), (11, 5), (10, 5)], [11, 12]),
        (12, [(12, 6), (11, 6), (10, 5)], [11, 12]),
        (12, [(12, 5), (11, 5)], [11, 12]),
        (12, [(12, 6), (11, 5), (10, 3)], [11, 12]),  # resumed under 5, when an earlier owner's step was the last
        (11, [(12, 5), (11, 5)], [11, 12]),  # one more came while it was read
        (10, [(10, 5), (9, 5)], []),
        (10, [], []),  # nothing new, and the history of a quiet session has expired
        (13, [(13, 5), (12, 5)], None),  # it no longer goes back so far
        (12, [(12, 6), (11, 6), (10, 6)], None),  # our step 10 was lost, and another took its place
        (9, [(9, 5)], None),  # ours was lost, and nothing came yet
        (12, [(12, 4), (11, 5), (10, 5)], None),
        (12, [(11, 5), (10, 5)], None),
        (12, [], None),
    ],
)
def test_what_is_missing_is_found_completely_or_not_at_all(
    last: int, history: list[tuple[int, int]], found: list[int] | None
) -> None:
    steps = missing(Position(5, 10), last, [step(number, fence) for number, fence in history])
    assert (None if steps is None else [one.step for one in steps]) == found


def test_a_new_session_without_history_misses_nothing() -> None:
    assert missing(Position(0, 0), 0, []) == []


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


async def test_a_session_that_all_left_and_others_joined_meanwhile_is_looked_at_again(home: House) -> None:
    for seq in (1, 2, 3):
        await home.coordinator.step(to_all(seq))

    class Sessions(Behind):
        """Read at step 0; when the answer comes, those who are in the session now have seen step 2."""

        def __init__(self) -> None:
            super().__init__(Position(0, 2))
            self.before = [Position(0, 0)]

        def position(self, code: str) -> Position | None:
            return self.before.pop() if self.before else self.at

    resync, sessions = Resync(home.gateway._links, PARTITIONS), Sessions()
    running = asyncio.create_task(resync.run(sessions))
    resync.request(CODE, 3)
    assert await sessions.delivered.get() == (CODE, [3])
    running.cancel()


async def test_what_is_asked_for_while_it_is_read_is_read_again(home: House) -> None:
    """Subscribed again meanwhile: what came between the read and that is in the history only."""
    for seq in (1, 2):
        await home.coordinator.step(to_all(seq))

    class Sessions(Behind):
        """Another node's channels are subscribed just when the answer has come."""

        looks = count(1)

        def position(self, code: str) -> Position | None:
            if next(self.looks) == 2:
                resync.request(code, 0)
            return self.at

    resync, sessions = Resync(home.gateway._links, PARTITIONS), Sessions(Position(0, 1))
    running = asyncio.create_task(resync.run(sessions))
    resync.request(CODE, 0)
    async with asyncio.timeout(5):
        assert [await sessions.delivered.get() for _ in range(2)] == [(CODE, [2])] * 2
    running.cancel()


async def test_a_node_that_is_away_holds_up_no_session_of_another(
    home: House, redis_url: str, unused_tcp_port: int
) -> None:
    await home.coordinator.step(to_all(1))
    here = keys_of().number

    class Nodes(Map):
        """Only the session's partition is there."""

        def of(self, partition: int) -> Node:
            return redis_url if partition == here else f"redis://127.0.0.1:{unused_tcp_port}"

    nodes = Nodes(redis_url, f"redis://127.0.0.1:{unused_tcp_port}")
    links, sessions = Links(nodes), Behind(Position(0, 0))
    resync = Resync(links, PARTITIONS)
    elsewhere = next(code for code in map(str, range(100000, 100100)) if keys_of(code).number != here)
    resync.request(elsewhere, 0)
    running = asyncio.create_task(resync.run(sessions))
    async with asyncio.timeout(5):
        await until(lambda: bool(nodes.doubts))
        resync.request(CODE, 1)
        assert await sessions.delivered.get() == (CODE, [1])
    assert resync.is_under_way(elsewhere)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    links.close()


async def test_a_session_that_moves_while_it_is_read_is_read_where_it_is_now(
    home: House, redis_url: str, unused_tcp_port: int
) -> None:
    await home.coordinator.step(to_all(1))
    nodes = Map(f"redis://127.0.0.1:{unused_tcp_port}")

    links, sessions = Links(nodes), Behind(Position(0, 0))
    resync = Resync(links, PARTITIONS)
    resync.request(CODE, 1)
    running = asyncio.create_task(resync.run(sessions))
    async with asyncio.timeout(5):
        await until(lambda: bool(nodes.doubts))
        nodes.set(redis_url)
        assert await sessions.delivered.get() == (CODE, [1])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    links.close()


async def test_a_session_that_all_leave_during_the_last_look_is_left_alone(home: House) -> None:
    class Sessions(Behind):
        """They are all there for two looks, and gone when the third has been read."""

        looks = count(1)
        looked_elsewhere = asyncio.Event()

        def position(self, code: str) -> Position | None:
            if code != CODE:
                self.looked_elsewhere.set()
            return self.at if next(self.looks) <= 5 else None

    await home.coordinator.step(to_all(1))
    resync, sessions = Resync(home.gateway._links, PARTITIONS), Sessions(Position(0, 0))
    running = asyncio.create_task(resync.run(sessions))
    resync.request(CODE, UNREACHABLE)
    resync.request("000000", 1)
    async with asyncio.timeout(5):
        await sessions.looked_elsewhere.wait()
    assert not running.done()
    running.cancel()


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
