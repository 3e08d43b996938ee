"""Somebody with a device who behaves as a good client does, and writes down everything that comes.

It reconnects with jitter, resumes with its token, and sends what has no reply again with the same id. What it wrote
down is all that `invariants` looks at: nobody asks the server whether it was right.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from msgspec import UNSET
from msgspec.structs import replace

from clients.loadtest.wire import Received, Wire, WireError
from quickpoll.protocol import (
    AnyClientMessage,
    AnyServerMessage,
    Broadcast,
    CloseCode,
    CreateSession,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    Leaderboard,
    LeaderboardEntry,
    NewQuestion,
    Phase,
    QuestionClock,
    QuestionExtended,
    QuestionResults,
    QuizEnded,
    Resumed,
    ResumeSession,
    SessionClosed,
    SessionCreated,
    SessionView,
    SubmitAnswer,
    SyncClock,
    YourFinal,
    YourResult,
    decode_message,
    encode_command,
)

CONNECT_WITHIN_S = 2.0
REPLY_WITHIN_S = 6.0
"""The server answers within 5 s, if only that it cannot."""
HEARTBEAT_S = 0.5
SILENT_AFTER_S = 2.0
"""A connection that brings nothing, not even the reply to a heartbeat, is given up."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 1.0
DOUBLE_TAPS = 0.1
"""So many answers are sent twice on one connection, and after so many the player tries another one."""

AGAIN = (ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED)
OVER = (ErrorCode.SESSION_ENDED,)


if TYPE_CHECKING:
    from tests.chaos.crowd import Crowd


class Disconnected(Exception):
    """The connection ended before the reply."""


@dataclass
class Contact:
    """One connection of one person, from `joined` or `resumed` on, and what came by it."""

    view: SessionView
    messages: list[AnyServerMessage] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    """How often a command's id was sent."""


async def reach(url: str, received: Received) -> Wire:
    """Opens the TCP connection to a WebSocket's URL; the handshake is over when `opened` is."""
    parts = urlsplit(url)
    _, wire = await asyncio.get_running_loop().create_connection(
        lambda: Wire(parts.netloc, parts.path, received), str(parts.hostname), int(parts.port or 80)
    )
    return wire


class Person:
    """Somebody with a device. `run` keeps it connected until the session is over."""

    def __init__(self, crowd: "Crowd", name: str) -> None:
        self.crowd = crowd
        self.name = name
        self.rng = random.Random(f"{crowd.seed}/{name}")
        self.code = ""
        self.token = ""
        self.id = ""
        self.over = ""
        """Why it has stopped, once it has."""
        self.contacts: list[Contact] = []
        self.closes: list[int] = []
        """Close codes of its connections."""
        self.wrong: list[str] = []
        """What must not happen, as it happened."""
        self.phase = Phase.LOBBY
        self.question = 0
        """The latest."""
        self.asked: dict[int, NewQuestion] = {}
        self.results: dict[int, list[QuestionResults]] = defaultdict(list)
        self.boards: dict[int, list[Leaderboard]] = defaultdict(list)
        self.podium: tuple[LeaderboardEntry, ...] | None = None
        """As it was told last."""
        self.own: dict[int, list[YourResult]] = defaultdict(list)
        self.finals: list[YourFinal] = []
        self.away_s: list[float] = []
        """How long it was without a connection each time."""
        self.late_s: list[float] = []
        """How long after a question was over it saw the results."""
        self.errors: Counter[str] = Counter()
        """Codes of the errors that it was told."""
        self.entered = 0
        """How often it has joined or resumed."""
        self.has_twin = False
        """Whether a second device has its token."""
        self._changed = asyncio.Condition()
        self.enters: CreateSession | JoinSession | None = None
        self.wire: Wire | None = None
        self._contact: Contact | None = None
        self._connected = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[AnyServerMessage]] = {}
        self.under_way: dict[str, AnyClientMessage] = {}
        """Commands without a reply, by id."""
        self._heard_at = 0.0
        self._lost_at: float | None = None
        self._wait_s = 0.0

    # -- what it does -----------------------------------------------------------------------

    async def run(self, after_s: float = 0.0) -> None:
        """Comes after so many seconds, and stays connected until the session is over."""
        await asyncio.sleep(after_s)
        failures = 0
        while not self.over:
            await asyncio.sleep(self._wait_s)
            ceiling = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**failures)
            self._wait_s = self.rng.uniform(0, ceiling)
            failures += 1
            try:
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    await self._connect()
                entered = await self._enter()
            except (OSError, WireError, TimeoutError, Disconnected):
                self._drop()
                continue
            if entered:
                failures = 0
                await self._stay()
        self._drop()
        await self.notify()

    async def do(self, command: AnyClientMessage) -> AnyServerMessage:
        """Has a command done: sends it, again and again with the same id, until the final word."""
        command = replace(command, id=uuid4().hex)
        while not self.over:
            await self.until(self._connected.is_set)
            try:
                reply = await self.ask(command)
            except (Disconnected, TimeoutError):
                self._drop()
                continue
            if not isinstance(reply, Error):
                return reply
            self.errors[reply.code] += 1
            if reply.code in AGAIN:
                await asyncio.sleep((reply.retry_after_ms or 100) / 1000)
            elif reply.code is ErrorCode.FORBIDDEN:
                # An older connection of this person took over again, late: 4502 follows, and we resume.
                await asyncio.sleep(FIRST_WAIT_S)
            else:
                return reply
        return Error(code=ErrorCode.SESSION_ENDED, message=f"over: {self.over}")

    async def ask(self, command: AnyClientMessage) -> AnyServerMessage:
        """Sends a command once and returns its reply.

        Raises:
            Disconnected: the connection ended before it came.
            TimeoutError: it did not come.
        """
        wire = self.wire
        if wire is None or wire.ended.done():
            raise Disconnected
        key = str(command.id)
        future: asyncio.Future[AnyServerMessage] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        self.under_way[key] = command
        for _ in range(2 if isinstance(command, SubmitAnswer) and self.taps_twice() else 1):
            if self._contact:
                self._contact.sent[key] += 1
            wire.send(encode_command(command))
        try:
            await asyncio.wait((future, wire.ended), timeout=REPLY_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[key], self.under_way[key]
        if future.done():
            return future.result()
        if wire.ended.done():
            raise Disconnected
        raise TimeoutError(f"{self.name}: no reply to {command}")

    def taps_twice(self) -> bool:
        """Whether it does so now. Not where an answer may be lost: the second one would count instead."""
        return self.rng.random() < DOUBLE_TAPS and not self.crowd.may_go_back

    async def until(self, condition: Callable[[], object]) -> None:
        """Returns when `condition` holds; looked at after each message."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition() or self.over)

    def leave_for(self, seconds: float) -> None:
        """Its connection ends without a word, and it comes back after so many seconds."""
        self._wait_s = seconds
        self._drop()

    def break_off(self) -> None:
        """Its connection ends without a word."""
        self._drop()

    # -- its connection ---------------------------------------------------------------------

    async def _connect(self) -> None:
        self.wire, self._contact = await reach(self.rng.choice(self.crowd.urls), self._received), None
        await self.wire.opened
        self._heard_at = asyncio.get_running_loop().time()

    async def _enter(self) -> bool:
        """Resumes, or enters for the first time; returns whether it did."""
        command = ResumeSession(id=uuid4().hex, token=self.token) if self.token else self.enters
        assert command is not None
        reply = await self.ask(command)
        if isinstance(reply, Error):
            self._refused_entry(reply)
            return False
        assert isinstance(reply, SessionCreated | Joined | Resumed), reply
        self.code = reply.code
        if isinstance(reply, SessionCreated):
            self.token = reply.host_token
        elif isinstance(reply, Joined):
            self.token, self.id = reply.player_token, reply.player_id
        if self._lost_at is not None:
            self.away_s.append(asyncio.get_running_loop().time() - self._lost_at)
        self._connected.set()
        await self.notify()
        return True

    def _refused_entry(self, error: Error) -> None:
        if error.code in OVER:
            self.over = error.code
        elif error.code in AGAIN:
            self._wait_s = (error.retry_after_ms or 100) / 1000
        elif error.code is ErrorCode.SESSION_NOT_FOUND and self.crowd.may_be_lost:
            self.over = "lost"
        elif error.code is ErrorCode.INVALID_TOKEN and self.crowd.may_go_back:
            self._join_again()
        else:
            self.wrong.append(f"could not enter: {error.code} {error.message}")
            self.over = "refused"
        self._drop()

    def _join_again(self) -> None:
        """Its joining was lost, with all that it did. The same command joins again: it may be under way still."""
        self.token = ""
        self.contacts.clear()
        self.forget(0)

    def forget(self, question: int) -> None:
        """What it knows of this question and those after it is not so any more."""
        kept: dict[int, Any]
        for kept in (self.asked, self.results, self.boards, self.own):
            for index in [index for index in kept if index >= question]:
                del kept[index]

    def go_back(self, message: SessionCreated | Joined | Resumed) -> None:
        """Forgets what is not so any more, or will be told again."""
        view = message.session
        if view.seq < self.seq:
            self.contacts.clear()
        if view.phase is Phase.LOBBY:
            self.forget(0)
        elif view.question is not UNSET:
            index = view.question.index
            asked = self.asked.get(index)
            is_same = asked and view.opens_at in (UNSET, asked.opens_at)
            self.forget(index + 1 if is_same else index)
            told: dict[int, Any]
            for told in (self.results, self.boards, self.own):
                told.pop(index, None)

    @property
    def seq(self) -> int:
        """Of what it heard last from everyone's session."""
        if not self.contacts:
            return 0
        contact = self.contacts[-1]
        heard = (message.seq for message in reversed(contact.messages) if isinstance(message, Broadcast))
        return next(heard, contact.view.seq)

    @property
    def is_connected(self) -> bool:
        """Whether it acts as somebody now."""
        return self._connected.is_set()

    async def _stay(self) -> None:
        """Returns when the connection has ended, or is silent for too long."""
        wire = self.wire
        assert wire is not None
        while not wire.ended.done():
            await asyncio.wait((wire.ended,), timeout=HEARTBEAT_S)
            if asyncio.get_running_loop().time() - self._heard_at > SILENT_AFTER_S:
                break
            if not wire.ended.done():
                wire.send(encode_command(SyncClock(t0=0)))
        code = wire.ended.result() if wire.ended.done() else 1006
        self._drop()
        self.closes.append(code)
        if code >= CloseCode.SESSION_OVER and code != CloseCode.CONNECTED_ELSEWHERE:
            self.over = self.over or f"closed with {code}"
        await self.notify()

    def _drop(self) -> None:
        if self._connected.is_set():
            self._connected.clear()
            self._lost_at = asyncio.get_running_loop().time()
        if self.wire:
            self.wire.break_off()

    # -- what it sees -----------------------------------------------------------------------

    def _received(self, text: bytes, _size: int, _at: float) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        try:
            self._take(decode_message(text))
        except Exception as error:  # asyncio would only log it
            self.crowd.fail(error)

    def _take(self, message: AnyServerMessage) -> None:
        if isinstance(message, SessionCreated | Joined | Resumed):
            if self.crowd.may_go_back:
                self.go_back(message)
            self.entered += 1
            self._contact = Contact(message.session)
            self.contacts.append(self._contact)
            self._see_view(message)
        elif self._contact:
            self._contact.messages.append(message)
        self.see(message)
        future = self._waiting.get(message.reply_to) if isinstance(message.reply_to, str) else None
        if future and not future.done():
            future.set_result(message)
        self.crowd.soon(self.notify())

    async def notify(self) -> None:
        """Lets `until` look again."""
        async with self._changed:
            self._changed.notify_all()

    def _see_view(self, message: SessionCreated | Joined | Resumed) -> None:
        view = message.session
        if view.question is not UNSET:
            self.crowd.shown[view.question.index] = view.question.text
        if view.results is not UNSET:
            self.question = view.results.question
            self.see(view.results)
        if view.leaderboard is not UNSET:
            self.see(view.leaderboard)
        if view.question is not UNSET and view.opens_at is not UNSET and view.closes_at is not UNSET:
            self.see(
                NewQuestion(seq=view.seq, question=view.question, opens_at=view.opens_at, closes_at=view.closes_at)
            )
        self.phase = view.phase
        if view.podium is not UNSET:
            self.podium = view.podium
        if isinstance(message, Resumed) and message.you is not UNSET:
            if message.you.result is not UNSET:
                self.see(message.you.result)
            if message.you.final is not UNSET:
                self.see(message.you.final)

    def see(self, message: AnyServerMessage) -> None:
        """Writes down what a message tells."""
        match message:
            case NewQuestion():
                self.phase, self.question = Phase.QUESTION, message.question.index
                self.crowd.shown[message.question.index] = message.question.text
                self.asked.setdefault(message.question.index, message)
            case QuestionClock() | QuestionExtended() if message.question in self.asked:
                asked = self.asked[message.question]
                self.asked[message.question] = replace(asked, closes_at=message.closes_at)
            case QuestionResults():
                if message.question >= self.question:  # those of an earlier one come again after a ruling
                    self.phase, self.question = Phase.RESULTS, message.question
                if message.question in self.asked and message.question not in self.results:
                    self.late_s.append(time.time() - (self.asked[message.question].closes_at or 0) / 1000)
                self.results[message.question].append(message)
            case Leaderboard():
                self.boards[message.question].append(message)
            case YourResult():
                self.own[message.question].append(message)
            case QuizEnded():
                self.phase = Phase.ENDED
                self.podium = message.podium
            case YourFinal():
                self.finals.append(message)
            case SessionClosed():
                self.over = message.reason
            case _:
                pass
