"""The results of a quiz for its host: every closed question, and what each player did with it."""

from typing import Final

from msgspec import UNSET, UnsetType

from coordinator.engine import history, kinds, ranking, tallying, views
from coordinator.engine.players import Player
from coordinator.engine.state import QuestionCounts, Session
from coordinator.engine.turn import Declined, LogPage
from quickpoll.protocol import (
    MAX_RESULTS_ANSWERS,
    Answer,
    ErrorCode,
    Log,
    PlayerAnswer,
    PlayerSummary,
    QuestionSummary,
    Results,
)

# What a player's name, id and sums take in a reply, in answers.
_PLAYER_WEIGHT: Final = 2


def results(session: Session, offset: int, reply_to: str | UnsetType) -> Results:
    """All closed questions, and as many players from place `offset` on as one reply may hold."""
    closed = [_question(session, index, tally) for index, tally in enumerate(session.head.tallies)]
    ordered = ranking.in_order(session.players.values())
    end = offset + MAX_RESULTS_ANSWERS // (len(closed) + _PLAYER_WEIGHT)
    read = _Reader(session, len(closed))
    return Results(
        title=session.quiz.title,
        questions=tuple(closed),
        players=tuple(_player(player, read) for player in ordered[offset:end]),
        next_offset=end if end < len(ordered) else None,
        log_head=session.head.log_hash.hex() or UNSET,
        reply_to=reply_to,
    )


def log_page(session: Session, page: LogPage | None, reply_to: str | UnsetType) -> Log:
    """A part of the log; raises Declined where the session has none."""
    if not session.head.log_hash or page is None:
        advice = "This session was created by a version that kept no log. The next one will have one."
        raise Declined(ErrorCode.WRONG_PHASE, advice)
    return Log(text=page.text, next_cursor=page.next_cursor, reply_to=reply_to)


def points_of(session: Session, player: Player) -> list[int | None]:
    """What each closed question has brought a player; None for what nobody answers."""
    outcomes = history.outcomes(player, session.quiz.questions)
    outcomes += [None] * (len(session.head.tallies) - len(outcomes))
    return [
        (outcome.points if outcome else 0) if kinds.of(question).is_asked else None
        for outcome, question in zip(outcomes, session.quiz.questions, strict=False)
    ]


def _question(session: Session, index: int, tally: QuestionCounts) -> QuestionSummary:
    question = session.quiz.questions[index]
    kind = kinds.of(question)
    return QuestionSummary(
        index=index,
        kind=question.kind,
        text=question.text,
        options=kind.texts(question),
        correct=views.correct_of(session, index),
        counts=kind.counts(question, tally.counts),
        answered=tally.answered,
        total=tally.total,
        points=question.points,
        time_limit_ms=tally.limit_ms or question.time_limit_ms,
        solution=views.solution_of(session, index),
        tally=tallying.told(session, index, tally.counts),
        void=views.is_void(session, index) or UNSET,
        rulings=views.rulings_made(session, index),
    )


def _player(player: Player, read: "_Reader") -> PlayerSummary:
    return PlayerSummary(
        id=player.id,
        name=player.name,
        avatar=player.avatar,
        rank=player.rank,
        points=player.points,
        correct=player.correct,
        answers=read.answers(player),
    )


class _Reader:
    """Reads histories; an answer is unpacked once for each question."""

    def __init__(self, session: Session, closed: int) -> None:
        self._questions = session.quiz.questions
        self._written = session.written
        self._closed = closed
        self._answers: list[dict[int, Answer]] = [{} for _ in range(closed)]

    def answers(self, player: Player) -> tuple[PlayerAnswer | None, ...]:
        """What became of each closed question; None for those before the player joined."""
        outcomes = history.outcomes(player, self._questions)
        answers = [outcome and self._answer(index, outcome) for index, outcome in enumerate(outcomes)]
        return tuple(answers + [None] * (self._closed - len(answers)))

    def _answer(self, index: int, outcome: history.Outcome) -> PlayerAnswer:
        return PlayerAnswer(
            question=index,
            answer=None if outcome.packed is None else self._unpacked(index, outcome.packed),
            correct=None if outcome.share is None else outcome.share == 100,
            points=outcome.points,
            response_ms=outcome.response_ms,
            share=outcome.share,
        )

    def _unpacked(self, index: int, packed: int) -> Answer:
        if index in self._written:
            return self._written[index][packed - 1].shown
        answer = self._answers[index].get(packed)
        if answer is None:
            question = self._questions[index]
            answer = self._answers[index][packed] = kinds.of(question).unpack(question, packed)
        return answer
