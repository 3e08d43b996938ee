"""What the engine wants said, in order. It never says anything itself."""

from dataclasses import dataclass, field

from msgspec import Struct

from quickpoll.envelope import Audience, ConnectionId, Identity
from quickpoll.protocol import Broadcast, CloseCode, ServerMessage


class CommandReply(Struct, frozen=True):
    """To the connection that sent a command.

    With `identity`, the connection acts as that from here on, and has seen all broadcasts up to the
    `seq` of the session's view in the message; where the message has a token field, whoever encodes it
    signs `identity` into it. `unbind` ends the connection's role.
    """

    connection: ConnectionId
    request: int
    message: ServerMessage
    identity: Identity | None = None
    unbind: bool = False


class ToMany(Struct, frozen=True):
    """To everyone, all players, or the host: one message for all of them."""

    audience: Audience
    message: ServerMessage

    @property
    def seq(self) -> int:
        """The number of a broadcast; 0 for what has none."""
        return self.message.seq if isinstance(self.message, Broadcast) else 0


class ToEach(Struct, frozen=True):
    """One message each, to these connections."""

    messages: tuple[tuple[ConnectionId, ServerMessage], ...]


class Close(Struct, frozen=True):
    """One connection closes, after `message` if there is one."""

    connection: ConnectionId
    code: CloseCode
    reason: str
    message: ServerMessage | None = None


class CloseSession(Struct, frozen=True):
    """The session is over: all its connections close, and its players are forgotten."""

    reason: str


Effect = CommandReply | ToMany | ToEach | Close | CloseSession


@dataclass(slots=True)
class Changes:
    """What of a session's records entries have changed."""

    touched: set[str] = field(default_factory=set)
    """Ids of players added or changed."""
    answered: list[str] = field(default_factory=list)
    """Ids of players whose answer was accepted; they are in `touched` only if more of them has changed."""
    removed: set[str] = field(default_factory=set)
    """Ids of players whose records go: they left or were kicked, or the session is over. Never in `touched`, too."""
    written: set[int] = field(default_factory=set)
    """Indexes of questions whose `Session.written` has changed."""
    curated: set[int] = field(default_factory=set)
    """The same of `Session.curations`."""
    quiz: bool = False
    """Whether `Session.quiz` has changed."""
    log: list[bytes] = field(default_factory=list)
    """Texts of the records that the session's log grew by: see `log_chain.py`."""

    def add(self, later: "Changes") -> None:
        """Takes in what a later entry has changed."""
        self.touched |= later.touched
        self.touched -= later.removed
        self.removed |= later.removed
        self.answered += later.answered
        self.written |= later.written
        self.curated |= later.curated
        self.quiz |= later.quiz
        self.log += later.log


@dataclass(slots=True)
class Effects(Changes):
    """What applying one entry did: what to say, and what it has changed."""

    said: list[Effect] = field(default_factory=list)
