"""The only file that imports the `redis` library: what a URL says, the in-process stand-in, and clients for tests.

The program itself talks to servers through `quickpoll.store.nodes`.

Guarantees: no command is ever sent twice by the library (its retries are off: a lost reply would
double a write), and no call waits longer than its limit. What fails raises `RedisError`; the caller
decides, since only it knows whether the write may have happened.
"""

import asyncio
from typing import Any, Final

import hiredis
import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from quickpoll.store.link import Address

Client = redis.asyncio.Redis
RedisError = redis.exceptions.RedisError
ResponseError = redis.exceptions.ResponseError
NoScriptError = redis.exceptions.NoScriptError

COMMAND_TIMEOUT_S: Final = 2.0
CONNECT_TIMEOUT_S: Final = 2.0
FAKE_URL: Final = "fake://"
"""An in-process stand-in that keeps nothing; for machines without a Valkey wheel, and quick tests."""

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
