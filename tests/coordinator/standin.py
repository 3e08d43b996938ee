"""What stands around a coordinator in these tests: a gateway of few words.

It appends commands as a gateway does, and keeps what comes back on its channels in order.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from coordinator.app import Coordinator
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.envelope import (
    Command,
    ConnectionId,
    Disconnected,
    Entry,
    Identity,
    Replies,
    Reply,
    Shared,
    Step,
    decode_replies,
    decode_step,
    encode,
)
from quickpoll.keys import ENTRY_FIELD, GATEWAY_DEAD_AFTER_MS, GATEWAYS, PartitionKeys, partition_of
from quickpoll.protocol import (
    AnyServerMessage,
    CreateSession,
    Joined,
    JoinSession,
    Option,
    Quiz,
    SessionCommand,
    SessionCreated,
    Settings,
    SingleQuestion,
    decode_message,
)
from quickpoll.tokens import Tokens
from tests.redis_client import connect
from tests.redis_time import time_ms
from tests.settings import settings_with

TOKENS = Tokens("a secret of these tests")
WITHIN_S = 10.0
QUIZ = Quiz(
    "Capitals",
    (
        SingleQuestion("Capital of Kenya?", (Option("Nairobi", correct=True), Option("Mombasa"))),
        SingleQuestion("Capital of Peru?", (Option("Cusco"), Option("Lima", correct=True))),
    ),
)
QUICK = Settings(lead_ms=0)


def token_of(identity: Identity) -> str:
    """A token as a client has it."""
    return TOKENS.sign(identity, time.time_ns() // 1_000_000)


def identity_in(token: str) -> Identity:
    """What a token proves now."""
    return TOKENS.verify(token, time.time_ns() // 1_000_000)


class Clock:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Caller:
    """A gateway with connections 1, 2, 3, ... that say what a test wants."""

    def __init__(self, redis_url: str, partitions: int = 64, name: str = "gw") -> None:
        self.name = name
        self.partitions = partitions
        self.client = connect(redis_url, max_connections=16)
        self.heard: dict[int, asyncio.Queue[Reply]] = {}
        self.steps: dict[str, asyncio.Queue[Step]] = {}
        self._requests = 0
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._pubsub = self.client.pubsub()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.beat()
        self._channels = {PartitionKeys(number).replies(self.name) for number in range(self.partitions)}
        await self._pubsub.ssubscribe(*self._channels)
        subscribed = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._listen(subscribed)))
        await subscribed.wait()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self.client.aclose()

    async def beat(self) -> None:
        await self.client.zadd(GATEWAYS, {self.name: await time_ms(self.client)})

    def keys(self, code: str) -> PartitionKeys:
        return PartitionKeys(partition_of(code, self.partitions))

    async def append(self, entry: Entry, partition: int) -> None:
        await self.client.xadd(PartitionKeys(partition).stream, {ENTRY_FIELD: encode(entry)})

    def command(
        self, body: SessionCommand, connection: int, identity: Identity | None = None, request: int | None = None
    ) -> Command:
        if request is None:
            self._requests += 1
            request = self._requests
        return Command(ConnectionId(self.name, connection), request, identity, body, "https://quiz.example")

    async def send(self, command: Command) -> "asyncio.Future[Reply]":
        """Appends a command; the future is its reply."""
        (reply,) = await self.send_together(command)
        return reply

    async def send_together(self, *commands: Command) -> "list[asyncio.Future[Reply]]":
        """Appends commands at one moment: those of one partition are in one batch."""
        pipeline = self.client.pipeline(transaction=True)
        replies = []
        for command in commands:
            reply = self._replies[command.request] = asyncio.get_running_loop().create_future()
            replies.append(reply)
            body = command.body
            code = body.code if isinstance(body, JoinSession) else command.identity.code if command.identity else ""
            keys = PartitionKeys(partition_of(code or body.id or "", self.partitions))
            pipeline.xadd(keys.stream, {ENTRY_FIELD: encode(command)})
        await pipeline.execute()
        return replies

    async def hear(self, connection: int) -> Reply:
        """The next reply to a connection."""
        async with asyncio.timeout(WITHIN_S):
            return await self.heard.setdefault(connection, asyncio.Queue()).get()

    async def call(self, body: SessionCommand, connection: int, identity: Identity | None = None) -> AnyServerMessage:
        """Appends a command and returns the message that answers it."""
        return decode_message((await self.reply(body, connection, identity)).text)

    async def reply(self, body: SessionCommand, connection: int, identity: Identity | None = None) -> Reply:
        reply = await self.send(self.command(body, connection, identity))
        async with asyncio.timeout(WITHIN_S):
            return await reply

    async def create(self, connection: int = 1, settings: Settings = QUICK, quiz: Quiz = QUIZ, **more: Any) -> Identity:
        """Opens a session, listens to its channel, and returns whom its host is."""
        created = await self.call(CreateSession(quiz=quiz, settings=settings, **more), connection)
        assert isinstance(created, SessionCreated)
        await self.listen(created.code)
        return identity_in(created.host_token)

    async def join(self, code: str, connection: int, name: str = "") -> Identity:
        joined = await self.call(JoinSession(code=code, name=name or f"player {connection}"), connection)
        assert isinstance(joined, Joined), joined
        return identity_in(joined.player_token)

    async def listen(self, code: str) -> None:
        """Subscribes to a session's channel."""
        self.steps[code] = asyncio.Queue()
        self._confirmed = asyncio.Event()
        await self._pubsub.ssubscribe(self.keys(code).channel(code))
        await self._confirmed.wait()

    async def step(self, code: str) -> Step:
        """The next step of a session."""
        async with asyncio.timeout(WITHIN_S):
            return await self.steps[code].get()

    async def until(self, code: str, kind: type[AnyServerMessage]) -> AnyServerMessage:
        """The next message of a kind to many of a session."""
        while True:
            for item in (await self.step(code)).items:
                if isinstance(item, Shared) and isinstance(message := decode_message(item.text), kind):
                    return message

    async def history(self, code: str) -> list[Step]:
        entries: Any = await self.client.xrange(self.keys(code).history(code))
        return [decode_step(fields[ENTRY_FIELD]) for _, fields in entries]

    async def said_at(self, code: str, kind: type[AnyServerMessage]) -> int:
        """When the last message of a kind was said to many, by Redis's clock in ms."""
        entries: Any = await self.client.xrevrange(self.keys(code).history(code))
        for entry_id, fields in entries:
            shared = [item for item in decode_step(fields[ENTRY_FIELD]).items if isinstance(item, Shared)]
            if any(isinstance(decode_message(item.text), kind) for item in shared):
                return int(entry_id.partition(b"-")[0])
        raise AssertionError(f"no {kind.__name__} was said")

    async def disconnect(self, connection: int, identity: Identity) -> None:
        await self.append(
            Disconnected(ConnectionId(self.name, connection), identity), partition_of(identity.code, self.partitions)
        )

    async def _listen(self, subscribed: asyncio.Event) -> None:
        waiting = len(self._channels)
        async for message in self._pubsub.listen():
            channel = message["channel"].decode()
            if message["type"] == "ssubscribe":
                waiting -= 1
                if waiting == 0:
                    subscribed.set()
                elif waiting < 0:
                    self._confirmed.set()
            elif message["type"] != "smessage":
                continue
            elif channel in self._channels:
                self._take(decode_replies(message["data"]))
            else:
                self.steps[channel.rpartition(":")[2]].put_nowait(decode_step(message["data"]))

    def _take(self, replies: Replies) -> None:
        for reply in replies.replies:
            self.heard.setdefault(reply.connection, asyncio.Queue()).put_nowait(reply)
            waiting = self._replies.get(reply.request)
            if waiting and not waiting.done():
                waiting.set_result(reply)


@asynccontextmanager
async def calling(redis_url: str, partitions: int = 64, name: str = "gw") -> AsyncIterator[Caller]:
    caller = Caller(redis_url, partitions, name)
    await caller.start()
    try:
        yield caller
    finally:
        await caller.stop()


@asynccontextmanager
async def beating(caller: Caller) -> AsyncIterator[None]:
    """A gateway that shows that it lives, however long a test takes."""

    async def beat() -> None:
        while True:
            await caller.beat()
            await asyncio.sleep(GATEWAY_DEAD_AFTER_MS / 6000)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def coordinating(
    redis_url: str,
    partitions: int = 64,
    *,
    take_over: bool = False,
    timing: CoordinatorTiming = DEFAULT,
    **more: Any,
) -> AsyncIterator[Coordinator]:
    settings = settings_with(partitions=partitions, **more)
    coordinator = Coordinator(redis_url, TOKENS, settings, take_over=take_over, timing=timing)
    await coordinator.start()
    try:
        yield coordinator
    finally:
        await coordinator.stop()


async def eventually(condition: Callable[[], bool | Awaitable[bool]], within_s: float = WITHIN_S) -> None:
    """Returns as soon as something that cannot be awaited is so."""
    async with asyncio.timeout(within_s):
        while True:
            fulfilled = condition()
            if fulfilled if isinstance(fulfilled, bool) else await fulfilled:
                return
            await asyncio.sleep(0.002)


async def applied(gateway: Caller, partition: int) -> None:
    """Returns when all that is in a partition's stream now has been applied."""
    keys = PartitionKeys(partition)

    async def is_empty() -> bool:
        return await gateway.client.xlen(keys.stream) == 0

    await eventually(is_empty)
