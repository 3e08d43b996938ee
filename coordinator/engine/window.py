"""The window of a question: by which moment an answer is judged, whether that is in time, and how late one may come.

An answer counts if it arrives at `opens_at` or later, is judged by a moment up to `closes_at`, and finds the question
still open; with extra time, the player's own limit takes the place of `closes_at`. A question's time is up at
`closes_at`: later where somebody with a longer limit has not answered, and then as much later as an answer may still be
on its way.
"""

from coordinator.engine import scoring, views
from coordinator.engine.players import Player
from coordinator.engine.state import LONGER, Session
from coordinator.engine.turn import Declined, Turn
from quickpoll.protocol import ErrorCode, Phase, SubmitAnswer


def forgiven_ms(turn: Turn, body: SubmitAnswer) -> int:
    """How much earlier than its entry's time an answer is judged."""
    head, elapsed_ms = turn.session.head, body.elapsed_ms
    stop_ms = 0 if head.stopped_at is None else turn.now - head.stopped_at
    # The client counts while the clock stands, and `opens_at` moves on only when it runs again.
    if elapsed_ms is not None:
        elapsed_ms = max(0, elapsed_ms - head.stopped_ms)
    response_ms = turn.now - head.opens_at
    way_ms = scoring.forgiven_ms(response_ms, elapsed_ms, turn.command.round_trip_ms, head.settings.grace_ms)
    return max(way_ms, stop_ms)


def check(session: Session, index: int, received_at: int, counted_at: int, player: Player) -> None:
    """Raises Declined where an answer to question `index` is too early or too late for this player."""
    head = session.head
    if index < head.question or head.phase is Phase.ENDED or (index == head.question and head.phase is Phase.RESULTS):
        raise Declined(ErrorCode.QUESTION_CLOSED, "This question is closed. Answer the next one.")
    if index > head.question or not session.is_open_at(received_at):
        raise Declined(ErrorCode.NOT_OPEN_YET, "This question is not open yet. Answer when its options are shown.")
    own_closes_at = views.own_closes_at(session, player)
    if head.closes_at is not None and counted_at > head.closes_at and counted_at > (own_closes_at or 0):
        raise Declined(ErrorCode.QUESTION_CLOSED, "Your time for this question is up. Answer the next one.")


def fix_last_arrival(session: Session, now: int) -> None:
    """Fixes, once past each time limit, how long to wait for answers in flight.

    The slowest connection that still owes one decides.
    """
    head, closes_by = session.head, _closes_by(session)
    if closes_by is not None and now > closes_by > head.late_until:
        head.late_until = max(closes_by, _last_arrival(session))


def is_over(session: Session, now: int) -> bool:
    """Whether no answer can count any more."""
    last = last_moment(session)
    return last is not None and now > last


def last_moment(session: Session) -> int | None:
    """The last moment at which, as far as is known, an answer can count; None: there is no time limit."""
    head, closes_by = session.head, _closes_by(session)
    if closes_by is None:
        return None
    late_by = min(head.late_until, closes_by + head.settings.grace_ms) if session.waiting else 0
    return max(closes_by, late_by)


def _last_arrival(session: Session) -> int:
    """When the last answer can arrive that was tapped in time, by the connections of those who have not answered."""
    waiting = (player for player in session.players.values() if player.connection and not session.has_answered(player))
    grace_ms = session.head.settings.grace_ms
    return max(((views.own_closes_at(session, p) or 0) + min(p.round_trip_ms, grace_ms) for p in waiting), default=0)


def _closes_by(session: Session) -> int | None:
    """The last moment by which somebody's answer may be judged who is there, or has just gone; None: there is none."""
    head, limit_ms = session.head, session.limit_ms
    if head.closes_at is None or limit_ms is None or head.stopped_at is not None:
        return None
    latest = head.closes_at
    for percent in LONGER:
        if session.longer_waiting[percent] or session.longer_absent[percent]:
            own = head.opens_at + scoring.own_limit_ms(limit_ms, percent)
            latest = max(latest, own if session.longer_waiting[percent] else min(own, head.patient_until))
    return latest
