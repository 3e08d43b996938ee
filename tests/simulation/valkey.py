"""A Valkey in the simulated network: data, commands and scripts by fakeredis, everything around them by the world.

It speaks RESP3 over simulated connections, blocks readers by virtual time, and can lose its process, its tail or all
of its data, refuse writes, load, and forget its scripts. What fakeredis does otherwise than Valkey is put right here,
and `test_valkey.py` holds both next to each other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Final

import hiredis
from fakeredis import FakeServer
from fakeredis._helpers import NoResponse, SimpleError
from fakeredis._socket._fakesocket import FakeSocket
from fakeredis.model import is_write_command

from tests.simulation.loop import Host
from tests.simulation.lua import Lua

PORT: Final = 6379
PUSHES: Final = frozenset({b"smessage", b"ssubscribe", b"sunsubscribe"})
SUBSCRIBES: Final = frozenset({"ssubscribe", "sunsubscribe"})
MAY_WAKE: Final = frozenset({"xadd", "evalsha", "client"})
"""After one of these a reader may have something to read."""
NEEDS_MEMORY: Final = frozenset({"set", "hset", "hsetnx", "xadd", "zadd", "sadd", "rpush"})
"""What is refused without memory, as far as QuickPoll uses it."""
IS_ALWAYS_ANSWERED: Final = frozenset({"hello", "ping"})

Watcher = Callable[[Host, bytes, Sequence[bytes], Sequence[bytes], Any], None]
"""Told each script that has run: by which host, its hash, its keys and arguments, and what it returned."""


class Valkey:
    """One server. It runs on a host of its own."""

    def __init__(self, watch: Watcher) -> None:
        self.watch = watch
        self.clients: dict[int, Client] = {}
        self.refuses = ""
        """`READONLY` or `OOM` while it takes no writes, `LOADING` while it answers nothing."""
        self.lua = Lua()
        self._server = FakeServer(server_type="valkey")
        self._listener: Any = None
        self._written: dict[bytes, Any] = {}
        """Of keys that a script has changed for this process alone: what the disk has of them."""

    async def start(self, host: Host) -> None:
        """Listens on a host, with the data that are there."""
        self._server.script_cache.clear()
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Client(self, self._server, host), [host.name], PORT)

    def stopped(self) -> None:
        """Its process is gone, and what only the process knew."""
        self.go_back_to(self.copy())
        for client in list(self.clients.values()):
            client.connection_lost(None)

    def get(self, key: str) -> Any:
        """What is stored behind a key, past all protocol; None if nothing is."""
        item = self._server.dbs[0].get(key.encode())
        return item.value if item else None

    def copy(self) -> Any:
        """Its data as the disk has them now, for `go_back_to`."""
        data = deepcopy(self._server.dbs[0]._dict)
        for key, item in deepcopy(self._written).items():
            if item is None:
                data.pop(key, None)
            else:
                data[key] = item
        return data

    def note_change(self, keys: Sequence[bytes], *, is_written: bool) -> None:
        """A command is about to change these keys. Valkey writes commands, and so has less of a key than all of it."""
        for key in keys:
            if is_written:
                self._written.pop(key, None)
            elif key not in self._written:
                self._written[key] = deepcopy(self._server.dbs[0]._dict.get(key))

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

    def wake(self) -> None:
        """A blocked reader may have something to read."""
        for client in list(self.clients.values()):
            if client.blocked:
                client.look_again()

    def refusal(self, command: str) -> str:
        """With which error it answers a command; empty: it does it."""
        if self.refuses == "LOADING":
            return "" if command in IS_ALWAYS_ANSWERED else "LOADING Valkey is loading the dataset in memory"
        if self.refuses == "READONLY" and is_write_command(command.encode()):
            return "READONLY You can't write against a read only replica."
        if self.refuses == "OOM" and command in NEEDS_MEMORY:
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
        self._session = _Session(valkey, self, server)
        self._reader = hiredis.Reader()
        self._waiting: deque[list[bytes]] = deque()
        self._transport: Any = None
        self._reply: list[bytes] = []

    @property
    def is_subscriber(self) -> bool:
        """Whether it has subscribed to something."""
        return bool(self._session._pubsub)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = transport
        self.peer = self._transport.other.host
        self._valkey.clients[self._session.number] = self

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
        self._session.leave()
        self._valkey.clients.pop(self._session.number, None)

    def end(self) -> None:
        """As CLIENT KILL does."""
        self._transport.abort()

    def send(self, message: Any) -> None:
        """A reply or a push: what one piece of work says goes out together."""
        if not self._reply:
            self.host.soon(self._flush)
        is_push = type(message) is list and bool(message) and type(message[0]) is bytes and message[0] in PUSHES
        _encode(message, self._reply, is_push=is_push)

    def block(self, timeout_s: float, look: Callable[[bool], Any], shape: Callable[[Any], Any]) -> None:
        """Reads nothing more from the client before `look` finds something, or the time is over."""
        alarm = asyncio.get_running_loop().call_later(timeout_s, self._found, None, context=self.host.context)
        self.blocked = _Blocked(look, shape, alarm)
        self._session._blocked = True

    def look_again(self) -> None:
        """Whether there is something to read now."""
        assert self.blocked
        found = self.blocked.look(False)
        if found is not None or self._session._unblock_reason:
            self._found(found)

    def _found(self, found: Any) -> None:
        blocked = self._release()
        self._session.answer(blocked.shape(found))
        self._go_on()

    def _release(self) -> Any:
        blocked, self.blocked = self.blocked, None
        if blocked:
            blocked.alarm.cancel()
            self._session._blocked, self._session._unblock_reason = False, None
        return blocked

    def _go_on(self) -> None:
        while self._waiting and not self.blocked:
            fields = self._waiting.popleft()
            self._session._process_command(fields)
            if fields[0].lower().decode() in MAY_WAKE:
                self._valkey.wake()

    def _flush(self) -> None:
        data, self._reply = b"".join(self._reply), []
        self._transport.write(data)


class _Session(FakeSocket):
    """The state of a connection in fakeredis."""

    def __init__(self, valkey: Valkey, client: Client, server: FakeServer) -> None:
        self._client: Client | None = client
        self._valkey = valkey
        self._fields: list[bytes] = []
        super().__init__(server, 0, client_class=object)
        self.number: int = self._client_info["id"]

    def __hash__(self) -> int:
        """Subscribers are kept in sets: in the same order each time."""
        return self.number

    def __eq__(self, other: object) -> bool:
        return self is other

    def leave(self) -> None:
        """The connection is gone."""
        if self._client:
            self._client = None
            self._server.sockets.remove(self)
            for subscribers in self._server.ssubscribers.values():
                subscribers.discard(self)

    def answer(self, result: Any) -> None:
        """A reply that has come late."""
        self.put_response(self._decode_result(result))

    # -- where fakeredis differs ------------------------------------------------------------

    def put_response(self, msg: Any) -> None:
        """Into the network, and not into a queue."""
        if self._client:
            self._client.send(msg)

    def evalsha(self, sha1: bytes, numkeys: int, *keys_and_args: bytes) -> Any:
        """Runs a script that was loaded, in an interpreter that keeps it compiled."""
        source = self._server.script_cache.get(sha1)
        if source is None:
            raise SimpleError("NOSCRIPT No matching script.")
        keys, args = keys_and_args[:numkeys], keys_and_args[numkeys:]
        self._script_resp = 2  # in a script, whatever its client speaks
        try:
            result = self._valkey.lua.run(self, source, keys, args)
        finally:
            self._script_resp = None
        if self._client:
            self._valkey.watch(self._client.peer, sha1, keys, args, result)
        return result

    def _run_command(self, func: Any, sig: Any, args: list[Any], from_script: bool) -> Any:
        if refusal := self._valkey.refusal(sig.name):
            return SimpleError(refusal)
        if is_write_command(sig.name.encode()):
            keys = args if sig.name in ("del", "unlink") else args[:1]
            self._valkey.note_change(keys, is_written=self._valkey.lua.is_written)
        subscribed = self._pubsub
        if sig.name not in SUBSCRIBES:  # with RESP3 who has subscribed may do everything else, too
            self._pubsub = 0
        result = super()._run_command(func, sig, args, from_script)
        if sig.name not in SUBSCRIBES:
            self._pubsub = subscribed
        if sig.name == "hello" and self._valkey.refuses == "READONLY":
            result["role"] = "replica"
        return result

    def _blocking(self, timeout: float | None, func: Any, shape: Any = None) -> Any:
        found = func(True)
        if found is not None:
            return shape(found)
        assert self._client
        assert timeout, "nobody here waits without end"
        self._client.block(timeout, func, shape)
        return NoResponse()

    def _decode_error(self, error: SimpleError) -> Any:
        return error


def _encode(value: Any, out: list[bytes], *, is_push: bool = False) -> None:
    """As RESP3."""
    match value:
        case bytes():
            out.append(b"$%d\r\n%b\r\n" % (len(value), value))
        case str():
            _encode(value.encode(), out)
        case int():
            out.append(b":%d\r\n" % value)
        case None:
            out.append(b"_\r\n")
        case float():
            out.append(b",%b\r\n" % repr(value).encode())
        case SimpleError():
            out.append(b"-%b\r\n" % value.value.encode())
        case list() | tuple():
            out.append(b"%b%d\r\n" % (b">" if is_push else b"*", len(value)))
            for item in value:
                _encode(item, out)
        case dict():
            out.append(b"%%%d\r\n" % len(value))
            for pair in value.items():
                for item in pair:
                    _encode(item, out)
        case _:
            raise TypeError(f"no reply of Valkey: {value!r}")
