"""The life of a question: opened ahead of its time, answered, closed, and followed by the next.

Which answers count, `window.py` says. A question is closed when its time is up, when every connected player has
answered, or by the host.
"""

from typing import Final

from msgspec import UNSET

from coordinator.engine import judging, kinds, log_chain, progress, ranking, records, views, window
from coordinator.engine.effects import Effects, ToEach, ToMany
from coordinator.engine.state import AcceptedAnswer, Player, QuestionCounts, Session
from coordinator.engine.turn import Declined, Turn
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    LEADERBOARD_ENTRIES,
    PODIUM_ENTRIES,
    AnswerAccepted,
    ErrorCode,
    Leaderboard,
    Phase,
    QuestionResults,
    QuizEnded,
    QuizPaused,
    SubmitAnswer,
)

ENDED_IDLE_MS: Final = 30 * 60 * 1000
"""How long a session stays after its quiz, for those who resume to see how it ended."""


AWAY_GRACE_MS: Final = 3000
"""How long a question that all others have answered waits for those whose connection has just gone."""


def next_deadline(session: Session) -> int | None:
    """When the question is closed or followed by the next, in ms."""
    head = session.head
    if head.phase is not Phase.QUESTION:
        return head.advance_at
    time_is_up_at = window.last_moment(session) + 1
    return min(time_is_up_at, head.patient_until) if _all_answered(session) else time_is_up_at


def run_deadlines(session: Session, now: int, effects: Effects) -> None:
    """Does what was to be done by now."""
    head = session.head
    close_if_over(session, now, effects)
    if head.advance_at is not None and now >= head.advance_at:
        advance(session, now, effects)


def advance(session: Session, now: int, effects: Effects) -> None:
    """Opens the next question, or ends the quiz after the last."""
    head = session.head
    head.advance_at = None
    if head.question + 1 == len(session.quiz.questions):
        _end(session, now, effects)
        return
    session.move_to_question(head.question + 1)
    head.phase = Phase.QUESTION
    head.opens_at = now + head.settings.lead_ms
    head.closes_at = head.opens_at + session.question.time_limit_ms
    head.results = None
    head.leaderboard = None
    opened = records.Opened(now, head.opens_at, head.closes_at, views.public_question(session))
    log_chain.note(session, opened, effects)
    progress.counts_are_void(session)
    effects.said.append(ToMany(Audience.ALL, views.new_question(session)))


def submit_answer(turn: Turn, body: SubmitAnswer, player: Player) -> None:
    """Accepts a connected player's answer, and closes the question if it was the last one."""
    session, now = turn.session, turn.now
    request_id = turn.command.request_id
    for known in (player.answer, *player.earlier):
        if known is not None and known.request_id == request_id and known.question == body.question:
            _say_accepted(turn, known)
            return
    forgiven_ms = window.forgiven_ms(turn, body)
    window.check(session, body.question, now, now - forgiven_ms, player)
    if session.has_answered(player):
        raise Declined(ErrorCode.ALREADY_ANSWERED, "You have answered this question. Only the first answer counts.")
    try:
        kinds.of(session.question).check(session.question, body.answer)
    except kinds.Misfit as misfit:
        raise Declined(ErrorCode.INVALID_ANSWER, str(misfit)) from None
    receipt = _log_answer(turn, body, player)
    answer = AcceptedAnswer(body.question, body.answer, now, request_id, forgiven_ms, receipt)
    session.accept(player, answer)
    player.round_trip_ms = turn.command.round_trip_ms
    progress.note_answer(session, player.id)
    turn.effects.touched.add(player.id)
    _say_accepted(turn, answer)
    close_if_over(session, now, turn.effects)


def _log_answer(turn: Turn, body: SubmitAnswer, player: Player) -> bytes:
    answered = records.Answered(
        turn.now, player.number, body.question, body.answer, body.elapsed_ms, turn.command.round_trip_ms
    )
    return log_chain.note(turn.session, answered, turn.effects)


def _say_accepted(turn: Turn, answer: AcceptedAnswer) -> None:
    accepted = AnswerAccepted(
        question=answer.question,
        received_at=answer.received_at,
        counted_at=answer.counted_at,
        receipt=answer.receipt.hex() or UNSET,
        reply_to=turn.reply_to,
    )
    turn.reply(accepted)


def close_if_over(session: Session, now: int, effects: Effects) -> None:
    """Closes the question if its time is up, or there are connected players and all of them have answered.

    Where somebody who has not answered is away, the latter waits until nobody has gone or come back for
    AWAY_GRACE_MS: a gateway that stops takes its players away one by one, and they come back one by one.
    """
    head = session.head
    if head.phase is not Phase.QUESTION:
        return
    all_answered = _all_answered(session) and (session.absent == 0 or now >= head.patient_until)
    if now > head.closes_at and not all_answered:
        window.fix_last_arrival(session, now)
    if all_answered or (now > head.closes_at and window.is_over(session, now)):
        close(session, now, effects)


def pause(session: Session, now: int, effects: Effects, *, paused: bool) -> None:
    """Holds auto-advance, or lets it run again: in the results its time starts from the beginning."""
    head = session.head
    if head.paused != paused:
        log_chain.note(session, records.Paused(now, paused), effects)
        head.paused = paused
        _schedule_advance(session, now)
        effects.said.append(
            ToMany(Audience.ALL, QuizPaused(seq=session.next_seq(), paused=paused, advances_at=head.advance_at))
        )


def be_patient(session: Session, now: int) -> None:
    """A player has just gone away or come back: others may follow."""
    session.head.patient_until = now + AWAY_GRACE_MS


def _all_answered(session: Session) -> bool:
    return session.waiting == 0 and session.connected > 0 and session.head.phase is Phase.QUESTION


def _schedule_advance(session: Session, now: int) -> None:
    head = session.head
    after_ms = head.settings.auto_advance_ms
    runs = after_ms is not None and head.phase is Phase.RESULTS and not head.paused
    head.advance_at = now + after_ms if runs and after_ms is not None else None


def close(session: Session, now: int, effects: Effects) -> None:
    """Closes the question: results to all, to each player their own, then the leaderboard."""
    progress.tell_host_now(session, now, effects)
    head = session.head
    head.phase = Phase.RESULTS
    _schedule_advance(session, now)
    head.results = views.results(session)
    head.tallies.append(QuestionCounts(head.results.counts, head.results.answered, head.results.total))
    ordered = judging.judge_all(session)
    effects.touched.update(session.players)
    _log_closed(session, head.results, now, effects)
    head.leaderboard = Leaderboard(
        seq=session.next_seq(),
        question=head.question,
        entries=ranking.entries(ordered, LEADERBOARD_ENTRIES),
        total=len(ordered),
    )
    your_results = [
        (player.connection, player.result) for player in session.players.values() if player.connection and player.result
    ]
    effects.said += (
        ToMany(Audience.ALL, head.results),
        ToEach(tuple(your_results)),
        ToMany(Audience.ALL, head.leaderboard),
    )
    progress.counts_are_void(session)


def _log_closed(session: Session, results: QuestionResults, now: int, effects: Effects) -> None:
    closed = records.Closed(
        now,
        results.question,
        results.correct,
        results.explanation,
        results.counts,
        results.answered,
        results.total,
        log_chain.standings(session),
    )
    log_chain.note(session, closed, effects)


def _end(session: Session, now: int, effects: Effects) -> None:
    head = session.head
    ordered = ranking.in_order(session.players.values())
    effects.touched |= ranking.assign_ranks(ordered)
    log_chain.note(session, records.Ended(now, len(ordered), log_chain.standings(session)), effects)
    head.phase = Phase.ENDED
    head.idle_at = now + min(ENDED_IDLE_MS, head.idle_ms)
    head.podium = ranking.entries(ordered, PODIUM_ENTRIES)
    head.played = len(ordered)
    quiz_ended = QuizEnded(
        seq=session.next_seq(), podium=head.podium, total=len(ordered), questions=len(session.quiz.questions)
    )
    finals = [
        (player.connection, views.your_final(session, player))
        for player in session.players.values()
        if player.connection
    ]
    effects.said += (ToMany(Audience.ALL, quiz_ended), ToEach(tuple(finals)))
    progress.counts_are_void(session)
