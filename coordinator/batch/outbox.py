"""What the engine wants said, as the messages that gateways get: Replies for each, and one Step per session.

Each JSON text is encoded once, however many will read it; tokens are signed here.
"""

from collections import defaultdict

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import Close, CloseSession, CommandReply, Effects, ToEach, ToMany
from quickpoll import envelope
from quickpoll.envelope import (
    Audience,
    Binding,
    CloseAll,
    CloseOne,
    Command,
    ConnectionId,
    Item,
    Line,
    Personal,
    Replies,
    Shared,
    Step,
    encode_personal,
)
from quickpoll.protocol import (
    CloseCode,
    Error,
    ErrorCode,
    Joined,
    Resumed,
    ServerMessage,
    SessionCreated,
    encode_message,
)
from quickpoll.tokens import Tokens

RETRY_AFTER_MS = 1000


class Outbox:
    """Collects what one batch of a partition says, in order."""

    def __init__(self, tokens: Tokens, fence: int, since: str) -> None:
        """`tokens` signs those of people; `fence` is the fence of the lease, and `since` the offset found."""
        self._tokens = tokens
        self._fence = fence
        self._since = since
        self._replies: defaultdict[str, list[envelope.Reply]] = defaultdict(list)
        self._items: defaultdict[str, list[Item]] = defaultdict(list)

    def add(self, code: str, effects: Effects, last_step: int) -> None:
        """Adds what an entry did to a session; `last_step` is the last one published before this batch."""
        for effect in effects.said:
            match effect:
                case CommandReply():
                    self._reply(effect, last_step)
                case ToMany():
                    self._items[code].append(_shared(effect))
                case ToEach():
                    self._items[code].append(_personal(effect))
                case Close(connection, close_code, reason, message):
                    text = encode_message(message) if message else b""
                    self._items[code].append(CloseOne(connection, close_code, reason, text))
                case CloseSession(reason):
                    self._items[code].append(CloseAll(CloseCode.SESSION_OVER, reason))

    def add_error(self, command: Command, code: ErrorCode, message: str) -> None:
        """Adds the reply to a command that no session can answer."""
        retry_after_ms = RETRY_AFTER_MS if code is ErrorCode.UNAVAILABLE else UNSET
        error = Error(code=code, message=message, retry_after_ms=retry_after_ms, reply_to=command.body.id or UNSET)
        self.add_text(command.connection, command.request, encode_message(error))

    def add_text(self, connection: ConnectionId, request: int, text: bytes) -> None:
        """Adds a reply that is encoded already."""
        self._replies[connection.gateway].append(envelope.Reply(connection.number, request, text))

    def says_to(self, code: str) -> bool:
        """Whether there is something for a session's channel."""
        return code in self._items

    def step(self, code: str, number: int) -> bytes:
        """The encoded Step of a session."""
        assert number > 0, "Steps are numbered from 1; the gateway asserts that each follows the one before"
        return envelope.encode(Step(self._fence, number, tuple(self._items[code]), self._since))

    def replies(self, offset: str) -> dict[str, bytes]:
        """The encoded Replies by gateway, of a batch after which the partition is there."""
        line = Line(self._fence, self._since, offset)
        return {gateway: envelope.encode(Replies(tuple(replies), line)) for gateway, replies in self._replies.items()}

    def _reply(self, effect: CommandReply, last_step: int) -> None:
        message, binding = effect.message, None
        if effect.identity:
            if isinstance(message, SessionCreated):
                message = replace(message, host_token=self._tokens.sign(effect.identity, message.session.server_time))
            elif isinstance(message, Joined):
                message = replace(message, player_token=self._tokens.sign(effect.identity, message.session.server_time))
            binding = Binding(effect.identity, _seen_seq(message), last_step, self._fence)
        reply = envelope.Reply(
            effect.connection.number, effect.request, encode_message(message), binding, effect.unbind
        )
        self._replies[effect.connection.gateway].append(reply)


def _seen_seq(message: ServerMessage) -> int:
    """What the view in a reply that binds a connection shows of the session."""
    if isinstance(message, SessionCreated | Joined | Resumed):
        return message.session.seq
    raise TypeError(f"{type(message).__name__} binds no connection")


def _shared(effect: ToMany) -> Shared:
    # Lists for the host hold what is new since the last one: only what players get is said again by the next.
    droppable = effect.message.droppable and effect.audience is Audience.PLAYERS
    return Shared(effect.audience, effect.seq, encode_message(effect.message), droppable)


def _personal(effect: ToEach) -> Personal:
    texts: defaultdict[str, list[tuple[int, bytes]]] = defaultdict(list)
    for connection, message in effect.messages:
        texts[connection.gateway].append((connection.number, encode_message(message)))
    return Personal({gateway: encode_personal(tuple(parts)) for gateway, parts in texts.items()})
