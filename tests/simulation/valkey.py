"""A Valkey in the simulated network: data, commands and scripts by fakeredis, everything around them by the world.

It speaks RESP3 over simulated connections, blocks readers by virtual time, and can lose its process, its tail or all
of its data, refuse writes, load, and forget its scripts. `test_valkey.py` holds it next to a real one.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import hiredis
from fakeredis import FakeServer
from fakeredis._helpers import SimpleError, SimpleString
from fakeredis.model import is_write_command

from tests.simulation.loop import Host
from tests.simulation.lua import Lua
from tests.simulation.replica import Replica, copied
from tests.simulation.session import Data, Member, Session

PORT: Final = 6379
PUSHES: Final = frozenset({b"smessage", b"ssubscribe", b"sunsubscribe"})
MAY_WAKE: Final = frozenset({b"xadd", b"client"})
"""After one of these a reader may have something to read. No script adds to a stream that anybody waits for."""
NEEDS_MEMORY: Final = frozenset({"set", "hset", "hsetnx", "xadd", "zadd", "sadd", "rpush"})
"""What is refused without memory, as far as QuickPoll uses it."""
IS_ALWAYS_ANSWERED: Final = frozenset({"hello", "ping", "cluster"})

Watcher = Callable[[Host, bytes, Sequence[bytes], Sequence[bytes], Any], None]
"""Told each script that has run: by which host, its hash, its keys and arguments, and what it returned."""


class Valkey:
    """One server. It runs on a host of its own."""

    def __init__(self, watch: Watcher, seed: object = 0, *, has_replica: bool = False) -> None:
        self.watch = watch
        self.clients: dict[int, Client] = {}
        self.refuses = ""
        """`READONLY` or `OOM` while it takes no writes, `LOADING` while it answers nothing."""
        self.lua = Lua()
        self.offset = 0
        """How often it has changed something that it writes to its disk and to replicas."""
        self.replica = Replica(self, seed) if has_replica else None
        self.is_replica = False
        """Whether it follows another one, which has a host, too."""
        self.is_deposed = False
        """Whether it was replaced and does not know it: without replicas it takes no writes."""
        self.member: Member | None = None
        """What it is in a cluster, if it is in one."""
        self._server = FakeServer(server_type="valkey")
        self._server.dbs[0] = Data(None)
        self._listener: Any = None
        self._written: dict[bytes, Any] = {}
        """Of keys that a script has changed for this process alone: what the disk has of them."""

    async def start(self, host: Host) -> None:
        """Listens on a host, with the data that are there."""
        self.flush_scripts()
        if self.replica:
            self.replica.connect(host)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Client(self, self._server, host), [host.name], PORT)

    def stopped(self) -> None:
        """Its process is gone, and what only the process knew."""
        self.go_back_to(self.copy())
        if self.replica:
            self.replica.disconnect()
        for client in list(self.clients.values()):
            client.connection_lost(None)

    def get(self, key: str) -> Any:
        """What is stored behind a key, past all protocol; None if nothing is."""
        item = self._server.dbs[0].get(key.encode())
        return item.value if item else None

    def copy(self, keys: Iterable[bytes] | None = None) -> dict[bytes, Any]:
        """Its data as the disk and replicas get them, all or those of some keys, for `go_back_to`."""
        data = self._server.dbs[0]._dict
        keys = data | self._written if keys is None else keys
        items = {key: self._written.get(key, data.get(key)) for key in keys}
        return {key: copied(item) for key, item in items.items() if item is not None}

    def about_to_change(self, keys: Sequence[bytes]) -> None:
        """A command may change these keys."""
        if not self.lua.is_written:
            for key in keys:
                if key not in self._written:
                    self._written[key] = copied(self._server.dbs[0]._dict.get(key))

    def has_changed(self, key: bytes) -> None:
        """A command has changed this key. Valkey writes commands, and so has less of a key than all of it."""
        if self.lua.is_written:
            self._written.pop(key, None)
            self.offset += 1
            if self.replica:
                self.replica.note(key)

    def fail_over(self) -> None:
        """Its replica takes its place. Who is connected stays so, to a server that is a replica now."""
        assert self.replica
        self.go_back_to(self.replica.take())
        self.flush_scripts()
        for client in list(self.clients.values()):
            client.demote()

    def become_replica(self) -> None:
        """It follows another one from now on. Who is connected stays so; in a cluster a reader is told where to go."""
        self.is_replica, self.is_deposed = True, False
        for client in list(self.clients.values()) if not self.member else ():
            client.demote()

    def become_master(self, copy: Any) -> None:
        """It takes the place of the one that it followed, with what it has of it."""
        self.is_replica = False
        self.go_back_to(copy)
        self.flush_scripts()
        for client in self.clients.values():
            client.promote()

    def every_key(self) -> Iterable[bytes]:
        """All that are there."""
        return list(self._server.dbs[0])

    def hand_over(self, keys: Iterable[bytes], taker: "Valkey") -> None:
        """Gives keys to another one, as MIGRATE does."""
        database, other = self._server.dbs[0], taker._server.dbs[0]
        for key in keys:
            other[key] = database.pop(key)
            for valkey in (self, taker):
                valkey.has_changed(key)

    def subscribers(self, channel: str) -> set[str]:
        """The hosts that hear a channel."""
        heard_by: Any = self._server.ssubscribers.get(channel.encode(), set())
        return {client.peer.name for client in self.clients.values() if client.session in heard_by}

    def publish(self, channel: bytes, message: bytes) -> None:
        """What was published on another server of its shard."""
        for session in self._server.ssubscribers.get(channel, ()):
            session.put_response([b"smessage", channel, message])

    def unsubscribe(self, is_gone: Callable[[bytes], bool]) -> None:
        """Ends the subscriptions of channels that are not served here any more."""
        for channel in [channel for channel in self._server.ssubscribers if is_gone(channel)]:
            for session in sorted(self._server.ssubscribers[channel], key=lambda session: session.number):
                session.sunsubscribe(channel)

    def refuse_blocked(self) -> None:
        """Tells readers that wait for what is not served here any more."""
        for client in list(self.clients.values()):
            client.refuse_blocked()

    def go_back_to(self, copy: Any) -> None:
        """Has older data; to be called while it is stopped."""
        database = self._server.dbs[0]
        database._dict = copy
        self._written.clear()
        for key, item in copy.items():
            database.schedule_expiry(key, item.expireat)

    def flush_scripts(self) -> None:
        """Has to be told all scripts again."""
        self._server.script_cache.clear()

    def wake(self, about: bytes) -> None:
        """Something has happened that a blocked client may wait for."""
        for client in list(self.clients.values()):
            if client.blocked and client.is_about(about):
                client.look_again()

    def refusal(self, command: str, what: str) -> str:
        """With which error it answers a command while it refuses something; empty: it does it."""
        if what == "LOADING":
            return "" if command in IS_ALWAYS_ANSWERED else "LOADING Valkey is loading the dataset in memory"
        if what == "READONLY" and is_write_command(command.encode()):
            return "READONLY You can't write against a read only replica."
        if what == "NOREPLICAS" and is_write_command(command.encode()):
            return "NOREPLICAS Not enough good replicas to write."
        if what == "OOM" and command in NEEDS_MEMORY:
            return "OOM command not allowed when used memory > 'maxmemory'."
        return ""


class _Blocked:
    """A read that waits."""

    def __init__(self, look: Callable[[bool], Any], shape: Callable[[Any], Any], alarm: asyncio.TimerHandle) -> None:
        self.look = look
        self.shape = shape
        self.alarm = alarm


class Client(asyncio.Protocol):
    """One connection, as the server sees it."""

    def __init__(self, valkey: Valkey, server: FakeServer, host: Host) -> None:
        self.blocked: _Blocked | None = None
        self.host = host
        """Of the server."""
        self.peer: Host
        """Of the client."""
        self._valkey = valkey
        self.session = Session(valkey, self, server)
        """What fakeredis knows of it."""
        self._reader = hiredis.Reader()
        self._waiting: deque[list[bytes]] = deque()
        self._fields: list[bytes] = []
        """Of the command that it does, or did last."""
        self._transport: Any = None
        self._reply: list[bytes] = []

    @property
    def is_subscriber(self) -> bool:
        """Whether it has subscribed to something."""
        return bool(self.session._pubsub)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = transport
        self.peer = self._transport.other.host
        self._valkey.clients[self.session.number] = self

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._reader.feed(data)
        while (fields := self._reader.gets()) is not False:
            self._waiting.append(fields)
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        del exc
        self._waiting.clear()
        self._release()
        self.session.leave()
        self._valkey.clients.pop(self.session.number, None)

    def demote(self) -> None:
        """Its server is a replica from now on."""
        self.session.refuses = "READONLY"
        if self.blocked:
            self._release()
            self.send(SimpleError("UNBLOCKED force unblock from blocking operation, instance state changed"))
            self._go_on()

    def promote(self) -> None:
        """Its server is a master again."""
        self.session.refuses = ""

    def refuse_blocked(self) -> None:
        """If it waits for what its server does not serve any more, it hears of that."""
        if self.blocked and (refusal := self.session.redirection(self._fields)):
            self._release()
            self.send(SimpleError(refusal))
            self._go_on()

    def end(self) -> None:
        """As CLIENT KILL does."""
        self._transport.abort()

    def send(self, message: Any) -> None:
        """A reply or a push: what one piece of work says goes out together."""
        if not self._reply:
            self.host.soon(self._flush)
        is_push = type(message) is list and bool(message) and type(message[0]) is bytes and message[0] in PUSHES
        encode(message, self._reply, is_push=is_push)

    def ran(self, script: bytes, keys: Sequence[bytes], args: Sequence[bytes], result: Any) -> None:
        """A script has run for it."""
        self._valkey.watch(self.peer, script, keys, args, result)

    def block(self, timeout_s: float, look: Callable[[bool], Any], shape: Callable[[Any], Any]) -> None:
        """Reads nothing more from the client before `look` finds something, or the time is over."""
        alarm = asyncio.get_running_loop().call_later(timeout_s, self._found, None, context=self.host.context)
        self.blocked = _Blocked(look, shape, alarm)
        self.session._blocked = True

    def is_about(self, word: bytes) -> bool:
        """Whether it reads a stream, or waits for replicas, or is not to wait any longer."""
        return word in self._fields or self.session._unblock_reason is not None

    def look_again(self) -> None:
        """Whether there is something to read now."""
        assert self.blocked
        found = self.blocked.look(False)
        if found is not None or self.session._unblock_reason:
            self._found(found)

    def _found(self, found: Any) -> None:
        blocked = self._release()
        self.send(blocked.shape(found))
        self._go_on()

    def _release(self) -> Any:
        blocked, self.blocked = self.blocked, None
        if blocked:
            blocked.alarm.cancel()
            self.session._blocked, self.session._unblock_reason = False, None
        return blocked

    def _go_on(self) -> None:
        while self._waiting and not self.blocked:
            self._fields = self._waiting.popleft()
            self.session.do(self._fields)
            if self._fields[0].lower() in MAY_WAKE:
                self._valkey.wake(self._fields[1])

    def _flush(self) -> None:
        data, self._reply = b"".join(self._reply), []
        self._transport.write(data)


def encode(value: Any, out: list[bytes], *, is_push: bool = False) -> None:
    """As RESP3."""
    match value:
        case bytes():
            out.append(b"$%d\r\n%b\r\n" % (len(value), value))
        case int():
            out.append(b":%d\r\n" % value)
        case None:
            out.append(b"_\r\n")
        case list() | tuple():
            out.append(b"%b%d\r\n" % (b">" if is_push else b"*", len(value)))
            for item in value:
                encode(item, out)
        case SimpleString():
            out.append(b"+%b\r\n" % value.value)
        case SimpleError():
            out.append(b"-%b\r\n" % value.value.encode())
        case str():
            encode(value.encode(), out)
        case float():
            out.append(b",%b\r\n" % repr(value).encode())
        case dict():
            out.append(b"%%%d\r\n" % len(value))
            for pair in value.items():
                for item in pair:
                    encode(item, out)
        case _:
            raise TypeError(f"no reply of Valkey: {value!r}")
