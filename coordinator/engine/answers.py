"""All answers to one question for its host, page by page: by whom, how much is right, and what of it everyone sees.

What is written is told before the close only for kinds where nothing is right, and only to the host who asks for it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from coordinator.engine import history, kinds
from coordinator.engine.curation import NOTHING_DECIDED, Curation, parts, texts_of, told_texts, withheld_of
from coordinator.engine.kinds import Kind
from coordinator.engine.players import Player
from coordinator.engine.state import Session
from coordinator.engine.turn import Declined
from quickpoll.protocol import ANSWERS_PER_PAGE, Answer, AnswerGroup, Answers, ErrorCode, Phase


class _Given(NamedTuple):
    """One answer of one player, or one word of it."""

    key: Answer
    text: str
    share: int | None
    player_id: str
    withheld: bool = False
    """Whether the filter withholds it."""


def page(session: Session, index: int, offset: int, reply_to: str | UnsetType) -> Answers:
    """The answers to a question from place `offset` on.

    Raises:
        Declined: the question was not asked yet, or its answers are told only when it is closed.
    """
    given = list(_closed(session, index) if index < len(session.head.tallies) else _live(session, index))
    kind = kinds.of(session.quiz.questions[index])
    groups = _groups(given, kind, session.curations.get(index, NOTHING_DECIDED))
    end = offset + ANSWERS_PER_PAGE
    return Answers(
        question=index,
        answers=tuple(groups[offset:end]),
        next_offset=end if end < len(groups) else None,
        reply_to=reply_to,
    )


def texts(session: Session, index: int) -> dict[str, str]:
    """All texts that a question was answered with, by what is compared of them.

    Raises:
        Declined: as for `page`.
    """
    if index >= len(session.head.tallies):
        return texts_of((one.key, one.text) for one in _live(session, index))
    return told_texts(session.written.get(index, ()))


def withheld(session: Session, index: int) -> frozenset[str]:
    """The texts that the filter withholds, as they are compared.

    Raises:
        Declined: as for `page`.
    """
    if index >= len(session.head.tallies):
        return frozenset(str(one.key) for one in _live(session, index) if one.withheld)
    return withheld_of(session.written.get(index, ()))


def _groups(given: list[_Given], kind: Kind[Any], curation: Curation) -> list[AnswerGroup]:
    """The different answers, the most frequent first; those that were merged are one."""
    by_key: dict[Answer, list[_Given]] = {}
    for one in given:
        key = curation.counted_as(one.key) if isinstance(one.key, str) else one.key
        by_key.setdefault(key, []).append(one)
    groups = [_group(key, alike, kind, curation) for key, alike in by_key.items()]
    return sorted(groups, key=lambda group: -group.count)


def _group(key: Answer, alike: list[_Given], kind: Kind[Any], curation: Curation) -> AnswerGroup:
    texts = {one.key: one.text for one in reversed(alike)}
    held = key if any(one.withheld and one.key == key for one in alike) else None
    shown = _is_shown(key, kind, curation, held)
    player_ids = tuple(dict.fromkeys(one.player_id for one in alike))
    return AnswerGroup(
        text=texts.get(key, alike[0].text),
        count=len(player_ids),
        share=alike[0].share,
        player_ids=player_ids,
        shown=shown,
        withheld=(held is not None and not shown) or UNSET,
        merged=tuple(text for one, text in texts.items() if one != key) or UNSET,
    )


def _is_shown(key: Answer, kind: Kind[Any], curation: Curation, held: Answer | None) -> bool | UnsetType:
    if not kind.tells_texts:
        return UNSET
    return key in curation.picked if kind.is_picked else curation.tells(str(key), () if held is None else (str(held),))


def _closed(session: Session, index: int) -> Iterator[_Given]:
    question, written = session.quiz.questions[index], session.written.get(index, ())
    kind, held = kinds.of(question), withheld_of(written)
    told = told_texts(written) if kind.tells_texts else {}
    for player in session.players.values():
        outcome = _outcome(session, player, index)
        if outcome is None or outcome.packed is None:
            continue
        if kind.is_written:
            one = written[outcome.packed - 1]
            for key, shown in parts(one.key, one.shown):
                yield _Given(key, told.get(key, shown), outcome.share, player.id, key in held)
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
        raise Declined(ErrorCode.WRONG_PHASE, "This question has not been asked yet.")
    question, kind = session.question, kinds.of(session.question)
    if not kind.tells_live:
        raise Declined(ErrorCode.WRONG_PHASE, "The answers to this question are available once it is closed.")
    for player in session.players.values():
        if player.answer is not None and session.has_answered(player):
            answer = player.answer
            for part, shown in parts(answer.compared, kind.shown(question, answer.choice, answer.compared)):
                yield _Given(part, shown, None, player.id, part in answer.withheld)
