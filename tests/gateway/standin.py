"""What stands around a gateway in these tests: a coordinator of few words, and clients on real sockets.

The coordinator reads the partitions' streams, and answers and publishes as a commit would; it knows no
rules. A test that wants a command unanswered sets `answers` to False and replies by itself.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gateway.app import Gateway
from gateway.connection import Connection
from gateway.pages import Pages
from gateway.timing import Timing
from gateway.whereabouts import Look, Whereabouts
from quickpoll.envelope import (
    Audience,
    Binding,
    CloseAll,
    Command,
    Disconnected,
    Entry,
    Identity,
    Item,
    Line,
    Personal,
    Replies,
    Reply,
    Shared,
    Step,
    decode_entry,
    encode,
    encode_personal,
)
from quickpoll.keys import ENTRY_FIELD, PartitionKeys, partition_of
from quickpoll.protocol import CreateSession, JoinSession, LeaveSession, ResumeSession, Role
from quickpoll.tokens import Tokens
from tests.redis_client import Client, RedisError
from tests.settings import settings_with

PARTITIONS = 4
TOKENS = Tokens("a secret of these tests")
CODE = "123456"
QUIZ: dict[str, Any] = {
    "title": "T",
    "questions": [{"kind": "single", "text": "Q", "options": [{"text": "a", "correct": True}, {"text": "b"}]}],
}
WITHIN_S = 10.0
QUICK = Timing(sweep_every_s=0.02, closing_s=0.3, expire_every_s=0.02, last_close_s=0.3, beat_every_s=0.05)
"""What nobody should wait for in a test is short."""


def with_timing(**changed: Any) -> pytest.MarkDecorator:
    """The `home` of this test has other times."""
    return pytest.mark.parametrize("timing", [replace(QUICK, **changed)], ids=[",".join(changed)])


def token_of(identity: Identity) -> str:
    """A token as a client has it."""
    return TOKENS.sign(identity, time.time_ns() // 1_000_000)


async def until(condition: Callable[[], bool]) -> None:
    """Returns when something is so that tells nobody when it becomes so."""
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110  (the point of it)
            await asyncio.sleep(0.005)


def keys_of(code: str = CODE) -> PartitionKeys:
    return PartitionKeys(partition_of(code, PARTITIONS))


def text(kind: str, **fields: Any) -> bytes:
    return json.dumps({"type": kind, **fields}).encode()


def to_all(seq: int, kind: str = "news", **fields: Any) -> Shared:
    return Shared(Audience.ALL, seq, text(kind, seq=seq, **fields))


def to_players(kind: str = "lobby", **fields: Any) -> Shared:
    return Shared(Audience.PLAYERS, 0, text(kind, **fields), droppable=True)


def to_host(kind: str = "players_joined", **fields: Any) -> Shared:
    return Shared(Audience.HOST, 0, text(kind, **fields))


def to_each(*texts: tuple[Command, bytes]) -> Personal:
    """Personal messages to the connections that sent these commands."""
    by_gateway: dict[str, list[tuple[int, bytes]]] = {}
    for command, message in texts:
        by_gateway.setdefault(command.connection.gateway, []).append((command.connection.number, message))
    return Personal({gateway: encode_personal(tuple(parts)) for gateway, parts in by_gateway.items()})


class Coordinator:
    """Owns all partitions from the moment it enters until it is left."""

    def __init__(self, redis: Client) -> None:
        self.redis = redis
        self.answers = True
        self.entries: asyncio.Queue[Entry] = asyncio.Queue()
        self.joined: dict[str, Command] = {}
        """The joins by name."""
        self.last_step: dict[str, int] = {}
        self.fence = 1
        self.line: Line | None = None
        self.seq = 0

    async def run(self) -> None:
        offsets: Any = {PartitionKeys(number).stream: b"0" for number in range(PARTITIONS)}
        while True:
            try:
                found: Any = await self.redis.xread(offsets, block=1000)
            except (RedisError, OSError):  # it is away for a while
                continue
            for stream, (entries,) in found.items() if isinstance(found, dict) else ((s, (e,)) for s, e in found):
                for entry_id, fields in entries:
                    offsets[stream.decode()] = entry_id
                    for data in fields.values():
                        entry = decode_entry(data)
                        self.entries.put_nowait(entry)
                        if self.answers and isinstance(entry, Command):
                            await self.answer(entry)

    async def own_all(self) -> None:
        for number in range(PARTITIONS):
            await self.redis.set(PartitionKeys(number).lease, "standin:1")

    async def entry(self) -> Entry:
        """The next entry that a gateway appends."""
        async with asyncio.timeout(WITHIN_S):
            return await self.entries.get()

    async def command(self) -> Command:
        """The next command; there must be no other entry before it."""
        entry = await self.entry()
        assert isinstance(entry, Command)
        return entry

    async def disconnected(self) -> Disconnected:
        """The next `Disconnected`, after any commands."""
        while True:
            entry = await self.entry()
            if isinstance(entry, Disconnected):
                return entry

    async def answer(self, command: Command) -> None:
        """The usual reply."""
        body = command.body
        fields = {"reply_to": body.id} if body.id else {}
        match body:
            case CreateSession():
                identity = Identity(CODE, "n", Role.HOST)
                await self.redis.hset(keys_of().session(CODE), "step", "0")
                await self.bind(command, identity, text("session_created", base_url=command.base_url, **fields))
            case JoinSession():
                await self.redis.hset(keys_of(body.code).session(body.code), "step", "0")
                self.joined[body.name] = command
                await self.bind(command, Identity(body.code, "n", Role.PLAYER, body.name), text("joined", **fields))
            case ResumeSession():
                assert command.identity
                await self.bind(command, command.identity, text("resumed", **fields))
            case LeaveSession():
                await self.reply(command, text("ok", **fields), unbind=True)
            case _:
                await self.reply(command, text("ok", **fields))

    async def bind(self, command: Command, identity: Identity, message: bytes) -> None:
        await self.reply(command, message, binding=Binding(identity, self.seq, self.last_step.get(identity.code, 0)))

    async def reply(self, command: Command, message: bytes, **more: Any) -> None:
        """One `Replies` with one reply, by the partition of the command."""
        code = command.identity.code if command.identity else getattr(command.body, "code", CODE)
        replies = Replies((Reply(command.connection.number, command.request, message, **more),), self.line)
        await self.redis.spublish(keys_of(code).replies(command.connection.gateway), encode(replies))

    async def step(self, *items: Item, code: str = CODE, publish: bool = True, history: bool = True) -> Step:
        """The session's next Step. Without `publish` it is as if the gateway's subscription was cut then."""
        number = self.last_step[code] = self.last_step.get(code, 0) + 1
        step = Step(self.fence, number, items, self.line.since if self.line else "")
        self.seq = max([self.seq, *(item.seq for item in items if isinstance(item, Shared))])
        keys = keys_of(code)
        commit = self.redis.pipeline(transaction=True)
        commit.hset(keys.session(code), "step", str(number))
        if history:
            commit.xadd(keys.history(code), {ENTRY_FIELD: encode(step)})
        if publish:
            commit.spublish(keys.channel(code), encode(step))
        await commit.execute()
        return step

    async def publish(self, step: Step, code: str = CODE) -> None:
        await self.redis.spublish(keys_of(code).channel(code), encode(step))

    async def close_all(self) -> None:
        await self.step(to_all(self.seq + 1, "session_closed"), CloseAll(4500, "over"))


class Person:
    """A client on a real socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(WITHIN_S):
            message = json.loads(await self.socket.recv())
        assert isinstance(message, dict)
        return message

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Says something and returns what comes next."""
        await self.say(kind, **fields)
        return await self.hear()

    async def closed(self) -> tuple[int | None, str | None]:
        """How the connection ends; what still comes before is not looked at."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    await self.socket.recv()
                except ConnectionClosed:
                    return self.socket.close_code, self.socket.close_reason


class House:
    """A gateway with a coordinator and clients."""

    def __init__(self, gateway: Gateway, coordinator: Coordinator, redis_url: str) -> None:
        self.gateway = gateway
        self.coordinator = coordinator
        self.redis = coordinator.redis
        self.redis_url = redis_url
        self._sockets: list[ClientConnection] = []

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.gateway.port}/ws"

    async def client(self, url: str = "", **options: Any) -> Person:
        """A client at the gateway, or at what stands in front of it."""
        socket = await connect(url or self.url, compression=None, **options)
        self._sockets.append(socket)
        return Person(socket)

    async def player(self, name: str = "Ann", code: str = CODE, **options: Any) -> Person:
        """A client that has joined."""
        client = await self.client(**options)
        assert (await client.ask("join_session", code=code, name=name))["type"] == "joined"
        return client

    async def host(self) -> Person:
        """A client that has created the session."""
        client = await self.client()
        assert (await client.ask("create_session", quiz=QUIZ))["type"] == "session_created"
        return client

    async def subscriptions(self, code: str = CODE) -> int:
        """How many subscriptions the session's channel has in Redis."""
        answer: Any = await self.redis.execute_command("PUBSUB", "SHARDNUMSUB", keys_of(code).channel(code))  # type: ignore[no-untyped-call]
        return int(answer[1]) if isinstance(answer, list) else int(next(iter(answer.values())))

    async def cut_subscriptions(self) -> None:
        """Ends the gateway's pub/sub connection, as an overflow of its buffer would."""
        await self.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]

    @property
    def connections(self) -> list[Connection]:
        """Those that the gateway has now."""
        return list(self.gateway.server.connections)

    @property
    def delivered(self) -> int:
        """The last Step that the gateway has accepted for the session."""
        position = self.gateway.hub.position(CODE)
        return position.step if position else 0

    async def gone(self) -> None:
        """Returns when the gateway has no connection any more."""
        await until(lambda: not self.gateway.server.connections)

    async def leave(self) -> None:
        for socket in self._sockets:
            socket.transport.abort()


@asynccontextmanager
async def house(
    redis: Client,
    redis_url: str,
    *,
    look: Look = Whereabouts,
    pages: Pages | None = None,
    timing: Timing = QUICK,
    **options: Any,
) -> AsyncIterator[House]:
    """A gateway that serves, and is stopped."""
    coordinator = Coordinator(redis)
    await coordinator.own_all()
    running = asyncio.create_task(coordinator.run())
    settings = settings_with(**({"partitions": PARTITIONS} | options))
    gateway = Gateway(redis_url, TOKENS, settings, look=look, pages=pages, timing=timing)
    await gateway.start()
    inhabited = House(gateway, coordinator, redis_url)
    try:
        yield inhabited
    finally:
        await inhabited.leave()
        await gateway.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
