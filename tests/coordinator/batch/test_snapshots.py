from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest

from coordinator.batch import snapshots
from coordinator.batch.snapshots import Unreadable, decode_session
from coordinator.engine import Drawn, Player, Session, apply, create, invariants
from coordinator.engine.players import AcceptedAnswer
from quickpoll.envelope import Command, ConnectionId, Identity
from quickpoll.protocol import (
    AnswerAccepted,
    CreateSession,
    EndSession,
    JoinSession,
    MergeAnswers,
    NewQuestion,
    NextQuestion,
    Phase,
    Quiz,
    SessionCommand,
    ShowAnswer,
    StartQuiz,
    SubmitAnswer,
)
from tests.coordinator.engine.game import SINGLE, Game
from tests.coordinator.engine.kinds.samples import ALL, as_played
from tests.coordinator.standin import QUICK, QUIZ
from tests.redis_client import Client


def play(session: Session, connection: int, body: SessionCommand, identity: Identity | None, now: int) -> None:
    command = Command(ConnectionId("gw", connection), connection, identity, body)
    apply(session, command, now, Drawn(player_id=f"player{connection}"))


def played_session() -> Session:
    """In the results of its first question, with a player who is away."""
    command = Command(ConnectionId("gw", 1), 1, None, CreateSession(quiz=QUIZ, settings=QUICK))
    session, _ = create(command, 1000, Drawn("123456", "nonce"))
    for connection in (2, 3):
        play(session, connection, JoinSession(code="123456", name=f"p{connection}"), None, 1001)
    play(session, 1, StartQuiz(), session.host_identity, 1002)
    for connection in (2, 3):
        body = SubmitAnswer(question=0, answer=connection - 2)
        play(session, connection, body, session.player_identity(f"player{connection}"), 1500)
    return session


def fields_of(session: Session, step: int) -> dict[bytes, bytes]:
    players = {snapshots.player_field(player.id): snapshots.encode(player) for player in session.players.values()}
    fields = {snapshots.HEAD: snapshots.encode_head(session.head), snapshots.QUIZ: snapshots.encode(session.quiz)}
    fields |= {snapshots.written_field(index): snapshots.encode(texts) for index, texts in session.written.items()}
    fields |= {snapshots.curation_field(index): snapshots.encode(made) for index, made in session.curations.items()}
    return {name.encode(): data for name, data in (fields | players).items()} | {b"step": b"%d" % step}


def test_a_session_comes_back_as_it_was_stored() -> None:
    session = played_session()
    assert session.head.results is not None
    assert decode_session("123456", fields_of(session, 7)) == (session, 7)


def test_what_was_written_comes_back_with_its_question() -> None:
    game = Game(as_played(ALL["words"]), as_played(ALL["number"]))
    ann = game.join("Ann")
    game.open()
    game.answer(ann, ("One", "two"))
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    game.answer(ann, "4,810")
    session, _ = decode_session("123456", fields_of(game.session, 7))
    assert session.written == game.session.written
    assert [len(texts) for texts in session.written.values()] == [1, 1]


def test_what_the_host_has_decided_about_it_comes_back() -> None:
    game = Game(as_played(ALL["words"]))
    ann, _ = game.join_many(2)
    game.open()
    game.answer(ann, ("One", "two", "three"))
    game.do(ShowAnswer(question=0, text="three", shown=False))
    game.do(MergeAnswers(question=0, text="two", into="One"))
    session, _ = decode_session("123456", fields_of(game.session, 7))
    assert session.curations == game.session.curations != {}


def test_a_session_that_version_0_1_0_has_stored_is_read_and_goes_on() -> None:
    """In the results of its first question: Ann was right after a second, Ben was wrong."""
    stored = (Path(__file__).parent / "recorded" / "0.1.0.msgpack").read_bytes()
    fields = msgspec.msgpack.decode(stored, type=dict[str, bytes])
    game = Game()
    game.session, step = decode_session("123456", {name.encode(): value for name, value in fields.items()})
    head = game.session.head
    assert (step, head.phase, head.question, head.settings.streak_bonus) == (7, Phase.RESULTS, 0, True)
    assert (head.closes_at, head.extended_ms, head.void, head.rulings, head.played) == (
        head.opens_at + 10_000,
        0,
        [],
        [],
        0,
    )
    assert [(player.name, player.points, player.rank) for player in game.session.players.values()] == [
        ("Ann", 950, 1),
        ("Ben", 0, 2),
    ]
    game.now = head.opens_at + 2000
    game.do(NextQuestion())
    invariants.check(game.session)
    assert game.one(NewQuestion).question.index == 1


def listed(value: Any) -> Any:
    """With lists in place of tuples: msgpack has only one kind."""
    if isinstance(value, dict):
        return {name: listed(each) for name, each in value.items()}
    return [listed(each) for each in value] if isinstance(value, list | tuple) else value


def test_another_reader_of_msgpack_finds_in_it_what_was_stored() -> None:
    """`msgpack` knows nothing of our types: fields are at their positions, and bytes are bytes."""
    session = played_session()
    parts: list[Quiz | Player] = [session.quiz, *session.players.values()]
    stored_records = [(snapshots.encode(record), record) for record in parts]
    for data, record in [(snapshots.encode_head(session.head), session.head), *stored_records]:
        assert data[:1] == snapshots.FORMAT
        assert msgpack.unpackb(data[1:]) == listed(
            msgspec.to_builtins(record, builtin_types=(bytes,), enc_hook=msgspec.msgpack.decode)
        )
    stored = msgpack.unpackb(snapshots.encode(session.players["player2"])[1:])
    assert stored[0] == "player2"
    assert stored[Player.__struct_fields__.index("connection")] == ["gw", 2]


def test_it_comes_back_the_same_in_any_order_of_fields() -> None:
    session = played_session()
    backwards = dict(reversed(fields_of(session, 7).items()))
    restored, _ = decode_session("123456", backwards)
    assert list(restored.players) == list(session.players)


def test_a_closed_session_needs_only_its_head() -> None:
    session = played_session()
    play(session, 1, EndSession(), session.host_identity, 2000)
    fields = {name: data for name, data in fields_of(session, 9).items() if name in (b"head", b"step")}
    restored, step = decode_session("123456", fields)
    assert restored.head == session.head
    assert step == 9


@pytest.mark.parametrize(
    ("field", "data", "why"),
    [
        (b"head", b"9anything", "session 123456: format byte b'9', this version reads b'\\x01'"),
        (b"quiz", b"\x01damaged", "session 123456: "),
        (b"step", b"many", "session 123456: invalid literal"),
        (b"p:player2", b"", "session 123456: format byte b''"),
    ],
)
def test_what_cannot_be_read_is_said_and_not_guessed_at(field: bytes, data: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as error:
        decode_session("123456", fields_of(played_session(), 1) | {field: data})
    assert why in str(error.value)


def test_a_session_stored_before_answers_were_forgiven_their_way_is_read() -> None:
    answer = AcceptedAnswer(0, 1, 1_700_000_000_500, "a")
    older = msgspec.msgpack.decode(msgspec.msgpack.encode(answer))[:-1]
    read = msgspec.convert(older, AcceptedAnswer)
    assert (read, read.counted_at) == (answer, answer.received_at)
    fields = fields_of(played_session(), 1)
    for name in (b"head", b"p:player2"):
        fields[name] = b"\x01" + msgspec.msgpack.encode(msgspec.msgpack.decode(fields[name][1:])[:-1])
    session, _ = decode_session("123456", fields)
    assert (session.head.late_until, session.players["player2"].round_trip_ms) == (0, 0)


def test_a_missing_field_is_named() -> None:
    fields = fields_of(played_session(), 1)
    del fields[b"quiz"]
    with pytest.raises(Unreadable, match="quiz"):
        decode_session("123456", fields)


async def test_after_twenty_questions_a_player_takes_two_kilobytes_at_most(redis: Client) -> None:
    """With the log, and with ids, names and round trips as long as they are."""
    game = Game(*[SINGLE] * 20, settings=QUICK)
    seats = [game.join(f"Player number {n:4}", id=f"an id like those of pages {n:10}") for n in range(200)]
    for question in range(20):
        game.do(StartQuiz() if question == 0 else NextQuestion())
        game.now = game.session.head.opens_at + 3456
        for seat in seats:
            reply = game.answer(seat, 2, id=f"an id like those of pages {seat.id:10}", elapsed_ms=3400)
            assert isinstance(reply, AnswerAccepted)
    await redis.rpush("log", *game.log)
    for player in game.session.players.values():
        await redis.hset("session", snapshots.player_field(player.id), snapshots.encode(player))
    used = sum([await redis.memory_usage(key, samples=0) or 0 for key in ("session", "log")])
    assert 1024 <= used / len(seats) <= 2048
