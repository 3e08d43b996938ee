"""What an older version left in Redis is gone on with, and what this one writes can be read by the older one.

The second half is the rule of `quickpoll.envelope` and of the snapshots: fields are only ever appended, so a reader
of before finds all its own where they were. Both together let versions run beside each other while they are rolled.
"""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.player import Client as Device
from clients.player import Refused
from coordinator.engine import Head
from coordinator.engine import Player as PlayerState
from quickpoll.envelope import Command, Entry, Replies, Step
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import (
    CloseCode,
    CloseQuestion,
    EndSession,
    ErrorCode,
    JoinSession,
    Leaderboard,
    NextQuestion,
    Phase,
    QuestionResults,
    Quiz,
    QuizEnded,
    ResumeSession,
    SubmitAnswer,
    YourResult,
)
from quickpoll.redis import Client
from tests.system.game import SLOW
from tests.system.harness import coordinator, gateway, running, websocket_url
from tests.system.recorded import EVE, PARTITIONS, Record, data, versions

pytestmark = pytest.mark.parametrize("version", versions())


async def test_a_session_of_an_older_version_is_played_to_its_end(
    version: str, tmp_path: Path, redis: Client, redis_url: str
) -> None:
    record = Record.read(version)
    await record.restore(redis)
    front = gateway(tmp_path, redis_url)
    async with running(front, coordinator(tmp_path, redis_url)), AsyncExitStack() as stack:

        async def client() -> Device:
            return await stack.enter_async_context(Device.connect(websocket_url(front)))

        # Eve's joining was in the stream when everything was killed; here she is told of it.
        eve = await client()
        joined = await eve.call(msgspec.structs.replace(EVE, code=record.code))
        host = await client()
        resumed = await host.resume(record.token())
        # So were Bo's and Cy's answers; Ada's was stored.
        assert (resumed.session.phase, resumed.session.player_count) == (Phase.QUESTION, 4)
        assert resumed.session.answered == 3
        totals = {}
        players = []
        for name in ("Ada", "Bo", "Cy"):
            player = await client()
            you = (await player.resume(record.token(name))).you
            assert you
            assert (you.name, you.answered) == (name, True)
            totals[name] = you.total_points
            players.append(player)
        assert totals == {"Ada": 1000, "Bo": 0, "Cy": 0}

        accepted = await eve.call(SubmitAnswer(question=1, answer=(1,)))
        results = await host.expect(QuestionResults)
        assert (accepted.question, results.counts, results.answered) == (1, (3, 1, 3), 4)
        for player, name in zip(players, totals, strict=True):
            own = await player.expect(YourResult)
            # The streak bonus is Ada's, who was right twice.
            assert own.total_points == totals[name] + own.points
            assert own.points >= 250 + 100 * (name == "Ada")
        assert (await host.expect(Leaderboard)).total == 4

        for _ in SLOW.questions[2:]:
            await host.call(NextQuestion())
            await host.call(CloseQuestion())
        await host.call(NextQuestion())
        assert (await eve.expect(QuizEnded)).total == 4
        await host.call(EndSession())
        assert (await eve.closed())[0] == CloseCode.SESSION_OVER
        assert joined.session.code == record.code


async def test_a_session_that_was_over_is_over(version: str, tmp_path: Path, redis: Client, redis_url: str) -> None:
    record = Record.read(version)
    await record.restore(redis)
    front = gateway(tmp_path, redis_url)
    async with running(front, coordinator(tmp_path, redis_url)), Device.connect(websocket_url(front)) as client:
        for command, code in (
            (JoinSession(code=record.over, name="Too late"), ErrorCode.SESSION_ENDED),
            (ResumeSession(token=record.token("Di")), ErrorCode.INVALID_TOKEN),
        ):
            with pytest.raises(Refused) as refused:
                await client.call(command)
            assert refused.value.code is code


def test_what_was_written_then_is_at_the_same_place_now(version: str) -> None:
    record = Record.read(version)
    kinds = set()
    for kind, old in _written(record):
        read = msgspec.msgpack.decode(old[1:], type=kind)
        _assert_kept(msgspec.msgpack.decode(old[1:]), msgspec.msgpack.decode(msgspec.msgpack.encode(read)))
        kinds.add(type(read))
    assert kinds == {Head, Quiz, PlayerState, Command, Replies, Step}


def _written(record: Record) -> Iterator[tuple[Any, bytes]]:
    """Everything in a record that has a format byte, with the type that this version reads it as."""
    keys = PartitionKeys(partition_of(record.code, PARTITIONS))
    for field, text in record.keys[keys.session(record.code)]["hash"].items():
        kind = {"head": Head, "quiz": Quiz, "step": None}.get(field, PlayerState)
        if kind:
            yield kind, data(text)
    for _, fields in record.keys[keys.stream]["stream"]:
        yield Entry, data(fields["e"])
    for _, fields in record.keys[keys.history(record.code)]["stream"]:
        yield Step, data(fields["e"])
    for channel, text in record.said:
        yield (Step if channel == keys.channel(record.code) else Replies), data(text)


def _assert_kept(old: Any, new: Any) -> None:
    """Whether a reader of the older version finds in `new` what it knows: further fields come after its own."""
    match old, new:
        case list(), list():
            assert len(new) >= len(old)
            for one, other in zip(old, new, strict=False):
                _assert_kept(one, other)
        case dict(), dict():
            for key, one in old.items():
                _assert_kept(one, new[key])
        case _:
            assert new == old
