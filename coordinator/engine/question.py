"""The life of a question: opened ahead of its time, answered, closed, and followed by the next.

`window.py` says which answers count. A question is closed when its time is up, when every connected player has
answered, or by the host.
"""

from sys import intern
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import judging, kinds, log_chain, moderation, progress, ranking, records, views, window
from coordinator.engine.effects import Effects, ToEach, ToMany
from coordinator.engine.players import AcceptedAnswer, Player
from coordinator.engine.state import QuestionCounts, Session
from coordinator.engine.turn import Declined, Turn
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    PODIUM_ENTRIES,
    Answer,
    AnswerAccepted,
    EarlierShown,
    ErrorCode,
    LeaderboardEntry,
    Phase,
    PublicQuestion,
    QuestionClock,
    QuestionExtended,
    QuestionNotes,
    QuestionResults,
    QuizEnded,
    QuizPaused,
    Role,
    SubmitAnswer,
)

"""How long a session stays after its quiz, for those who resume to see how it ended."""


AWAY_GRACE_MS: Final = 3000
"""How long a question that all others have answered waits for those whose connection has just gone."""


def next_deadline(session: Session) -> int | None:
    """When the question is closed or followed by the next, in ms."""
    head = session.head
    if head.phase is not Phase.QUESTION:
        return head.advance_at
    last_moment = window.last_moment(session)
    due = [] if last_moment is None else [last_moment + 1]
    if _all_answered(session):
        due.append(head.patient_until)
    return min(due, default=None)


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
    if head.phase is Phase.QUESTION:
        head.tallies.append(QuestionCounts((), 0, 0))  # a slide, which nobody answers
    if head.question + 1 == len(session.quiz.questions):
        _end(session, now, effects)
        return
    session.move_to_question(head.question + 1)
    head.phase = Phase.QUESTION
    question = session.question
    is_asked, limit_ms = kinds.of(question).is_asked, question.time_limit_ms
    head.opens_at = now + (head.settings.lead_ms if is_asked else 0)
    head.closes_at = head.opens_at + limit_ms if is_asked and limit_ms is not None else None
    head.results = None
    head.leaderboard = None
    log_chain.note(session, records.Opened(now, head.opens_at, head.closes_at, _as_logged(session)), effects)
    progress.counts_are_void(session)
    effects.said.append(ToMany(Audience.ALL, views.new_question(session)))
    if question.notes:
        effects.said.append(ToMany(Audience.HOST, QuestionNotes(question=head.question, notes=question.notes)))


def _as_logged(session: Session) -> PublicQuestion:
    """The question as it is logged: the logs of 0.1.0, where all polls have one choice, replay to the same bytes."""
    asked = views.public_question(session)
    return replace(asked, max_choices=UNSET) if asked.max_choices == 1 else asked


def submit_answer(turn: Turn, body: SubmitAnswer, player: Player) -> None:
    """Accepts a connected player's answer, and closes the question if it was the last one."""
    session, now = turn.session, turn.now
    request_id = turn.command.request_id
    for known in (player.answer, *player.earlier_answers):
        if known is not None and known.request_id == request_id and known.question == body.question:
            _say_accepted(turn, known)
            return
    forgiven_ms = window.forgiven_ms(turn, body)
    window.check(session, body.question, now, now - forgiven_ms, player)
    if session.has_answered(player):
        raise Declined(ErrorCode.ALREADY_ANSWERED, "You have answered this question. Only the first answer counts.")
    key = _key(turn, body)
    withheld = moderation.withheld_in(turn, body.answer, key)
    receipt = _log_answer(turn, body, player, key, withheld)
    given, compared = _kept_once(body.answer), None if key == body.answer else _kept_once(key)
    answer = AcceptedAnswer(body.question, given, now, request_id, forgiven_ms, receipt, compared, withheld)
    session.accept(player, answer)
    player.round_trip_ms = turn.command.round_trip_ms
    progress.note_answer(session, player.id)
    turn.effects.answered.append(player.id)
    _say_accepted(turn, answer)
    close_if_over(session, now, turn.effects)


def _kept_once(answer: Answer) -> Answer:
    """The same answer; of thousands of players many write the same texts, which are then in memory once."""
    if isinstance(answer, tuple):
        return tuple(intern(part) if isinstance(part, str) else part for part in answer)
    return intern(answer) if isinstance(answer, str) else answer


def _key(turn: Turn, body: SubmitAnswer) -> Answer:
    """What is compared of an answer; raises Declined where it does not fit the question."""
    question, known = turn.session.question, turn.drawn.key
    kind = kinds.of(question)
    try:
        kind.check(question, body.answer)
        return kind.key(question, body.answer, body.locale) if known is None else known
    except kinds.Misfit as misfit:
        raise Declined(ErrorCode.INVALID_ANSWER, str(misfit)) from None


def _log_answer(turn: Turn, body: SubmitAnswer, player: Player, key: Answer, withheld: tuple[str, ...]) -> bytes:
    if kinds.of(turn.session.question).is_written:
        said = (turn.now, player.number, body.question, body.answer, key, body.elapsed_ms, turn.command.round_trip_ms)
        wrote = records.WroteWithheld(*said, withheld) if withheld else records.Wrote(*said)
        return log_chain.note(turn.session, wrote, turn.effects)
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
    is_late = head.closes_at is not None and head.stopped_at is None and now > head.closes_at
    if is_late and not all_answered:
        window.fix_last_arrival(session, now)
    if all_answered or (is_late and window.is_over(session, now)):
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


def skip(session: Session, now: int, effects: Effects) -> None:
    """Closes the question, and scores nothing."""
    session.head.void.append(session.head.question)
    close(session, now, effects)


def extend(session: Session, by_ms: int, effects: Effects) -> None:
    """Gives the open question, which has a time limit, more time."""
    head = session.head
    assert head.closes_at is not None
    head.extended_ms += by_ms
    head.closes_at += by_ms
    head.late_until = 0
    limit_ms, seq = session.limit_ms, session.next_seq()
    assert limit_ms is not None
    extended = QuestionExtended(seq=seq, question=head.question, time_limit_ms=limit_ms, closes_at=head.closes_at)
    effects.said.append(ToMany(Audience.ALL, extended))


def check_earlier(session: Session, index: int | None) -> None:
    """Raises Declined where a question has no results to show again."""
    if index is None:
        return
    if index >= len(session.head.tallies) or not kinds.of(session.quiz.questions[index]).is_asked:
        raise Declined(ErrorCode.WRONG_PHASE, "This question has no results to show.")


def show_earlier(session: Session, index: int | None, effects: Effects) -> None:
    """Shows the results of an earlier question again, or those of now."""
    head = session.head
    if head.phase is Phase.RESULTS and index == head.question:
        index = None
    if index != head.earlier:
        head.earlier = index
        effects.said.append(ToMany(Audience.HOST, EarlierShown(earlier=views.earlier(session))))


def say_earlier(session: Session, index: int, effects: Effects) -> None:
    """The results of a question have changed: says them again where they are shown as earlier ones."""
    if session.head.earlier == index:
        effects.said.append(ToMany(Audience.HOST, EarlierShown(earlier=views.earlier(session))))


def stop_clock(session: Session, now: int, effects: Effects, *, stopped: bool) -> None:
    """Stops the clock of an open question with a time limit, or lets it run again: then it has opened later.

    So what was answered before is judged by moments that are as much later, too. A clock that was stopped before the
    options opened keeps them from opening.
    """
    head = session.head
    if head.closes_at is None or stopped == (head.stopped_at is not None):
        return
    if head.stopped_at is None:
        head.stopped_at = now
    else:
        stop_ms = now - head.stopped_at
        # Before the options open no page counts how long an answer takes.
        head.stopped_ms += stop_ms if session.is_open_at(head.stopped_at) else 0
        head.stopped_at = None
        head.opens_at += stop_ms
        head.closes_at += stop_ms
        head.late_until = 0
        for player in session.players.values():
            if player.answer is not None and session.has_answered(player):
                player.answer = replace(player.answer, forgiven_ms=player.answer.forgiven_ms - stop_ms)
                effects.touched.add(player.id)
    clock = QuestionClock(
        seq=session.next_seq(),
        question=head.question,
        stopped_at=head.stopped_at,
        opens_at=head.opens_at,
        closes_at=head.closes_at,
    )
    effects.said.append(ToMany(Audience.ALL, clock))


def be_patient(session: Session, now: int) -> None:
    """A player has just gone away or come back: others may follow."""
    session.head.patient_until = now + AWAY_GRACE_MS


def _all_answered(session: Session) -> bool:
    if session.waiting or not session.connected or session.head.phase is not Phase.QUESTION:
        return False
    return kinds.of(session.question).is_asked


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
    ordered = judging.judge_all(session)
    head.tallies.append(QuestionCounts(tuple(head.counts), head.answered, session.total, _own_limit_ms(session)))
    head.results = views.results_of(session, head.question)
    effects.touched.update(session.players)
    if head.question in session.written:
        effects.written.add(head.question)
    _log_closed(session, head.results, now, effects)
    head.leaderboard = views.leaderboard(session, ordered)
    your_results = [
        (player.connection, result)
        for player in session.players.values()
        if player.connection and (result := views.last_result(session, player))
    ]
    say_results(head.results, effects)
    effects.said.append(ToEach(tuple(your_results)))
    if head.leaderboard is not None:
        effects.said.append(ToMany(Audience.ALL, head.leaderboard))
    progress.counts_are_void(session)


def _own_limit_ms(session: Session) -> int | None:
    return session.limit_ms if session.head.extended_ms else None


def say_results(results: QuestionResults, effects: Effects) -> None:
    """Says the results of a question to all; players may get a shorter tally."""
    for_players = views.results_for(results, Role.PLAYER)
    if for_players == results:
        effects.said.append(ToMany(Audience.ALL, results))
        return
    effects.said += (ToMany(Audience.HOST, results), ToMany(Audience.PLAYERS, for_players))


def _log_closed(session: Session, results: QuestionResults, now: int, effects: Effects) -> None:
    question = session.question
    if not kinds.of(question).is_told_by_indexes(question):
        solved = records.Solved(now, results.question, replace(question, image=None, notes=None))
        log_chain.note(session, solved, effects)
    closed = records.Closed(
        now,
        results.question,
        results.correct,
        results.explanation,
        tuple(session.head.counts),
        results.answered,
        results.total,
        log_chain.standings(session),
    )
    log_chain.note(session, closed, effects)


def _tied(podium: tuple[LeaderboardEntry, ...], ordered: list[Player]) -> int:
    """How many have as many points as the last of the podium, and no room on it."""
    return sum(player.points == podium[-1].points for player in ordered[PODIUM_ENTRIES:]) if podium else 0


def _end(session: Session, now: int, effects: Effects) -> None:
    head = session.head
    ordered = ranking.in_order(session.players.values())
    told = {player.id: views.last_result(session, player) for player in ordered}
    others = ranking.assign_ranks(ordered)  # of those behind who has left since the last close
    for player_id in others:
        session.players[player_id].result = told[player_id]
    effects.touched |= others
    log_chain.note(session, records.Ended(now, len(ordered), log_chain.standings(session)), effects)
    head.phase = Phase.ENDED
    head.earlier = None
    head.idle_at = now + head.idle_ms
    head.played = len(ordered)
    leaderboard = views.leaderboard(session, ordered) if head.settings.ranking == "end" else None
    if leaderboard is not None:
        head.leaderboard = leaderboard
        effects.said.append(ToMany(Audience.ALL, leaderboard))
    say_ended(session, ordered, effects)
    progress.counts_are_void(session)


def say_ended(session: Session, ordered: list[Player], effects: Effects) -> None:
    """Says to all who is on the podium, and to each player how the quiz ended for them."""
    head = session.head
    head.podium = views.podium(session, ordered)
    head.tied = _tied(head.podium, ordered)
    quiz_ended = QuizEnded(
        seq=session.next_seq(),
        podium=head.podium,
        total=head.played,
        questions=len(session.quiz.questions),
        tied=head.tied,
    )
    finals = [
        (player.connection, views.your_final(session, player))
        for player in session.players.values()
        if player.connection
    ]
    effects.said += (ToMany(Audience.ALL, quiz_ended), ToEach(tuple(finals)))
