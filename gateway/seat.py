"""Whom a connection acts as, and the only place that changes it. Pure.

`TRANSITIONS` says what each event makes of each state; an event that a state does not list is a bug of this gateway.
Two things do not fit into a state and stand beside it: the entry commands under way (the same one may be sent twice),
and what a seat *owes*. It owes an identity when the coordinator has bound the connection to it by a reply that came
too late: the client was told `unavailable` by then, and acts as nobody or as somebody else. The coordinator counts that
identity as connected, so whatever is owed is reported as disconnected when the connection closes, and not earlier: a
client that tries again with the same id is let in by its first command, and must not be reported as gone after that.
"""

from enum import Enum, auto
from typing import Final

from quickpoll.envelope import Binding, Identity


class SeatState(Enum):
    """Whom a connection acts as."""

    NOBODY = auto()
    ENTERING = auto()
    """As nobody yet: a command that would bind it is under way."""
    BOUND = auto()
    """As its identity."""
    CLOSED = auto()
    """It is gone."""


class SeatEvent(Enum):
    """What changes that."""

    SENT = auto()
    """An entry command of the connection was relayed."""
    ADMITTED = auto()
    """The reply to one binds the connection."""
    REFUSED = auto()
    """The reply to one binds it to nobody."""
    EXPIRED = auto()
    """One has waited too long for its reply, and was answered `unavailable`."""
    LATE = auto()
    """A reply binds the connection after its command was answered `unavailable`."""
    RELEASED = auto()
    """The coordinator has let go of the connection: it left, was removed, or its session is over."""
    CLOSED = auto()
    """The connection closed."""


_S, _E = SeatState, SeatEvent

TRANSITIONS: Final = {
    _S.NOBODY: {
        _E.SENT: _S.ENTERING,
        _E.LATE: _S.NOBODY,
        _E.RELEASED: _S.NOBODY,
        _E.CLOSED: _S.CLOSED,
    },
    _S.ENTERING: {
        _E.SENT: _S.ENTERING,
        _E.ADMITTED: _S.BOUND,
        _E.REFUSED: _S.NOBODY,
        _E.EXPIRED: _S.NOBODY,
        _E.LATE: _S.ENTERING,
        _E.RELEASED: _S.ENTERING,
        _E.CLOSED: _S.CLOSED,
    },
    _S.BOUND: {
        _E.ADMITTED: _S.BOUND,
        _E.REFUSED: _S.BOUND,
        _E.EXPIRED: _S.BOUND,
        _E.LATE: _S.BOUND,
        _E.RELEASED: _S.NOBODY,
        _E.CLOSED: _S.CLOSED,
    },
    _S.CLOSED: {
        _E.ADMITTED: _S.CLOSED,
        _E.REFUSED: _S.CLOSED,
        _E.EXPIRED: _S.CLOSED,
        _E.LATE: _S.CLOSED,
        _E.RELEASED: _S.CLOSED,
    },
}
"""One more transition is triggered by a state: a seat that is `NOBODY` while a command is under way is `ENTERING`."""


class Seat:
    """The seat of one connection."""

    __slots__ = ("_commands", "_entries", "_owed", "identity", "seen_seq", "seen_step", "state")

    def __init__(self) -> None:
        self.state = SeatState.NOBODY
        self.identity: Identity | None = None
        """Whom the connection acts as; only while it is `BOUND`."""
        self.seen_seq = 0
        """The last numbered message that the reply which bound it had taken in."""
        self.seen_step = 0
        """The last Step published before that reply."""
        self._commands = 0
        self._entries: dict[int, str | None] = {}
        """The `id` of each entry command under way, by its number."""
        self._owed: dict[Identity, None] = {}
        """In the order in which they came."""

    # -- what it is -------------------------------------------------------------------------

    @property
    def is_entering(self) -> bool:
        """Whether a command that would bind it is under way."""
        return self.state is SeatState.ENTERING

    def is_entering_by_another(self, command_id: str | None) -> bool:
        """Whether a command that would bind it is under way, and is not this one sent again."""
        return self.is_entering and (command_id is None or command_id not in self._entries.values())

    # -- what happens -----------------------------------------------------------------------

    def sent(self, command_id: str | None, *, enters: bool) -> int:
        """A command was relayed; returns its number, by which its reply is found.

        Args:
            command_id: what its client calls it.
            enters: whether its reply may bind the connection.
        """
        self._commands += 1
        if enters:
            self._entries[self._commands] = command_id
            self._change(SeatEvent.SENT)
        return self._commands

    def admitted(self, number: int, binding: Binding) -> bool:
        """The reply to an entry command binds the connection; returns whether it acts as that identity now."""
        self._entries.pop(number, None)
        mine = self.identity is None and self.state is not SeatState.CLOSED
        if mine:
            self.identity, self.seen_seq, self.seen_step = binding.identity, binding.seq, binding.step
            self._owed.pop(binding.identity, None)
        elif self.identity != binding.identity:
            self._owed[binding.identity] = None
        self._change(SeatEvent.ADMITTED)
        return self.identity == binding.identity

    def refused(self, number: int) -> None:
        """The reply to an entry command binds the connection to nobody."""
        self._entries.pop(number, None)
        self._change(SeatEvent.REFUSED)

    def expired(self, number: int) -> None:
        """An entry command was answered `unavailable`; its reply may still come."""
        self._entries.pop(number, None)
        self._change(SeatEvent.EXPIRED)

    def late(self, identity: Identity) -> None:
        """A reply whose command was answered before binds the connection to this identity."""
        if self.identity != identity:
            self._owed[identity] = None
        self._change(SeatEvent.LATE)

    def released(self) -> None:
        """The coordinator no longer counts the connection as its identity's."""
        self.identity = None
        self._change(SeatEvent.RELEASED)

    def closed(self) -> None:
        """The connection is gone: whom it acted as is owed."""
        if self.identity:
            self._owed[self.identity] = None
            self.identity = None
        self._change(SeatEvent.CLOSED)

    def pay(self) -> list[Identity]:
        """Takes what has to be reported as disconnected now: all that is owed once the connection is closed."""
        if self.state is not SeatState.CLOSED:
            return []
        owed, self._owed = list(self._owed), {}
        return owed

    # -- inside -----------------------------------------------------------------------------

    def _change(self, event: SeatEvent) -> None:
        assert event in TRANSITIONS[self.state], f"{event.name} cannot happen to a seat that is {self.state.name}"
        self.state = TRANSITIONS[self.state][event]
        if self.state is SeatState.NOBODY and self._entries:
            self.state = SeatState.ENTERING
        assert (self.state is SeatState.BOUND) == (self.identity is not None)
