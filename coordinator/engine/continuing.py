"""The next quiz with the same people: after the end, a session says in which one its players go on.

Each player's page joins that session by itself. Whether it exists is not known here: it may belong to another
partition. It changes no result, so it is not logged.
"""

from coordinator.engine.effects import Effects, ToMany
from coordinator.engine.state import Session
from coordinator.engine.turn import Declined
from quickpoll.envelope import Audience
from quickpoll.protocol import ErrorCode, SessionContinues


def check(session: Session, code: str) -> None:
    """Raises Declined where the code is that of the session itself: nobody can join it any more."""
    if code == session.code:
        raise Declined(ErrorCode.SESSION_ENDED, "This session has ended. Give the code of the next one.")


def continue_in(session: Session, code: str, effects: Effects) -> None:
    """Tells everyone where the players go on; the last code that the host gave holds."""
    if session.head.continues_in == code:
        return
    session.head.continues_in = code
    effects.said.append(ToMany(Audience.ALL, SessionContinues(seq=session.next_seq(), code=code)))
