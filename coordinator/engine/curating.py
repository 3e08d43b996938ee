"""What everyone sees of the texts that were answered: the host shows, hides and merges them.

Each command says how it is to be, so one that comes twice, or from both devices, does nothing the second time. What the
host decides while the question is open is seen when it closes, or at once where what is written is shown (`live.py`).
It is logged, after the end of the quiz, too.
"""

from typing import Any, Final

from coordinator.engine import answers, kinds, log_chain, progress, question, records, views
from coordinator.engine.curation import NOTHING_DECIDED, Curation
from coordinator.engine.kinds import Kind
from coordinator.engine.state import Session
from coordinator.engine.turn import Declined, Turn
from quickpoll.protocol import PICKED_TEXTS, ErrorCode, MergeAnswers, Ok, Phase, ShowAnswer

MAX_DECISIONS: Final = 500
"""About one question; each holds up to 250 characters."""


def show(turn: Turn, body: ShowAnswer) -> None:
    """Shows a text to everyone, or hides it.

    Raises:
        Declined: nobody has answered with it, or enough are shown.
    """
    before = turn.session.curations.get(body.question, NOTHING_DECIDED)
    kind = _kind(turn.session, body.question)
    key = before.counted_as(_key(turn.session, body.question, body.text))
    withheld = key in answers.withheld(turn.session, body.question)
    after = before.showing(key, picks=kind.is_picked, withheld=withheld, shown=body.shown)
    if len(after.picked) > PICKED_TEXTS:
        raise Declined(ErrorCode.INVALID_ANSWER, f"{PICKED_TEXTS} texts are shown. Hide one of them first.")
    _decide(turn, body.question, before, after, records.Shows(turn.now, body.question, key, body.shown))


def merge(turn: Turn, body: MergeAnswers) -> None:
    """Counts a text together with another, or by itself again.

    Raises:
        Declined: nobody has answered with one of them, or each is judged by itself.
    """
    session = turn.session
    before = session.curations.get(body.question, NOTHING_DECIDED)
    if _kind(session, body.question).is_scored:
        raise Declined(ErrorCode.INVALID_ANSWER, "Answers that earn points are not merged. Use a ruling instead.")
    key = _key(session, body.question, body.text)
    into = None if body.into is None else _key(session, body.question, body.into)
    merges = records.Merges(turn.now, body.question, key, into)
    _decide(turn, body.question, before, before.merging(key, into), merges)


def _decide(turn: Turn, index: int, before: Curation, after: Curation, record: records.Record) -> None:
    session, head = turn.session, turn.session.head
    if after.size > MAX_DECISIONS:
        raise Declined(ErrorCode.INVALID_ANSWER, f"There can be at most {MAX_DECISIONS} decisions about one question.")
    turn.reply(Ok(reply_to=turn.reply_to))
    if after == before:
        return
    log_chain.note(session, record, turn.effects, at_end=True)
    session.curations[index] = after
    turn.effects.curated.add(index)
    if index == head.question:
        session.live = None
        progress.note_written(session)
    if head.phase is Phase.RESULTS and index == head.question:
        head.results = views.results_of(session, index)
        question.say_results(head.results, turn.effects)
    question.say_earlier(session, index, turn.effects)


def _kind(session: Session, index: int) -> Kind[Any]:
    """The kind of a question whose texts everyone sees; raises Declined where there are none."""
    if index <= session.head.question and (kind := kinds.of(session.quiz.questions[index])).tells_texts:
        return kind
    raise Declined(ErrorCode.INVALID_ANSWER, "This question has no texts to show or hide.")


def _key(session: Session, index: int, text: str) -> str:
    """What is compared of a text that `answers` has; raises Declined where it has no such text."""
    texts = answers.texts(session, index)
    if text in texts:
        return text
    for key, shown in texts.items():
        if shown == text:
            return key
    raise Declined(ErrorCode.INVALID_ANSWER, "Nobody has written that in answer to this question.")
