"""Which names and texts of a session the filter withholds; what the log says of it holds in a replay."""

from coordinator.engine import kinds
from coordinator.engine.curation import parts
from coordinator.engine.filtering import finds
from coordinator.engine.turn import Turn
from quickpoll.names import Name
from quickpoll.protocol import Answer


def is_withheld(turn: Turn, name: Name) -> bool:
    """Whether the filter withholds the name of a player who joins."""
    if turn.drawn.withheld is not None:
        return bool(turn.drawn.withheld)
    head = turn.session.head
    return head.settings.filter != "off" and finds(name.text, head.own_words, in_name=True)


def withheld_in(turn: Turn, answer: Answer, key: Answer) -> tuple[str, ...]:
    """Which texts of an answer to the current question the filter withholds, as they are compared."""
    session, known = turn.session, turn.drawn.withheld
    kind = kinds.of(session.question)
    if known is not None or not kind.tells_texts or session.head.settings.filter == "off":
        return known or ()
    written = parts(key, kind.shown(session.question, answer, key))
    return tuple(text for text, shown in written if finds(shown, session.head.own_words))
