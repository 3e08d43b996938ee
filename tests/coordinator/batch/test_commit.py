"""The script itself, on a real server, with batches made by hand."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from msgspec.structs import replace

from coordinator.batch import commit as commit_module
from coordinator.batch.commit import Batch, CommitOutcome, Committer, SessionChange
from quickpoll.keys import ENTRY_FIELD, PartitionKeys
from quickpoll.settings import Durability
from quickpoll.store.link import LinkLost, Push, RedisLink
from quickpoll.store.nodes import open_node
from tests.redis_client import Client, node_of
from tests.system.servers import master_and_replica

KEYS = PartitionKeys(3)
TOKEN = 1_790_000_000_123
CODE = "123456"
FIELDS = {"head": b"\x01h", "quiz": b"\x01q", "step": b"1", "p:a": b"\x01a", "p:b": b"\x01b"}


def batch(offset_before: str = "0-0", offset: str = "5-1", **more: Any) -> Batch:
    return Batch(KEYS, TOKEN, offset_before, offset, **more)


Commit = Callable[[Sequence[Batch]], Awaitable[tuple[list[CommitOutcome], Exception | None]]]


@pytest.fixture
async def commit(redis: Client, link: RedisLink) -> Commit:
    """Commits under the lease with TOKEN."""
    await redis.set(KEYS.fence, str(TOKEN))
    return partial(Committer().commit, link)


async def one(commit: Commit, made: Batch) -> CommitOutcome:
    (outcome,), _ = await commit([made])
    return outcome


async def everything(redis: Client) -> dict[Any, Any]:
    return {key: await redis.dump(key) for key in await redis.keys()}


async def entries(redis: Client, stream: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    found: Any = await redis.xrange(stream)
    return list(found)


async def test_state_deadlines_offset_and_steps_are_stored_together(commit: Commit, redis: Client) -> None:
    made = batch(
        sessions=[SessionChange(CODE, FIELDS, step=b"the step")],
        creates={"any:x": CODE},
        deadlines={CODE: 1_790_000_009_999},
        gateways_seen={"g1", "g2"},
        quarantined=[("why", b"\x00bad")],
    )
    assert await one(commit, made) is CommitOutcome.COMMITTED
    assert await redis.hgetall(KEYS.session(CODE)) == {name.encode(): data for name, data in FIELDS.items()}
    assert await redis.hget(KEYS.meta, "offset") == b"5-1"
    assert await redis.zscore(KEYS.deadlines, CODE) == 1_790_000_009_999
    assert await redis.smembers(KEYS.gateways) == {b"g1", b"g2"}
    assert await redis.get(KEYS.create("any:x")) == CODE.encode()
    ((_, step),) = await entries(redis, KEYS.history(CODE))
    assert step == {ENTRY_FIELD: b"the step"}
    ((_, quarantined),) = await entries(redis, KEYS.quarantine)
    assert quarantined == {b"reason": b"why", ENTRY_FIELD: b"\x00bad"}


async def test_what_is_over_is_removed(commit: Commit, redis: Client) -> None:
    first = batch(sessions=[SessionChange(CODE, FIELDS)], deadlines={CODE: 7}, gateways_seen={"g1", "g2"})
    await one(commit, first)
    second = batch(
        "5-1",
        "6-0",
        sessions=[SessionChange(CODE, {"head": b"\x01i"}, removed=["p:b"])],
        deadlines={CODE: None},
        gateways_gone={"g1"},
    )
    assert await one(commit, second) is CommitOutcome.COMMITTED
    left = {name.encode(): data for name, data in FIELDS.items() if name != "p:b"} | {b"head": b"\x01i"}
    assert await redis.hgetall(KEYS.session(CODE)) == left
    assert await redis.zcard(KEYS.deadlines) == 0
    assert await redis.smembers(KEYS.gateways) == {b"g2"}


async def test_a_log_grows_and_goes_with_its_session(commit: Commit, redis: Client) -> None:
    await one(commit, batch(sessions=[SessionChange(CODE, FIELDS, log=[b"[1]", b"[2]"])]))
    await one(commit, batch("5-1", "6-0", sessions=[SessionChange(CODE, FIELDS, log=[b"[3]"])]))
    await one(commit, batch("6-0", "7-0", sessions=[SessionChange(CODE, FIELDS)]))
    assert await redis.lrange(KEYS.log(CODE), 0, -1) == [b"[1]", b"[2]", b"[3]"]
    assert 0 < await redis.pttl(KEYS.log(CODE)) <= 24 * 3600 * 1000
    await one(commit, batch("7-0", "8-0", sessions=[SessionChange(CODE, {"head": b"\x01c"}, closed=True)]))
    assert not await redis.exists(KEYS.log(CODE))


async def test_a_commit_that_is_refused_or_late_leaves_the_log_as_it_is(commit: Commit, redis: Client) -> None:
    made = batch(sessions=[SessionChange(CODE, FIELDS, log=[b"[1]"])])
    assert await one(commit, made) is CommitOutcome.COMMITTED
    assert await one(commit, made) is CommitOutcome.STALE
    await redis.set(KEYS.fence, str(TOKEN + 1))
    fenced = batch("5-1", "6-0", sessions=[SessionChange(CODE, FIELDS, log=[b"[2]"])])
    assert await one(commit, fenced) is CommitOutcome.FENCED
    assert await redis.lrange(KEYS.log(CODE), 0, -1) == [b"[1]"]


async def test_replies_are_published_before_steps(commit: Commit, redis: Client) -> None:
    pubsub = redis.pubsub()
    channels = [KEYS.replies("g1"), KEYS.replies("g2"), KEYS.channel(CODE)]
    await pubsub.ssubscribe(*channels)
    made = batch(sessions=[SessionChange(CODE, FIELDS, step=b"step")], replies={"g1": b"\x00one", "g2": b"two"})
    await one(commit, made)
    heard: list[tuple[str, bytes]] = []
    async for message in pubsub.listen():
        if message["type"] == "smessage":
            heard.append((message["channel"].decode(), message["data"]))
            if len(heard) == 3:
                break
    await pubsub.aclose()  # type: ignore[no-untyped-call]
    assert heard == list(zip(channels, [b"\x00one", b"two", b"step"], strict=True))


async def test_under_an_old_fence_nothing_happens(commit: Commit, redis: Client) -> None:
    await redis.set(KEYS.fence, str(TOKEN + 1))
    before = await everything(redis)
    assert await one(commit, batch(sessions=[SessionChange(CODE, FIELDS, step=b"x")])) is CommitOutcome.FENCED
    assert await everything(redis) == before


async def test_after_everything_was_lost_nothing_happens(commit: Commit, redis: Client) -> None:
    await redis.flushall()
    assert await one(commit, batch(sessions=[SessionChange(CODE, FIELDS)])) is CommitOutcome.FENCED
    assert await redis.keys() == []


async def test_a_batch_that_arrives_twice_is_done_once(commit: Commit, redis: Client) -> None:
    made = batch(sessions=[SessionChange(CODE, FIELDS, step=b"x")])
    assert await one(commit, made) is CommitOutcome.COMMITTED
    before = await everything(redis)
    assert await one(commit, made) is CommitOutcome.STALE
    assert await everything(redis) == before


async def test_the_stream_is_trimmed_behind_the_offset_and_no_further(commit: Commit, redis: Client) -> None:
    for entry_id in ("5-0", "5-1", "5-2", "6-0"):
        await redis.xadd(KEYS.stream, {ENTRY_FIELD: b"x"}, id=entry_id)
    assert await one(commit, batch(offset="5-1")) is CommitOutcome.COMMITTED
    assert [entry_id for entry_id, _ in await entries(redis, KEYS.stream)] == [b"5-2", b"6-0"]


async def test_a_session_of_20000_players_fits_into_one_commit(commit: Commit, redis: Client) -> None:
    fields = FIELDS | {f"p:{number}": b"\x01record" for number in range(20_000)}
    assert await one(commit, batch(sessions=[SessionChange(CODE, fields)])) is CommitOutcome.COMMITTED
    assert await redis.hlen(KEYS.session(CODE)) == len(fields)
    gone = [f"p:{number}" for number in range(20_000)]
    kicked = SessionChange(CODE, {"head": b"\x01h"}, removed=gone)
    assert await one(commit, batch("5-1", "6-0", sessions=[kicked])) is CommitOutcome.COMMITTED
    assert await redis.hlen(KEYS.session(CODE)) == len(FIELDS)


async def test_a_closed_session_keeps_its_head_for_an_hour(commit: Commit, redis: Client) -> None:
    await one(commit, batch(sessions=[SessionChange(CODE, FIELDS, step=b"x")]))
    assert 0 < await redis.pttl(KEYS.session(CODE)) <= 24 * 3600 * 1000
    closed = SessionChange(CODE, {"head": b"\x01over", "step": b"2"}, step=b"y", closed=True)
    await one(commit, batch("5-1", "6-0", sessions=[closed]))
    assert await redis.hgetall(KEYS.session(CODE)) == {b"head": b"\x01over", b"step": b"2"}
    assert 0 < await redis.pttl(KEYS.session(CODE)) <= 3600 * 1000
    assert 0 < await redis.pttl(KEYS.history(CODE)) <= 600 * 1000


async def test_history_and_quarantine_are_bounded(commit: Commit, redis: Client) -> None:
    offset = "0-0"
    for number in range(1, 201):
        made = batch(
            offset,
            f"{number}-0",
            sessions=[SessionChange(CODE, {"head": b"\x01h"}, step=b"x" * 200)],
            quarantined=[("why", b"y" * 200)] * 10,
        )
        assert await one(commit, made) is CommitOutcome.COMMITTED
        offset = made.offset
    assert 64 <= await redis.xlen(KEYS.history(CODE)) < 200
    assert 1000 <= await redis.xlen(KEYS.quarantine) < 1200


async def test_each_partition_has_its_own_outcome(commit: Commit, redis: Client) -> None:
    other = PartitionKeys(4)
    outcomes, error = await commit([batch(), replace(batch(), keys=other)])
    assert outcomes == [CommitOutcome.COMMITTED, CommitOutcome.FENCED]
    assert error is None


async def test_where_redis_takes_no_write_nothing_happens(commit: Commit, redis: Client) -> None:
    before = await everything(redis)
    used = (await redis.info("memory"))["used_memory"]
    await redis.config_set("maxmemory", used // 2)
    try:
        (outcome,), error = await commit([batch(sessions=[SessionChange(CODE, FIELDS, closed=True)])])
    finally:
        await redis.config_set("maxmemory", 0)
    assert outcome is CommitOutcome.REFUSED
    assert "maxmemory" in str(error)
    assert await everything(redis) == before


async def test_a_script_that_redis_forgot_is_loaded_again(commit: Commit, redis: Client) -> None:
    assert await one(commit, batch()) is CommitOutcome.COMMITTED
    await redis.script_flush()
    assert await one(commit, batch("5-1", "6-0")) is CommitOutcome.COMMITTED


async def test_on_a_lost_link_the_outcome_is_open(commit: Commit, link: RedisLink) -> None:
    link.close()
    (outcome,), error = await commit([batch()])
    assert outcome is CommitOutcome.UNCERTAIN
    assert error is not None


@pytest.mark.parametrize(
    "broken", [{"fence": 0}, {"offset": "0-0"}, {"offset_before": "5-2"}, {"offset_before": "10-0"}]
)
def test_a_batch_without_a_fence_or_that_goes_back_is_a_bug(broken: Any) -> None:
    with pytest.raises(AssertionError):
        replace(batch(), **broken)


# -- durability -----------------------------------------------------------------------------


async def test_what_is_not_durable_is_stored_but_not_said_until_it_is(tmp_path: Path) -> None:
    async with master_and_replica(tmp_path) as (master, replica):
        await master.admin.set(KEYS.fence, str(TOKEN))
        said: asyncio.Queue[Push] = asyncio.Queue()
        hears = await open_node(node_of(f"redis://{master.address}"), pushed=said.put_nowait)
        hears.tell([("SSUBSCRIBE", KEYS.channel(CODE), KEYS.replies("gw"))])
        for _ in range(2):
            assert (await said.get())[0] == b"ssubscribe"
        link, committer = await open_node(node_of(f"redis://{master.address}")), Committer(Durability.REPLICA)

        first = batch(sessions=[SessionChange(CODE, FIELDS, step=b"step 1")], replies={"gw": b"reply 1"})
        assert await committer.commit(link, [first]) == ([CommitOutcome.COMMITTED], None)
        assert [(await said.get())[2] for _ in range(2)] == [b"reply 1", b"step 1"]
        assert not await master.admin.exists(KEYS.outbox)

        replica.send_signal(signal.SIGSTOP)
        second = batch("5-1", "6-1", sessions=[SessionChange(CODE, {"step": b"2"}, step=b"step 2")])
        (outcome,), refused = await committer.commit(link, [second])
        assert (outcome, str(refused).partition(" ")[0]) == (CommitOutcome.UNCERTAIN, "NOTDURABLE")
        assert await master.admin.hget(KEYS.session(CODE), "step") == b"2"
        assert said.empty()

        replica.send_signal(signal.SIGCONT)
        other = await open_node(node_of(f"redis://{master.address}"))  # of another coordinator, say
        await committer.publish_what_is_left(other, {KEYS: TOKEN - 1})
        assert await master.admin.exists(KEYS.outbox)
        await committer.publish_what_is_left(other, {KEYS: TOKEN})
        assert (await said.get())[2] == b"step 2"
        assert said.empty()
        assert await replica.admin.hget(KEYS.session(CODE), "step") == b"2"
        for one_link in (hears, link, other):
            one_link.close()


async def test_what_has_to_wait_does_not_stay_for_ever(redis: Client, link: RedisLink) -> None:
    await redis.set(KEYS.fence, str(TOKEN))
    committer = Committer(Durability.REPLICA)
    committer.publish = AsyncMock(side_effect=LinkLost("gone"))  # type: ignore[method-assign]
    (outcome,), _ = await committer.commit(link, [batch(replies={"gw": b"reply"})])
    assert outcome is CommitOutcome.UNCERTAIN
    assert await redis.lrange(KEYS.outbox, 0, -1) == [KEYS.replies("gw").encode(), b"reply"]
    assert 0 < await redis.pttl(KEYS.outbox) <= commit_module.SESSION_EXPIRY_MS
