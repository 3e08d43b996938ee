"""Judges all closed questions again after a ruling: every share, sum and rank follows from the outcomes.

The history holds what each player answered, when, and with how much extra time; so how it was judged before need not
be remembered, and a ruling undone gives the state of before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import history, judging, kinds, ranking, views
from coordinator.engine.history import Outcome
from coordinator.engine.kinds import Accepted, Kind
from coordinator.engine.players import Player
from coordinator.engine.state import Decision, Session
from quickpoll.protocol import Answer, Phase, Question


@dataclass(frozen=True)
class _Closed:
    """One closed question, and how it is judged now."""

    index: int
    limit_ms: int | None
    is_scored: bool
    shares: Mapping[int, int | None]
    """By the answer as histories have it."""
    given: Mapping[str, int]
    """Points on top, by player."""


def is_possible(session: Session) -> bool:
    """Whether all outcomes say what it takes; those that version 0.1.0 kept do not."""
    return not any(player.history for player in session.players.values()) and all(
        outcome is None or outcome.extra_percent is not None
        for player in session.players.values()
        for outcome in history.outcomes(player, session.quiz.questions)
    )


def rejudge(session: Session) -> list[Player]:
    """Judges everything again by the rulings that hold; returns the players in the order of their new ranks."""
    players = list(session.players.values())
    before = {player.id: history.outcomes(player, session.quiz.questions) for player in players}
    closed = list(_closed_questions(session, before))
    folds = [_Fold(session, player, before[player.id]) for player in players]
    for question in closed[:-1]:
        _add(folds, question)
    _rank(session, players, before, len(closed) - 1)
    for player in players:
        player.previous_rank = player.rank
    _add(folds, closed[-1])
    session.head.limits_total_ms = sum(question.limit_ms or 0 for question in closed if question.is_scored)
    ordered = _rank(session, players, before, len(closed))
    for fold in folds:
        fold.finish()
    return ordered


def _add(folds: list["_Fold"], question: "_Closed") -> None:
    for fold in folds:
        fold.add(question)


def _rank(
    session: Session, players: list[Player], before: Mapping[str, list[Outcome | None]], questions: int
) -> list[Player]:
    """Ranks those who were there at one of the first so many questions; at the end, everybody is."""
    is_over = session.head.phase is Phase.ENDED and questions == len(session.head.tallies)
    for player in players:
        player.rank = None
    there = [player for player in players if is_over or any(before[player.id][:questions])]
    ordered = ranking.in_order(there)
    ranking.assign_ranks(ordered)
    return ordered


class _Fold:
    """One player's sums, from the first closed question on."""

    def __init__(self, session: Session, player: Player, before: list[Outcome | None]) -> None:
        self._session, self._player, self._before = session, player, before
        self._after: list[Outcome | None] = []
        player.points = player.correct = player.streak = player.best_streak = player.response_total_ms = 0

    def add(self, closed: _Closed) -> None:
        """Adds what one question brings now."""
        player = self._player
        outcome = self._before[closed.index] if closed.index < len(self._before) else None
        if outcome is None:
            if closed.is_scored:
                player.response_total_ms += closed.limit_ms or 0
        elif outcome.packed is None:
            outcome = outcome._replace(share=0 if closed.is_scored else None, points=0)
            if closed.is_scored:
                player.response_total_ms += closed.limit_ms or 0
                player.streak = 0
        else:
            outcome = self._judged(closed, outcome, outcome.packed)
        more = closed.given.get(player.id, 0)
        if outcome is not None:
            outcome = outcome._replace(points=outcome.points + more)
            player.points += more
        self._after.append(outcome)

    def _judged(self, closed: _Closed, outcome: Outcome, packed: int) -> Outcome:
        share, points = closed.shares[packed], 0
        if share is not None:
            points = judging.add_up(
                self._session,
                closed.index,
                closed.limit_ms,
                self._player,
                share,
                outcome.response_ms or 0,
                outcome.extra_percent or 0,
            )
        return outcome._replace(share=share, points=points)

    def finish(self) -> None:
        """Keeps the outcomes, and why the player's last result once changed while it stays the same."""
        player, told = self._player, self._player.result
        history.rewrite(player, self._after)
        outcome = None if told is None else self._after[told.question]
        if told is None or outcome is None:
            return
        if replace(told, ruling=UNSET) != views.your_result(self._session, player, told.question, outcome):
            player.result = None


def _closed_questions(session: Session, outcomes: Mapping[str, list[Outcome | None]]) -> Iterator[_Closed]:
    for index, tally in enumerate(session.head.tallies):
        question, made = session.quiz.questions[index], session.rulings_of(index)
        kind = kinds.of(question)
        packed = {one.packed for of in outcomes.values() for one in of[index : index + 1] if one is not None}
        yield _Closed(
            index,
            tally.limit_ms or question.time_limit_ms,
            session.is_scored(index),
            _shares(session, index, question, kind, {number for number in packed if number is not None}, made),
            _given(made),
        )


def _given(made: list[Decision]) -> dict[str, int]:
    given: dict[str, int] = {}
    for decision in made:
        ruling = decision.ruling
        if ruling.points is not None and ruling.player_id is not None:
            given[ruling.player_id] = given.get(ruling.player_id, 0) + ruling.points
    return given


def _shares(
    session: Session, index: int, question: Question, kind: Kind[Any], packed: set[int], made: list[Decision]
) -> dict[int, int | None]:
    """The share of each answer to a question; what was written keeps it, too."""
    written = session.written.get(index, ())
    if kind.is_written:
        keys: dict[int, Answer] = {number: one.key for number, one in enumerate(written, 1)}
        shares: dict[Answer, int | None] = {one.key: one.judged for one in written}
    else:
        keys = {number: kind.unpack(question, number) for number in packed}
        shares = session.ruling.shares(index, question, list(keys.values()))
    if not session.is_scored(index):
        shares = dict.fromkeys(shares)
    else:
        for decision in made:
            shares |= _accepting(question, kind, decision, shares)
    if any(one.share != shares[one.key] for one in written):
        session.written[index] = tuple(replace(one, share=shares[one.key]) for one in written)
    return {number: shares[key] for number, key in keys.items()}


def _accepting(
    question: Question, kind: Kind[Any], decision: Decision, shares: Mapping[Answer, int | None]
) -> dict[Answer, int | None]:
    """The shares that one ruling changes."""
    key, share = decision.key, decision.ruling.share
    if key is None:
        return {}
    if not kind.accepts_parts:
        return {key: share} if key in shares else {}
    accepted: Accepted = frozenset({key}) if isinstance(key, int) else frozenset()
    judged = {answer: kind.judge(question, answer, accepted) or 0 for answer in shares}
    better: dict[Answer, int | None] = {answer: now for answer, now in judged.items() if now > (shares[answer] or 0)}
    if share == 100:
        return better
    return {answer: share for answer, now in better.items() if now == 100}
