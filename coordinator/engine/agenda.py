"""What is asked next: the host adds a question, or opens another than the next one.

Questions that were asked keep their indexes; what is added or chosen takes the place after them, and those that are
still to come move on. So outcomes, counts and the log are by index as ever. Commands name the question that is shown,
and a choice how many questions there are: with both, a list that has changed since is noticed.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from coordinator.engine import kinds, log_chain, question, records
from coordinator.engine.effects import ToMany
from coordinator.engine.state import Session
from coordinator.engine.turn import Declined, Turn
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    MAX_CREATE_SESSION_BYTES,
    MAX_QUESTIONS,
    Agenda,
    AgendaEntry,
    AskQuestion,
    ChooseQuestion,
    ErrorCode,
    Phase,
    Question,
    QuestionAdded,
)

LISTED_CHARACTERS: Final = 120
"""Of a question in the list."""
MAX_QUIZ_BYTES: Final = 2 * MAX_CREATE_SESSION_BYTES
"""Of all questions with their pictures as they are stored: as large as a quiz can be created, and as much on top."""

_encode: Final = msgspec.msgpack.Encoder().encode


def listed(session: Session, turn: Turn) -> Agenda:
    """All questions in the order in which they are played."""
    entries = (
        AgendaEntry(index=index, kind=one.kind, text=one.text[:LISTED_CHARACTERS])
        for index, one in enumerate(session.quiz.questions)
    )
    return Agenda(question=session.head.question, questions=tuple(entries), reply_to=turn.reply_to)


def check_added(session: Session, body: AskQuestion) -> None:
    """Raises Declined where a question cannot be added now."""
    if body.open:
        _check_nothing_is_open(session)
    questions = session.quiz.questions
    if len(questions) >= MAX_QUESTIONS:
        raise Declined(ErrorCode.BAD_MESSAGE, f"a quiz has at most {MAX_QUESTIONS} questions - at `$.asked`")
    if len(_encode((*questions, body.asked))) > MAX_QUIZ_BYTES:
        raise Declined(ErrorCode.BAD_MESSAGE, "the quiz is too large with this question's picture - at `$.asked.image`")


def check_chosen(session: Session, body: ChooseQuestion) -> None:
    """Raises Declined where a question cannot be opened next."""
    _check_nothing_is_open(session)
    if body.total != len(session.quiz.questions):
        raise Declined(ErrorCode.WRONG_PHASE, "A question has been added since then. Look at the list again.")
    if not session.head.question < body.choice < body.total:
        raise Declined(ErrorCode.WRONG_PHASE, "This question was asked, or does not exist. Nothing was done.")


def add(turn: Turn, body: AskQuestion) -> None:
    """Adds a question that may be added; opens it, or tells everyone that there is one more."""
    session, place = turn.session, turn.session.head.question + 1
    log_chain.note(session, records.Adds(turn.now, place, body.open), turn.effects)
    _put(turn, body.asked, [*session.quiz.questions], place)
    if body.open:
        question.advance(session, turn.now, turn.effects)
    else:
        added = QuestionAdded(seq=session.next_seq(), total=len(session.quiz.questions))
        turn.effects.said.append(ToMany(Audience.ALL, added))


def choose(turn: Turn, body: ChooseQuestion) -> None:
    """Opens a question that may be opened next."""
    session = turn.session
    log_chain.note(session, records.Chooses(turn.now, body.choice), turn.effects)
    questions = [*session.quiz.questions]
    _put(turn, questions.pop(body.choice), questions, session.head.question + 1)
    question.advance(session, turn.now, turn.effects)


def _put(turn: Turn, one: Question, others: list[Question], place: int) -> None:
    others.insert(place, one)
    turn.session.quiz = replace(turn.session.quiz, questions=tuple(others))
    turn.effects.quiz = True


def _check_nothing_is_open(session: Session) -> None:
    if session.head.phase is Phase.QUESTION and kinds.of(session.question).is_asked:
        raise Declined(ErrorCode.WRONG_PHASE, "A question is open. Close it first.")
