"""All answers to one question for its host, page by page: what was answered, by whom, and how much of it is right.

What is written is told before the close only for kinds where nothing is right, and only to the host who asks for it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UnsetType

from coordinator.engine import history, kinds
from coordinator.engine.state import Player, Session
from coordinator.engine.turn import Declined
from quickpoll.protocol import ANSWERS_PER_PAGE, Answer, AnswerGroup, Answers, ErrorCode, Phase


class _Given(NamedTuple):
    """One answer of one player, or one word of it."""

    key: Answer
    text: str
    share: int | None
    player_id: str


def page(session: Session, index: int, offset: int, reply_to: str | UnsetType) -> Answers:
    """The answers to a question from place `offset` on.

    Raises:
        Declined: the question was not asked yet, or its answers are told only when it is closed.
    """
    groups = _groups(_closed(session, index) if index < len(session.head.tallies) else _live(session, index))
    end = offset + ANSWERS_PER_PAGE
    return Answers(
        question=index,
        answers=tuple(groups[offset:end]),
        next_offset=end if end < len(groups) else None,
        reply_to=reply_to,
    )


def _groups(given: Iterator[_Given]) -> list[AnswerGroup]:
    """The different answers, the most frequent first."""
    by_key: dict[Answer, list[_Given]] = {}
    for one in given:
        by_key.setdefault(one.key, []).append(one)
    groups = [
        AnswerGroup(
            text=alike[0].text,
            count=len(alike),
            share=alike[0].share,
            player_ids=tuple(one.player_id for one in alike),
        )
        for alike in by_key.values()
    ]
    return sorted(groups, key=lambda group: -group.count)


def _closed(session: Session, index: int) -> Iterator[_Given]:
    question, written = session.quiz.questions[index], session.written.get(index, ())
    kind = kinds.of(question)
    for player in session.players.values():
        outcome = _outcome(session, player, index)
        if outcome is None or outcome.packed is None:
            continue
        if kind.is_written:
            one = written[outcome.packed - 1]
            yield from _parts(one.key, one.shown, outcome.share, player)
        else:
            text = kind.describe(question, kind.unpack(question, outcome.packed))
            yield _Given(outcome.packed, text, outcome.share, player.id)


def _outcome(session: Session, player: Player, index: int) -> history.Outcome | None:
    if player.history:  # of version 0.1.0
        return dict(enumerate(history.outcomes(player, session.quiz.questions))).get(index)
    return history.outcome_of(player, index)


def _live(session: Session, index: int) -> Iterator[_Given]:
    head = session.head
    if head.phase is not Phase.QUESTION or index != head.question:
        raise Declined(ErrorCode.WRONG_PHASE, "This question was not asked yet.")
    question, kind = session.question, kinds.of(session.question)
    if kind.is_scored or not kind.is_written:
        raise Declined(ErrorCode.WRONG_PHASE, "The answers to this question can be had when it is closed.")
    for player in session.players.values():
        if player.answer is not None and session.has_answered(player):
            key = player.answer.compared
            yield from _parts(key, kind.shown(question, player.answer.choice, key), None, player)


def _parts(key: Answer, shown: Answer, share: int | None, player: Player) -> Iterator[_Given]:
    """An answer, or each of its words."""
    if isinstance(key, tuple) and isinstance(shown, tuple):
        for part, text in zip(key, shown, strict=False):
            yield _Given(part, str(text), share, player.id)
    else:
        yield _Given(key, str(shown), share, player.id)
