"""A connection as fakeredis knows it, whose commands are called without what only fakeredis' own clients need.

Half of what fakeredis does for a command is there for access lists, transactions, keyspace notifications, locks between
threads and checks of its own replies, none of which a simulated world has. What a command does stays fakeredis' own;
what it does otherwise than Valkey is put right here, and `test_valkey.py` holds both next to each other.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

from fakeredis import FakeServer
from fakeredis import _msgs as msgs
from fakeredis._command_args_parsing import Int
from fakeredis._commands import SUPPORTED_COMMANDS, Key, Signature
from fakeredis._core import CommandItem, Database
from fakeredis._helpers import NoResponse, SimpleError
from fakeredis._socket._fakesocket import FakeSocket
from fakeredis._socket._resp import convert_to_resp2, extract_command
from fakeredis.model import is_write_command

from tests.simulation.lua import Lua
from tests.simulation.replica import Replica

VERSION: Final = (8,)
AS_IT_IS: Final = frozenset({bytes, int, type(None)})
"""Types of replies that are the same in either protocol."""
COMMANDS: Final = SUPPORTED_COMMANDS | {
    "wait": Signature("wait", "wait", (Int, Int)),  # type: ignore[arg-type]
    "info": Signature("info", "info", (), (bytes,)),  # type: ignore[arg-type]
    "cluster": Signature("cluster", "cluster", (bytes,)),
}
"""With those that fakeredis does not have."""


class Member(Protocol):
    """What a server is in a cluster."""

    def refusal(self, command: str, args: Sequence[bytes], data: Mapping[bytes, Any]) -> str: ...
    def slots(self) -> list[Any]: ...
    def pass_on(self, channel: bytes, message: bytes) -> None: ...


class Server(Protocol):
    """What is the same for all connections of a server."""

    lua: Lua
    refuses: str
    offset: int
    replica: Replica | None
    is_replica: bool
    is_deposed: bool
    member: Member | None

    def refusal(self, command: str, what: str) -> str: ...
    def has_changed(self, key: bytes) -> None: ...
    def about_to_change(self, keys: Sequence[bytes]) -> None: ...


class Client(Protocol):
    """The connection itself."""

    def send(self, message: Any) -> None: ...
    def block(self, timeout_s: float, look: Callable[[bool], Any], shape: Callable[[Any], Any]) -> None: ...
    def ran(self, script: bytes, keys: Sequence[bytes], args: Sequence[bytes], result: Any) -> None: ...


class Data(Database):
    """What a server has stored. No other thread waits for it, and no transaction watches it."""

    def get(self, key: bytes, default: Any = None) -> Any:
        """As a dictionary's; fakeredis raises and catches an error for each key that is missing."""
        item = self._dict.get(key)
        if item is not None and self.expired(item):
            del self._dict[key]
            item = None
        return default if item is None else item

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None  # type: ignore[arg-type]

    def wake_all(self) -> None:
        """Nobody waits."""

    def notify_watch(self, key: bytes) -> None:
        """Nobody looks."""


class Session(FakeSocket):
    """The state of a connection in fakeredis."""

    def __init__(self, server: Server, client: Client, store: FakeServer) -> None:
        self._client: Client | None = client
        self._valkey = server
        self.refuses = "READONLY" if server.is_replica else "NOREPLICAS" if server.is_deposed else ""
        """What its server refuses because of the part that it plays, in one word."""
        self._wrote_to = 0
        """The server's offset after its last change."""
        super().__init__(store, 0, client_class=object)
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

    def do(self, fields: list[bytes]) -> None:
        """Does a command, and answers it."""
        name, args = extract_command(fields)
        self._db.time = time.time()
        before = self._valkey.offset
        try:
            func, signature = self._name_to_func(name)
            member = self._valkey.member
            if member and (refusal := member.refusal(name, args, self._db)):
                raise SimpleError(refusal)  # noqa: TRY301
            result = self._run_command(func, signature, args, from_script=False)
        except SimpleError as refused:
            result = refused
        if self._valkey.offset != before:
            self._wrote_to = self._valkey.offset
        if not isinstance(result, NoResponse):
            self.put_response(result)

    def redirection(self, fields: list[bytes]) -> str:
        """With which error it answers a command that it does not serve any more; empty: it does."""
        member = self._valkey.member
        refusal = member.refusal(*extract_command(fields), self._db) if member else ""
        return refusal if refusal.startswith(("MOVED", "CLUSTERDOWN")) else ""

    def put_response(self, msg: Any) -> None:
        """Into the network, and not into a queue."""
        if self._client:
            self._client.send(msg)

    # -- where fakeredis differs ------------------------------------------------------------

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
            self._client.ran(sha1, keys, args, result)
        return result

    def hello(self, *args: bytes) -> Any:
        """Who it is, and that it takes no writes."""
        result = super().hello(*args)
        if self._valkey.refuses == "READONLY" or self._valkey.is_replica:
            result["role"] = "replica"
        return result

    def cluster(self, *_: bytes) -> Any:
        """Which server serves which slots."""
        assert self._valkey.member
        return self._valkey.member.slots()

    def spublish(self, channel: bytes, message: bytes) -> int:
        """In a cluster the replica's subscribers hear it, too."""
        if self._valkey.member:
            self._valkey.member.pass_on(channel, message)
        return int(super().spublish(channel, message))

    def wait(self, _replicas: int, timeout_ms: int) -> Any:
        """Waits until a replica has what this connection has written."""
        if self._is_on_a_replica:
            raise SimpleError("ERR WAIT cannot be used with replica instances.")
        wanted, replica = self._wrote_to, self._valkey.replica

        def look(_: bool) -> int | None:
            return 1 if replica and replica.is_connected and replica.offset >= wanted else None

        return self._blocking(timeout_ms / 1000, look, lambda found: found or 0)

    def info(self, *_: bytes) -> bytes:
        """Of replicas, and nothing else."""
        replica = self._valkey.replica
        followers = [replica] if replica and replica.is_connected else []
        lines = [f"slave0:ip=replica,port=6379,state=online,offset={each.offset},lag=0" for each in followers]
        role = "slave" if self._is_on_a_replica else "master"
        return "\r\n".join(["# Replication", f"role:{role}", f"connected_slaves:{len(lines)}", *lines, ""]).encode()

    @property
    def _is_on_a_replica(self) -> bool:
        return self._valkey.is_replica or self.refuses == "READONLY"

    def _name_to_func(self, cmd_name: str) -> Any:
        signature = COMMANDS.get(cmd_name)
        if signature is None:
            return super()._name_to_func(cmd_name)
        return getattr(self, signature.func_name), signature

    def _run_command(self, func: Any, sig: Any, args: list[Any], from_script: bool) -> Any:
        valkey, database = self._valkey, self._db
        refuses = self.refuses or valkey.refuses
        if refuses and (refusal := valkey.refusal(sig.name, refuses)):
            return SimpleError(refusal)
        items: list[CommandItem] = []
        try:
            call = _call(sig, len(args))
            if call.writes:
                valkey.about_to_change(args if sig.name in ("del", "unlink") else args[:1])
            values = list(args)
            for at, decode in call.converted:
                values[at] = decode(values[at])
            for at, missing in call.needed:
                if args[at] not in database:
                    return missing
            for at, type_, make in call.keys:
                item = database.get(args[at])
                if type_ is not None and item is not None and type(item.value) is not type_:
                    raise SimpleError(msgs.WRONGTYPE_MSG)  # noqa: TRY301
                values[at] = CommandItem(args[at], database, item, default=make() if make and item is None else None)
                items.append(values[at])
            result = func(*values)
        except SimpleError as refused:
            result = refused
        for changed in items:
            if changed._modified or changed._expireat_modified:
                changed.writeback(remove_empty_val=call.forgets_empty)
                valkey.has_changed(changed.key)
        if from_script and type(result) not in AS_IT_IS:
            return convert_to_resp2(result)
        return result

    def _blocking(self, timeout: float | None, func: Any, shape: Any = None) -> Any:
        found = func(True)
        if found is not None:
            return shape(found)
        assert self._client
        assert timeout, "nobody here waits without end"
        self._client.block(timeout, func, shape)
        return NoResponse()


class _Call(NamedTuple):
    """What becomes of so many arguments of a command."""

    writes: bool
    converted: Sequence[tuple[int, Callable[[bytes], Any]]]
    needed: Sequence[tuple[int, Any]]
    """Keys, and what is replied without them."""
    keys: Sequence[tuple[int, type | None, Callable[[], Any] | None]]
    """Of which type they have to be, and what is there if nothing is."""
    forgets_empty: bool


@cache
def _call(sig: Signature, count: int) -> _Call:
    """As `Signature.apply` sees a command each time.

    Raises:
        SimpleError: it takes another number.
    """
    sig.check_arity(range(count), VERSION)
    types: list[Any] = [*sig.fixed, *(sig.repeat[at % len(sig.repeat)] for at in range(count - len(sig.fixed)))]
    plain = [(at, each) for at, each in enumerate(types) if each is not bytes and not isinstance(each, Key)]
    keys = [(at, each) for at, each in enumerate(types) if isinstance(each, Key)]
    creates = msgs.FLAG_DO_NOT_CREATE not in sig.flags
    return _Call(
        writes=is_write_command(sig.name.encode()),
        converted=[(at, type_.decode) for at, type_ in plain],
        needed=[(at, key.missing_return) for at, key in keys if key.missing_return is not Key.UNSPECIFIED],
        keys=[(at, key.type_, key.type_ if creates and key.type_ is not bytes else None) for at, key in keys],
        forgets_empty=msgs.FLAG_LEAVE_EMPTY_VAL not in sig.flags,
    )
