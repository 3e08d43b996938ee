"""What holds of every kind: its rules alone, and whole games with it."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordinator.engine import kinds, report
from coordinator.engine.invariants import check
from coordinator.engine.kinds import Misfit
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import (
    Answer,
    AnswerAccepted,
    CloseQuestion,
    Error,
    ErrorCode,
    NewQuestion,
    NextQuestion,
    Phase,
    Question,
    QuestionResults,
    Quiz,
    Resumed,
    YourResult,
    encode_message,
)
from tests.coordinator.engine.game import SINGLE, Game, code, reloaded, state_bytes
from tests.coordinator.engine.kinds.samples import ALL, ANSWERS, as_played

EACH = pytest.mark.parametrize("question", ALL.values(), ids=ALL.keys())
ASKED = {name: question for name, question in ALL.items() if kinds.of(question).is_asked}
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@EACH
@given(answer=ANSWERS, locale=st.sampled_from([None, "de"]))
@settings(max_examples=60, deadline=None)
def test_every_answer_is_refused_or_judged_and_the_same_again(
    question: Question, answer: Answer, locale: str | None
) -> None:
    kind, played = kinds.of(question), as_played(question)
    try:
        kind.check(played, answer)
        key = kind.key(played, answer, locale)
    except Misfit:
        return
    share = kind.judge(played, key)
    assert (share is None) != kind.is_scored
    assert share is None or 0 <= share <= 100
    assert kind.shares(played, [key])[key] == kind.shares(played, [key])[key]
    assert kind.judge(played, key) == share
    assert all(0 <= cell < kind.cells(played) for cell in kind.tally(played, key))
    assert kind.describe(played, key)
    if not kind.is_written:
        packed = kind.pack(key)
        assert 0 < packed < 2**64
        unpacked: Any = kind.unpack(played, packed)
        assert kind.judge(played, unpacked) == share
        assert sorted(kind.tally(played, unpacked)) == sorted(kind.tally(played, key))


@EACH
def test_what_players_get_follows_from_the_log_and_says_nothing_of_the_solution(question: Question) -> None:
    kind, played = kinds.of(question), as_played(question)
    public = kind.public(played, 3, 9)
    assert (public.index, public.total, public.kind, public.text) == (3, 9, question.kind, question.text)
    unsolved: Any = kinds.restored(public, None, None)
    assert kind.public(unsolved, 3, 9) == public, "it depends on nothing but what was told"
    if kind.is_told_by_indexes(played):
        assert kinds.restored(public, kind.correct(played), played.explanation) == played
    else:
        assert kinds.restored(public, None, None, played) == played
    encoded = msgspec.json.encode(played)
    assert msgspec.json.decode(encoded, type=Question) == played


def game_of(question: Question) -> Game:
    return Game(as_played(question), SINGLE)


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED.keys())
@given(data=st.data())
@SLOW
def test_a_game_is_played_told_stored_resumed_and_replayed(question: Question, data: st.DataObject) -> None:
    game = game_of(question)
    seats = [game.join(name) for name in ("Ann", "Ben", "Cem")]
    game.open()
    assert code(game.answer(seats[0], (-1, -1, -1, -1, -1, -1, -1))) is ErrorCode.INVALID_ANSWER
    for seat in seats[:2]:
        game.now += 100
        reply = game.answer(seat, data.draw(ANSWERS))
        assert isinstance(reply, AnswerAccepted | Error)
        game.session = reloaded(game.session)
        check(game.session)
    if game.session.head.phase is Phase.QUESTION:
        game.time_up() if question.time_limit_ms else game.do(CloseQuestion())
    check(game.session)
    results = game.told(QuestionResults)[0]
    assert (results.solution is None) == (kinds.of(question).solution(question) is None)
    assert results.tally is not None
    mine = game.each(YourResult)
    assert all((result.share is None) == (result.correct is None) for result in mine.values())
    assert sum(result.answered for result in mine.values()) == results.answered
    again = game.resume(seats[0])
    assert isinstance(again, Resumed)
    assert again.you
    assert again.you.result == mine[next(iter(mine))]
    told_host = report.results(game.session, 0, "r")
    assert told_host.questions[0].tally == results.tally
    for player in told_host.players:
        assert player.points == sum(answer.points for answer in player.answers if answer)

    written = dict(game.session.written)
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    game.answer(seats[0], 0)
    game.time_up()
    game.do(NextQuestion())
    replayed = Replay(log_file.read(game.exported())).run()
    assert report.results(replayed, 0, "r").players == report.results(game.session, 0, "r").players
    assert replayed.written == written


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED.keys())
def test_before_the_close_nothing_that_is_said_depends_on_the_solution(question: Question) -> None:
    """Two sessions whose questions look the same and are solved differently say the same, and as much."""
    played = as_played(question)
    public = kinds.of(question).public(played, 0, 2)
    other: Any = kinds.restored(public, None, played.explanation)
    said = []
    for asked in (played, other):
        game = Game(asked, SINGLE)
        seats = game.join("Ann"), game.join("Ben")
        game.open()
        messages = [*game.told(NewQuestion)]
        for answer in ("500", 0, (0, 1), (0, 1, 2, 3), (0, 1, 2), ("word",)):
            reply = game.answer(seats[0], answer)
            messages += [reply]  # type: ignore[list-item]
        messages.append(game.resume(seats[1]))  # type: ignore[arg-type]
        said.append([encode_message(message) for message in messages])
        assert game.session.head.phase is Phase.QUESTION
    assert said[0] == said[1]


def test_players_get_less_than_a_kilobyte_whatever_was_written() -> None:
    game = game_of(ALL["words"])
    seats = game.join_many(120)
    game.open()
    for number, seat in enumerate(seats):
        game.answer(seat, tuple(f"{'🦕' * 20}{number}{place}" for place in "abc"))
    to_host, to_players = game.told(QuestionResults)
    assert to_host.tally
    assert to_players.tally
    assert isinstance(to_host.tally.words, tuple)
    assert len(to_host.tally.words) == 60
    assert to_host.tally.distinct == 360
    assert len(encode_message(to_players)) < 1024
    resumed = game.resume(seats[0])
    assert isinstance(resumed, Resumed)
    assert resumed.session.results == to_players
    host = game.resume_host(game.new_connection())
    assert isinstance(host, Resumed)
    assert host.session.results == to_host


def test_a_quiz_of_all_kinds_is_stored_and_read() -> None:
    quiz = Quiz("All", tuple(as_played(question) for question in ALL.values()))
    game = Game(*quiz.questions)
    assert state_bytes(reloaded(game.session)) == state_bytes(game.session)
