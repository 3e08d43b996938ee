"""The results of a quiz for its host: every closed question, and what each player did with it.

A player's history is one record of RECORD_BYTES for each closed question, in a row: the options chosen as
bits with a bit for having been there, the points, the response time. All zero: not in the session yet.
Whether an answer was correct is told from the question.
"""

from struct import Struct
from typing import Final

from msgspec import UNSET, UnsetType

from coordinator.engine import ranking
from coordinator.engine.scoring import Ruling
from coordinator.engine.state import Player, Session, Tally
from coordinator.engine.turn import LogPage, Refused
from coordinator.engine.views import correct_options
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

_record: Final = Struct("<BHI")
RECORD_BYTES: Final = _record.size
_pack: Final = _record.pack
_THERE: Final = 0x80
# What a player's name, id and sums take in a reply, in answers.
_PLAYER_WEIGHT: Final = 2


def remember(player: Player, question: int, choice: Answer | None, points: int, response_ms: int | None) -> None:
    """Adds a question that has just been closed to a player's history."""
    if choice is None:
        bits = _THERE
    elif isinstance(choice, int):
        bits = _THERE | 1 << choice
    else:
        bits = _THERE | sum(1 << option for option in choice)
    history = player.history
    if len(history) < question * RECORD_BYTES:
        history = history.ljust(question * RECORD_BYTES, b"\0")
    player.history = history + _pack(bits, points, response_ms or 0)


def results(session: Session, offset: int, reply_to: str | UnsetType) -> Results:
    """All closed questions, and as many players from place `offset` on as one reply may hold."""
    closed = [_question(session, index, tally) for index, tally in enumerate(session.head.tallies)]
    ordered = ranking.in_order(session.players.values())
    end = offset + MAX_RESULTS_ANSWERS // (len(closed) + _PLAYER_WEIGHT)
    read = _Reader(closed, session.ruling)
    return Results(
        title=session.quiz.title,
        questions=tuple(closed),
        players=tuple(_player(player, read) for player in ordered[offset:end]),
        next_offset=end if end < len(ordered) else None,
        log_head=session.head.log_hash.hex() or UNSET,
        reply_to=reply_to,
    )


def log_page(session: Session, page: LogPage | None, reply_to: str | UnsetType) -> Log:
    """A part of the log; raises Refused where the session has none."""
    if not session.head.log_hash or page is None:
        advice = "This session was created by a version that kept no log. The next one will have one."
        raise Refused(ErrorCode.WRONG_PHASE, advice)
    return Log(text=page.text, next_cursor=page.next_cursor, reply_to=reply_to)


def points_of(player: Player) -> list[int]:
    """What each closed question has brought a player."""
    return [points for _, points, _ in _record.iter_unpack(player.history)]


def _question(session: Session, index: int, tally: Tally) -> QuestionSummary:
    question = session.quiz.questions[index]
    return QuestionSummary(
        index=index,
        kind=question.kind,
        text=question.text,
        options=tuple(option.text for option in question.options),
        correct=correct_options(question),
        counts=tally.counts,
        answered=tally.answered,
        total=tally.total,
        points=question.points,
        time_limit_ms=question.time_limit_ms,
    )


def _player(player: Player, read: "_Reader") -> PlayerSummary:
    return PlayerSummary(
        id=player.id,
        name=player.name,
        avatar=player.avatar,
        rank=player.rank,
        points=player.points,
        correct=player.correct,
        answers=read.answers(player.history),
    )


class _Reader:
    """Reads histories; what some bits mean is found out once for each question."""

    def __init__(self, closed: list[QuestionSummary], ruling: Ruling) -> None:
        self._closed = closed
        self._ruling = ruling
        self._meanings: list[dict[int, tuple[Answer | None, bool | None]]] = [{} for _ in closed]

    def answers(self, history: bytes) -> tuple[PlayerAnswer | None, ...]:
        """What each record says; None for questions that were closed before the player joined."""
        answers: list[PlayerAnswer | None] = []
        for index, (bits, points, response_ms) in enumerate(_record.iter_unpack(history)):
            if not bits:
                answers.append(None)
                continue
            meaning = self._meanings[index].get(bits)
            if meaning is None:
                meaning = self._meanings[index][bits] = _meaning(self._closed[index], bits, self._ruling)
            answer, correct = meaning
            answers.append(
                PlayerAnswer(
                    question=index,
                    answer=answer,
                    correct=correct,
                    points=points,
                    response_ms=None if answer is None else response_ms,
                )
            )
        answers += [None] * (len(self._closed) - len(answers))
        return tuple(answers)


def _meaning(question: QuestionSummary, bits: int, ruling: Ruling) -> tuple[Answer | None, bool | None]:
    """The options chosen, and whether they were right; None where none can be."""
    chosen = tuple(option for option in range(len(question.options)) if bits >> option & 1)
    answer: Answer | None = None
    if chosen:
        answer = chosen if question.kind == "multiple" else chosen[0]
    if question.kind == "poll" or question.index in ruling.void:
        return answer, None
    return answer, answer is not None and ruling.is_correct(question.index, question.correct, answer)
