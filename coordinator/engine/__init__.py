"""The rules of a session: pure functions, no I/O, no clock, no randomness.

    create(command, now, drawn)         -> (Session, Effects)
    apply(session, entry, now, drawn)   -> Effects      (changes `session` in place)
    next_deadline(session)              -> int | None   (ms; when a Tick is due)

`now` is the time of the entry in its stream, and never goes back; all that is drawn by chance comes in
`Drawn`. The same entries give the same state and the same effects, byte for byte. The engine never
raises for what a client sent: each command ends in exactly one CommandReply. A session is loaded by
`Session(code, quiz, head, players)`; what of it must be stored is in `Effects`.

`apply.py` holds the table of what is allowed when; `lobby.py` who is in, `question.py` the life of a
question; `scoring.py` and `ranking.py` the points; `extra_time.py` who has more time for them; `progress.py`
the counts that are said only every so often; `report.py` the results for the host; `log_chain.py` and `records.py` what
the session can be played again from; `views.py` what each audience may know.
"""

from coordinator.engine.apply import apply, create, next_deadline
from coordinator.engine.effects import Changes, Close, CloseSession, CommandReply, Effect, Effects, ToEach, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import IDLE_MS, Head, Session
from coordinator.engine.turn import Drawn, LogPage

__all__ = [
    "IDLE_MS",
    "Changes",
    "Close",
    "CloseSession",
    "CommandReply",
    "Drawn",
    "Effect",
    "Effects",
    "Head",
    "LogPage",
    "Player",
    "Session",
    "ToEach",
    "ToMany",
    "apply",
    "create",
    "next_deadline",
]
