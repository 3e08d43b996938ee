"""A game at the engine, without sockets: entries in, effects out, in one line each."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from coordinator.engine import (
    Close,
    CommandReply,
    Drawn,
    Effects,
    Head,
    LogPage,
    Player,
    Session,
    ToEach,
    ToMany,
    apply,
    create,
    records,
)
from coordinator.engine.records import Record
from coordinator.log import file as log_file
from quickpoll.envelope import Command, ConnectionId, Disconnected, Entry, Identity, Tick
from quickpoll.protocol import (
    Answer,
    CreateSession,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    MultipleQuestion,
    Ok,
    Option,
    PollQuestion,
    Question,
    Quiz,
    ResumeSession,
    ServerMessage,
    SessionCommand,
    Settings,
    SingleQuestion,
    StartQuiz,
    SubmitAnswer,
    TrueFalseQuestion,
)

M = TypeVar("M", bound=ServerMessage)

SINGLE = SingleQuestion("Capital of Kenya?", (Option("Nairobi", correct=True), Option("Mombasa"), Option("Kisumu")))
MULTIPLE = MultipleQuestion(
    "In Africa?",
    (Option("Cairo", correct=True), Option("Lima"), Option("Accra", correct=True)),
    points=500,
)
TRUE_FALSE = TrueFalseQuestion("Quito is in Peru.", (Option("True"), Option("False", correct=True)))
POLL = PollQuestion("Where to?", (Option("Nairobi"), Option("Quito")))

HOST_CONNECTION = ConnectionId("g1", 1)
NOTHING = Drawn(log_page=LogPage("as it was read\n", None))
"""Nothing by chance."""
DEFAULTS = Settings()
START_MS = 1_700_000_000_000


@dataclass
class Seat:
    """A connection that has joined, and what it may act as."""

    connection: ConnectionId
    identity: Identity
    name: str

    @property
    def id(self) -> str:
        return self.identity.player_id


class Game:
    """A session with a host. `now` moves only when a test moves it."""

    def __init__(
        self,
        *questions: Question,
        settings: Settings = DEFAULTS,
        id: str | None = "create",
        own_words: tuple[str, ...] = (),
    ) -> None:
        self.now = START_MS
        self.round_trip_ms = 0
        """Of whoever sends something, as a gateway would have measured it."""
        self._connections = 1
        self._requests = 0
        quiz = Quiz("Capitals", questions or (SINGLE, MULTIPLE))
        self.create = Command(
            HOST_CONNECTION,
            0,
            None,
            CreateSession(id=id, quiz=quiz, settings=settings, own_words=own_words),
            "https://quiz.test",
        )
        self.session, self.effects = create(self.create, self.now, Drawn("123456", "nonce", "salt"))
        self.log = list(self.effects.log)

    def apply(self, entry: Entry, drawn: Drawn = NOTHING) -> Effects:
        self.effects = apply(self.session, entry, self.now, drawn)
        self.log += self.effects.log
        return self.effects

    def tick(self) -> Effects:
        return self.apply(Tick())

    def command(self, connection: ConnectionId, identity: Identity | None, body: SessionCommand) -> Command:
        self._requests += 1
        return Command(connection, self._requests, identity, body, "https://quiz.test", self.round_trip_ms)

    def send(
        self, connection: ConnectionId, identity: Identity | None, body: SessionCommand, drawn: Drawn = NOTHING
    ) -> ServerMessage:
        """Sends a command and returns its one reply."""
        return self.redo(self.command(connection, identity, body), drawn)

    def redo(self, command: Command, drawn: Drawn = NOTHING) -> ServerMessage:
        (reply,) = replies(self.apply(command, drawn))
        assert (reply.connection, reply.request) == (command.connection, command.request)
        return reply.message

    def new_connection(self, gateway: str = "g1") -> ConnectionId:
        self._connections += 1
        return ConnectionId(gateway, self._connections)

    def by_host(self, body: SessionCommand) -> ServerMessage:
        connection = self.session.head.host
        return self.send(connection or HOST_CONNECTION, self.session.host_identity, body)

    def do(self, body: SessionCommand) -> None:
        """A command of the host that must succeed."""
        assert isinstance(self.by_host(body), Ok)

    def try_join(self, name: str, *, connection: ConnectionId | None = None, id: str | None = None) -> ServerMessage:
        drawn = Drawn(player_id=f"p{self.session.head.next_number}")
        return self.send(connection or self.new_connection(), None, JoinSession(id=id, code="123456", name=name), drawn)

    def join(self, name: str, *, connection: ConnectionId | None = None, id: str | None = None) -> Seat:
        connection = connection or self.new_connection()
        reply = self.try_join(name, connection=connection, id=id)
        assert isinstance(reply, Joined), reply
        return Seat(connection, self.session.player_identity(reply.player_id), reply.name)

    def join_many(self, count: int) -> list[Seat]:
        return [self.join(f"Player {number}") for number in range(count)]

    def by_player(self, seat: Seat, body: SessionCommand) -> ServerMessage:
        return self.send(seat.connection, seat.identity, body)

    def answer(
        self,
        seat: Seat,
        choice: Answer,
        *,
        question: int | None = None,
        id: str | None = None,
        elapsed_ms: int | None = None,
    ) -> ServerMessage:
        index = self.session.head.question if question is None else question
        return self.by_player(seat, SubmitAnswer(id=id, question=index, answer=choice, elapsed_ms=elapsed_ms))

    def resume(self, seat: Seat, connection: ConnectionId | None = None) -> ServerMessage:
        seat.connection = connection or self.new_connection()
        return self.send(seat.connection, seat.identity, ResumeSession(token="verified"))

    def resume_host(self, connection: ConnectionId, *, remote: bool = False) -> ServerMessage:
        return self.send(connection, self.session.host_identity, ResumeSession(token="verified", remote=remote))

    def disconnect(self, seat: Seat) -> Effects:
        return self.apply(Disconnected(seat.connection, seat.identity))

    def disconnect_host(self) -> Effects:
        return self.apply(Disconnected(self.session.head.host or HOST_CONNECTION, self.session.host_identity))

    def open(self) -> None:
        """Opens question 0 and goes to the moment when answers count."""
        self.do(StartQuiz())
        self.now = self.session.head.opens_at

    @property
    def closes_at(self) -> int:
        """When the time of the open question is up."""
        assert self.session.head.closes_at is not None
        return self.session.head.closes_at

    def time_up(self) -> Effects:
        """Goes to the first moment after the open question."""
        self.now = self.closes_at + 1
        return self.tick()

    def player(self, seat: Seat) -> Player:
        return self.session.players[seat.id]

    def told(self, kind: type[M]) -> list[M]:
        """Messages of this kind that the last entry caused, whomever they are for."""
        return told(self.effects, kind)

    def one(self, kind: type[M]) -> M:
        (message,) = self.told(kind)
        return message

    def each(self, kind: type[M]) -> dict[ConnectionId, M]:
        """Personal messages of this kind that the last entry caused."""
        return {
            connection: message
            for effect in self.effects.said
            if isinstance(effect, ToEach)
            for connection, message in effect.messages
            if isinstance(message, kind)
        }

    def logged(self) -> list[Record]:
        """What the last entry has added to the log."""
        return [records.decode(text) for text in self.effects.log]

    def exported(self) -> bytes:
        """The log as a file."""
        lines, head = log_file.lines(self.log)
        return "".join(line + "\n" for line in [*lines, log_file.end_line(len(lines), head)]).encode()

    def closed(self) -> dict[ConnectionId, int]:
        """Connections that the last entry closed, with the close code."""
        return {effect.connection: effect.code for effect in self.effects.said if isinstance(effect, Close)}


def replies(effects: Effects) -> list[CommandReply]:
    return [effect for effect in effects.said if isinstance(effect, CommandReply)]


def told(effects: Effects, kind: type[M]) -> list[M]:
    messages: list[ServerMessage] = []
    for effect in effects.said:
        match effect:
            case CommandReply() | ToMany():
                messages.append(effect.message)
            case ToEach():
                messages += [message for _, message in effect.messages]
            case Close(message=ServerMessage() as message):
                messages.append(message)
            case _:
                pass
    return [message for message in messages if isinstance(message, kind)]


def code(message: ServerMessage) -> ErrorCode | None:
    """The code of an error; None for another message."""
    return message.code if isinstance(message, Error) else None


def said_bytes(effects: Effects) -> bytes:
    """All that an entry caused, as bytes that are equal only if it is the same."""
    said = [(type(effect).__name__, effect) for effect in effects.said]
    return msgspec.msgpack.encode((said, sorted(effects.touched), sorted(effects.removed)))


def state_bytes(session: Session) -> bytes:
    return msgspec.msgpack.encode((session.code, session.quiz, session.head, list(session.players.values())))


def reloaded(session: Session) -> Session:
    """The session as it is after it was stored and loaded, its players in another order."""

    def again(value: object, kind: type) -> object:
        return msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=kind)

    quiz, head = again(session.quiz, Quiz), again(session.head, Head)
    players = [again(player, Player) for player in reversed(session.players.values())]
    assert isinstance(quiz, Quiz)
    assert isinstance(head, Head)
    seated = {player.id: player for player in players if isinstance(player, Player)}
    return Session(session.code, quiz, head, seated, dict(session.written), dict(session.curations))
