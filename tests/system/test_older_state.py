"""What an older version left in Redis is gone on with, and what this one writes can be read by the older one.

In each moment of a quiz something was under way when everything was killed; `recording.py` says what.
The last test is the rule of `quickpoll.envelope` and of the snapshots: fields are only ever appended, so a reader
of before finds all its own where they were. Both together let versions run beside each other while they are rolled.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from coordinator.engine import Head
from coordinator.engine import Player as PlayerState
from quickpoll.envelope import Command, Entry, Replies, Step
from quickpoll.protocol import (
    AnswerAccepted,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    NewQuestion,
    Ok,
    Phase,
    Quiz,
    Resumed,
    ResumeSession,
    SessionView,
)
from tests.chaos.crowd import Moment
from tests.redis_client import Client
from tests.system.party import Party, reply_to, taken_over
from tests.system.recorded import Record, data, versions
from tests.system.recording import record

THIS: Final = "this"
"""This version: recorded again in each run, so the recording is tried, too."""

TakeOver = Callable[[Moment], AbstractAsyncContextManager[Party]]


@pytest.fixture(params=[*versions(), THIS])
def take_over(request: pytest.FixtureRequest, tmp_path: Path, redis: Client, redis_url: str) -> TakeOver:
    """Lets this version take over what a version left in a moment."""

    @asynccontextmanager
    async def take_over(moment: Moment) -> Any:
        left = await record(moment, tmp_path) if request.param == THIS else Record.read(request.param, moment)
        async with taken_over(left, tmp_path, redis, redis_url) as party:
            yield party

    return take_over


async def test_a_session_left_in_the_middle_of_joining_is_played_to_its_end(take_over: TakeOver) -> None:
    async with take_over(Moment.JOINING) as party:
        eve, impostor, bo, removed = party.told
        assert [type(reply) for reply in (eve, bo, removed)] == [Joined, Resumed, Ok]
        assert is_refused(impostor, ErrorCode.NAME_TAKEN)

        view = await party.resume_host()
        assert (view.phase, names(view)) == (Phase.LOBBY, {"Ada", "Bo", "Cy", "Eve"})
        assert (await party.join_again()).player_id == eve.player_id
        assert is_refused(await party.again(1, await party.connect()), ErrorCode.NAME_TAKEN)
        di = ResumeSession(token=party.record.token("Di"))
        assert is_refused(await reply_to(await party.connect(), di), ErrorCode.INVALID_TOKEN)
        for name in ("Ada", "Bo", "Cy"):
            await party.resume(name)
        assert isinstance(await party.again(3, party.host), Ok)
        await party.play_from(0)


async def test_a_session_left_in_the_middle_of_a_question_is_played_to_its_end(take_over: TakeOver) -> None:
    async with take_over(Moment.ANSWERING) as party:
        eve, bo, cy = party.told
        assert [type(reply) for reply in (eve, bo, cy)] == [Joined, AnswerAccepted, AnswerAccepted]

        view = await party.resume_host()
        assert (view.phase, names(view), view.answered) == (Phase.QUESTION, {"Ada", "Bo", "Cy", "Eve"}, 3)
        assert (await party.join_again()).player_id == eve.player_id
        for name in ("Ada", "Bo", "Cy"):
            _, you = await party.resume(name)
            assert (you.answered, you.answer) == (True, (0, 2))
        # Sent again, they are recognised: with the moment at which they came.
        assert await party.again(1, party.guests["Bo"].device) == bo
        assert await party.again(2, party.guests["Cy"].device) == cy
        await party.answer(1, "Eve")
        await party.play_from(2)


async def test_a_session_left_when_all_have_answered_closes_at_once(take_over: TakeOver) -> None:
    async with take_over(Moment.CLOSING) as party:
        second_thought, bo, cy = party.told
        assert [type(reply) for reply in (bo, cy)] == [AnswerAccepted, AnswerAccepted]
        assert is_refused(second_thought, ErrorCode.ALREADY_ANSWERED)

        view = await party.resume_host()
        assert (view.phase, names(view)) == (Phase.RESULTS, {"Ada", "Bo", "Cy"})
        response_ms = {}
        for name in ("Ada", "Bo", "Cy"):
            seen, you = await party.resume(name)
            assert you.result
            assert (seen.results, you.answer) == (view.results, (0, 2))
            assert you.result.streak == (2 if name == "Ada" else 1)
            response_ms[name] = you.result.response_ms
        party.check_results(view.results, 1)
        # They count from when they came, not from when they were read.
        assert response_ms["Bo"] == party.record.response_ms(1)
        assert response_ms["Cy"] == party.record.response_ms(2)
        assert is_refused(await party.again(0, party.guests["Ada"].device), ErrorCode.QUESTION_CLOSED)
        assert await party.again(1, party.guests["Bo"].device) == bo
        assert await party.again(2, party.guests["Cy"].device) == cy
        await party.play_from(2)


async def test_a_session_left_between_questions_goes_on_with_the_next(take_over: TakeOver) -> None:
    async with take_over(Moment.BETWEEN) as party:
        late, *gone_on = party.told
        assert is_refused(late, ErrorCode.QUESTION_CLOSED)
        assert [type(reply) for reply in gone_on] == [Ok, Ok]

        view = await party.resume_host()
        assert (view.phase, names(view), view.answered) == (Phase.QUESTION, {"Ada", "Bo", "Cy"}, 0)
        assert view.question
        assert view.question.index == 1
        for name in ("Ada", "Bo", "Cy"):
            _, you = await party.resume(name)
            assert (you.answered, you.streak) == (False, int(name == "Ada"))
        # Said a third time, it opens no further question.
        assert isinstance(await party.again(1, party.host), Ok)
        assert not any(isinstance(message, NewQuestion) for message in party.host.received)
        assert is_refused(await party.again(0, party.guests["Cy"].device), ErrorCode.QUESTION_CLOSED)
        await party.answer(1, "Ada", "Bo", "Cy")
        await party.play_from(2)


async def test_a_session_that_was_over_is_over(take_over: TakeOver) -> None:
    async with take_over(Moment.ANSWERING) as party:
        for command, code in (
            (JoinSession(code=party.record.over, name="Too late"), ErrorCode.SESSION_ENDED),
            (ResumeSession(token=party.record.token("Di")), ErrorCode.INVALID_TOKEN),
        ):
            assert is_refused(await reply_to(await party.connect(), command), code)


def names(view: SessionView) -> set[str]:
    """Of the players that the host sees, here or away."""
    return {player.name for player in view.players or ()}


def is_refused(reply: Any, code: ErrorCode) -> bool:
    """Whether it is this error."""
    return isinstance(reply, Error) and reply.code is code


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("version", versions())
def test_what_was_written_then_is_at_the_same_place_now(version: str, moment: Moment) -> None:
    kinds = set()
    for kind, old in _written(Record.read(version, moment)):
        read = msgspec.msgpack.decode(old[1:], type=kind)
        _assert_kept(msgspec.msgpack.decode(old[1:]), msgspec.msgpack.decode(msgspec.msgpack.encode(read)))
        kinds.add(type(read))
    assert kinds == {Head, Quiz, PlayerState, Command, Replies, Step}


def _written(record: Record) -> Iterator[tuple[Any, bytes]]:
    """Everything in a record that has a format byte, with the type that this version reads it as."""
    keys = record.partition
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
