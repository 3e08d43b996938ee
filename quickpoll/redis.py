"""The only file that imports the `redis` library: clients for what is asked seldom, with the time limits that it needs.

What is said often goes through `quickpoll.link`.

Guarantees: no command is ever sent twice by the library (its retries are off: a lost reply would
double a write), and no call waits longer than its limit. What fails raises `RedisError`; the caller
decides, since only it knows whether the write may have happened.
"""

import asyncio
from collections.abc import Sequence
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final

import hiredis
import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from quickpoll.link import Address, Refusal

Client = redis.asyncio.Redis
RedisError = redis.exceptions.RedisError
ResponseError = redis.exceptions.ResponseError
NoScriptError = redis.exceptions.NoScriptError

COMMAND_TIMEOUT_S: Final = 2.0
CONNECT_TIMEOUT_S: Final = 2.0
FAKE_URL: Final = "fake://"
"""An in-process stand-in that keeps nothing; for machines without a Valkey wheel, and quick tests."""

# Raised where Redis is away or cannot take a write now (READONLY, OOM, LOADING, ... are ResponseErrors
# or subclasses of ConnectionError, on a link Refusals; asyncio's own errors come from a cancelled or refused connect).
UNAVAILABLE: Final = (RedisError, Refusal, OSError, asyncio.TimeoutError)

_fake_servers: dict[str, Any] = {}


def connect(url: str, *, timeout_s: float = COMMAND_TIMEOUT_S, max_connections: int = 8) -> Client:
    """A client for commands: each answers or fails within `timeout_s`, and is sent once."""
    if url.startswith(FAKE_URL):
        client = _connect_fake(url)
    else:
        client = redis.asyncio.Redis.from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            max_connections=max_connections,
            protocol=3,
        )
    pool = client.connection_pool
    pool.connection_class = _ours(pool.connection_class)
    return client


def address_of(url: str) -> Address:
    """What a Redis URL says, for a link; its options for TLS are those of the library."""
    options: dict[str, Any] = dict(redis.asyncio.connection.parse_url(url))
    kind = options.pop("connection_class", None)
    names = ("host", "port", "path", "username", "password", "db")
    tls = kind(**options).ssl_context.get() if kind is redis.asyncio.SSLConnection else None
    return Address(**{name: options[name] for name in names if name in options}, tls=tls)


def _connect_fake(url: str) -> Client:
    import fakeredis  # noqa: PLC0415  (half a second of imports that a real server does not need)

    server = _fake_servers.setdefault(url, fakeredis.FakeServer(server_type="valkey"))
    return fakeredis.FakeAsyncRedis(server=server)


class _Cancellable:
    """Sends as the library's connections do, but a cancellation is never lost.

    They use `asyncio.wait_for`, which in Python 3.11 drops a cancellation that arrives as it ends
    (github.com/python/cpython/issues/86296), so that a task that was to stop goes on for ever.
    """

    async def send_packed_command(self: Any, command: Any, check_health: bool = True) -> None:
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()
        try:
            async with asyncio.timeout(self.socket_timeout):
                await self._send_packed_command([command] if isinstance(command, bytes) else command)
        except BaseException as error:  # half a command may be out: nobody else may write after it
            await self.disconnect(nowait=True)
            if isinstance(error, TimeoutError):
                raise redis.exceptions.TimeoutError("Timeout writing to socket") from None
            if isinstance(error, OSError):
                raise redis.exceptions.ConnectionError(f"Error while writing to socket: {error}") from error
            raise


class _QuickPacking:
    """Packs commands in C; the library's asyncio connections do it in Python, in a third of the time of a commit."""

    def pack_command(self, *args: Any) -> list[bytes]:
        name = args[0].encode() if isinstance(args[0], str) else args[0]
        return [hiredis.pack_command((*name.split(), *args[1:]))]


def _ours(kind: type) -> type:
    return type(kind.__name__, (_Cancellable, _QuickPacking, kind), {})


async def time_ms(client: Client) -> int:
    """Redis's own clock, in milliseconds since the Unix epoch."""
    seconds, microseconds = await client.time()
    return int(seconds) * 1000 + int(microseconds) // 1000


class Script:
    """A Lua script from a package's `.lua` file, called by its hash and loaded again when Redis forgot it."""

    def __init__(self, client: Client, package: str, name: str) -> None:
        self._client = client
        self._source = files(package).joinpath(name).read_text()
        self._hash = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, calls: Sequence[tuple[Sequence[str], Sequence[Any]]]) -> list[Any]:
        """Runs the script once for each (keys, arguments), in one round trip; each run is atomic.

        Returns:
            The result of each call, or the ResponseError with which Redis refused it.

        Raises:
            RedisError: the connection broke; each call may or may not have run.
        """
        results = await self._run(calls)
        unknown = [index for index, result in enumerate(results) if isinstance(result, NoScriptError)]
        if unknown:
            await self._client.script_load(self._source)
            for index, result in zip(unknown, await self._run([calls[index] for index in unknown]), strict=True):
                results[index] = result
        return results

    async def _run(self, calls: Sequence[tuple[Sequence[str], Sequence[Any]]]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for keys, args in calls:
            pipeline.execute_command("EVALSHA", self._hash, len(keys), *keys, *args)
        return await pipeline.execute(raise_on_error=False)
