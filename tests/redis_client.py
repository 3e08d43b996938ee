"""A client of the redis library, with which tests look at a server past the program's links.

Its retries are off: a test that asks twice would see two writes.
"""

import asyncio
from typing import Any, Final

import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from quickpoll.store.node import Node
from quickpoll.store.url import parse

Client = redis.asyncio.Redis
RedisError = redis.exceptions.RedisError

TIMEOUT_S: Final = 2.0


def connect(url: str, *, timeout_s: float = TIMEOUT_S, max_connections: int = 8) -> Client:
    """A client for commands: each answers or fails within `timeout_s`, and is sent once."""
    client = redis.asyncio.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        max_connections=max_connections,
        protocol=3,
    )
    pool = client.connection_pool
    kind = pool.connection_class
    pool.connection_class = type(kind.__name__, (_Cancellable, kind), {})
    return client


def node_of(url: str) -> Node:
    """The single server that a URL names."""
    (node,) = parse(url).nodes
    return node


class _Cancellable:
    """Sends as the library's connections do, but a cancellation is never lost.

    They use `asyncio.wait_for`, which in Python 3.11 drops a cancellation that arrives as it ends
    (github.com/python/cpython/issues/86296), so that a task that was to stop goes on without end.
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
