"""The rules of a session: pure functions, no I/O, no clock, no randomness.

    create(command, now, drawn)         -> (Session, Effects)
    apply(session, entry, now, drawn)   -> Effects      (changes `session` in place)
    next_deadline(session)              -> int | None   (ms; when a Tick is due)

`now` is the time of the entry in its stream; all that is drawn by chance comes in `Drawn`. The same
entries give the same state and the same effects, byte for byte. The engine never raises for what a
client sent: each command ends in exactly one Reply.
"""
