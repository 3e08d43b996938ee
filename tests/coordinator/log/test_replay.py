"""That any order of entries replays to the same results is a law of the engine: `engine/test_engine.py`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from coordinator.engine import Session, records, report
from coordinator.engine.records import Answered, Away, Closed, Connected, Ended, Locked, Record
from coordinator.engine.scoring import OtherRules
from coordinator.engine.state import IDLE_MS
from coordinator.log import file as log_file
from coordinator.log.file import SessionLog, UnreadableLog
from coordinator.log.replay import Differs, Replay
from quickpoll.protocol import AskExtraTime, LeaveSession, NextQuestion, Settings, StartQuiz
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, Game


def log_of(game: Game) -> SessionLog:
    return log_file.read(game.exported())


def forged(game: Game, change: Callable[[list[Record]], object]) -> SessionLog:
    """A log that was changed, with all hashes computed again."""
    changed = list(log_of(game).records)
    change(changed)
    lines, head = log_file.lines([records.encode(record) for record in changed])
    return log_file.read("\n".join([*lines, log_file.end_line(len(lines), head)]).encode())


def played() -> Game:
    """Ann is right at once, Ben later, Cid is wrong; in the second question only Cid is right. Then the end."""
    game = Game(SINGLE, MULTIPLE, POLL)
    seats = ann, ben, cid = game.join_many(3)
    game.open()
    game.answer(ann, 0)
    game.now += 5000
    game.answer(ben, 0)
    game.answer(cid, 2)
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    for seat, choice in zip(seats, [(0, 1, 2), (0,), (0, 2)], strict=True):
        game.answer(seat, choice)
    game.do(NextQuestion())
    game.time_up()
    game.do(NextQuestion())
    return game


def points(session: Session) -> Sequence[int]:
    return [player.points for player in session.players.values()]


def test_a_replay_ends_with_the_same_results_and_the_same_head() -> None:
    game = played()
    session = Replay(log_of(game)).run()
    assert session.head.log_hash == game.session.head.log_hash
    assert report.results(session, 0, "r") == report.results(game.session, 0, "r")
    assert session.head.podium == game.session.head.podium
    assert points(session) == [1000, 750, 500]


def test_a_session_that_only_unlogged_commands_kept_from_being_idle_is_not_idle_in_its_replay() -> None:
    game = Game()
    ann = game.join("Ann")
    for _ in range(3):
        game.now += IDLE_MS - 1
        game.by_player(ann, AskExtraTime())
    game.open()
    game.answer(ann, 0)
    assert Replay(log_of(game)).run().head.log_hash == game.session.head.log_hash


def test_players_whose_gateway_was_lost_are_away_at_once() -> None:
    game = Game(SINGLE)
    ann, ben, _ = game.join_many(3)
    game.open()
    game.answer(ann, 0)
    game.disconnect(ben)
    game.resume(ben)
    game.by_player(ben, LeaveSession())
    game.time_up()
    assert Replay(log_of(game)).run().head.log_hash == game.session.head.log_hash


def test_a_question_that_was_closed_and_followed_by_deadlines_is_so_at_the_same_moment() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(auto_advance_ms=1000))
    game.join("Ann")
    game.do(StartQuiz())
    game.now = game.closes_at + 77
    game.tick()
    game.now += 1777
    game.tick()
    session = Replay(log_of(game)).run()
    assert (session.head.opens_at, session.head.question) == (game.session.head.opens_at, 1)


@pytest.mark.parametrize(
    ("ruling", "streak_bonus", "expected"),
    [
        (OtherRules(), None, [1000, 750, 500]),
        (OtherRules(void=frozenset({0})), None, [0, 0, 500]),
        (OtherRules(void=frozenset({0, 1, 2})), None, [0, 0, 0]),
        (OtherRules(accepted=frozenset({(0, 2)})), None, [1000, 750, 1250]),
        (OtherRules(accepted=frozenset({(1, 1)})), None, [1500, 750, 500]),
        (OtherRules(accepted=frozenset({(1, 2)})), None, [1000, 1250, 500]),
        (OtherRules(by_time=False), None, [1000, 1000, 500]),
        (OtherRules(accepted=frozenset({(1, 1)})), True, [1600, 750, 500]),
    ],
)
def test_another_ruling_gives_other_points_to_the_same_answers(
    ruling: OtherRules, streak_bonus: bool | None, expected: list[int]
) -> None:
    session = Replay(log_of(played()), ruling, streak_bonus).run()
    assert points(session) == expected
    assert sum(sum(filter(None, report.points_of(session, player))) for player in session.players.values()) == sum(
        expected
    )


def test_a_dropped_question_costs_no_time_and_no_streak() -> None:
    session = Replay(log_of(played()), OtherRules(void=frozenset({0}))).run()
    assert [player.response_total_ms for player in session.players.values()] == [0, 0, 0]
    answers = [player.answers[0] for player in report.results(session, 0, "r").players]
    assert [(answer.correct, answer.points) for answer in answers if answer] == [(None, 0)] * 3


def insert(log: list[Record], kind: type[Record], record: Record, *, after: int = 0) -> None:
    """Puts a record where the first of a kind is, at its time."""
    place = next(n for n, found in enumerate(log) if isinstance(found, kind)) + after
    log.insert(place, replace(record, at=log[place].at))


def remove(log: list[Record], kind: type[Record]) -> Record:
    return log.pop(next(n for n, record in enumerate(log) if isinstance(record, kind)))


def exchange(log: list[Record], kind: type[Record], **fields: Any) -> None:
    place = next(n for n, record in enumerate(log) if isinstance(record, kind))
    log[place] = replace(log[place], **fields)


ANSWER = Answered(0, 0, 0, 0, None, 0)
FORGERIES: dict[str, tuple[Callable[[list[Record]], object], str]] = {
    "another answer": (lambda log: exchange(log, Answered, answer=1), "closed"),
    "an answer less": (lambda log: remove(log, Answered), "closed"),
    "an answer twice": (
        lambda log: insert(log, Answered, ANSWER, after=1),
        "refuses it: You have answered",
    ),
    "an answer too late": (
        lambda log: insert(log, Closed, ANSWER, after=1),
        "is closed",
    ),
    "an answer of nobody": (
        lambda log: insert(log, Answered, Answered(0, 9, 0, 1, None, 0)),
        "a player who is not there",
    ),
    "a connection of nobody": (lambda log: insert(log, Answered, Connected(0, 7, 0)), "a player who is not there"),
    "locked as it was": (lambda log: insert(log, Answered, Locked(0, False)), "it changes nothing"),
    "away without being there": (lambda log: insert(log, Answered, Away(0, (7,))), "a player who is not there"),
    "other standings": (lambda log: exchange(log, Closed, standings="0" * 64), "the engine makes"),
    "another time": (lambda log: exchange(log, Answered, at=0), "a time before"),
    "no end": (lambda log: remove(log, Ended), "the engine goes on with"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_log_that_was_forged_with_all_its_hashes_differs_where_it_cannot_have_been(name: str) -> None:
    change, reason = FORGERIES[name]
    with pytest.raises(Differs, match=reason):
        Replay(forged(played(), change)).run()


def test_a_log_of_a_version_with_fewer_settings_replays() -> None:
    game = played()
    first, *others = game.log
    older = first.replace(b',"grace_ms":500', b"")
    assert older != first
    lines, head = log_file.lines([older, *others])
    session = Replay(log_file.read("\n".join([*lines, log_file.end_line(len(lines), head)]).encode())).run()
    assert session.head.log_hash == head


def test_a_log_that_does_not_begin_with_a_session_is_refused() -> None:
    log = log_of(played())
    with pytest.raises(UnreadableLog):
        Replay(SessionLog(log.texts[1:], log.records[1:], log.receipts[1:], log.head)).run()


def test_a_log_of_version_0_1_0_is_played_again_to_the_same_bytes() -> None:
    log = log_file.read((Path(__file__).parent / "recorded" / "0.1.0.jsonl").read_bytes())
    session = Replay(log).run()
    assert log.began.version == "0.1.0"
    assert session.head.log_hash.hex() == log.head
    players = report.results(session, 0, "r").players
    assert [(player.name, player.points) for player in players] == [("Ann", 4060), ("Ben", 1946), ("Cem", 702)]
    for player in session.players.values():
        assert sum(filter(None, report.points_of(session, player))) == player.points
