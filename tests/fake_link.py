"""A `RedisLink` to fakeredis: a Redis in the test's own process, for tests that rule the clock and all faults.

It keeps nothing, and replies as Redis does. Links of one name share its data and channels.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import fakeredis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from quickpoll.store.link import COMMAND_TIMEOUT_S, Command, LinkLost, Push, RedisLink, Refusal
from tests.redis_client import Client

_servers: Final[dict[str, Any]] = {}


class FakeLink(RedisLink):
    """Commands go through a client of the stand-in, one call after the other."""

    def __init__(self, client: Client, timeout_s: float, pushed: Callable[[Push], None] | None) -> None:
        """As `RedisLink`; `client` is its own."""
        super().__init__(timeout_s, pushed)
        cast(Any, client).response_callbacks.clear()  # replies as they come
        self._client = client
        self._pubsub: Any = client.pubsub()
        self._in_turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._listening = False

    def call(self, commands: Sequence[Command], *, timeout_s: float | None = None) -> "asyncio.Future[list[Any]]":
        """See `RedisLink`."""
        return self._spawn(self._run(list(commands), self._timeout_s if timeout_s is None else timeout_s))

    def tell(self, commands: Sequence[Command]) -> None:
        """See `RedisLink`."""
        self._spawn(self._subscribe(list(commands)))

    def close(self) -> None:
        """See `RedisLink`."""
        if not self.lost.done():
            self.lost.set_result(LinkLost("closed by us"))
            for task in self._tasks:
                task.cancel()

    async def _run(self, commands: list[Command], timeout_s: float) -> list[Any]:
        try:
            async with self._in_turn, asyncio.timeout(timeout_s):
                pipeline = self._client.pipeline(transaction=False)
                for command in commands:
                    pipeline.execute_command(*command)
                results = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            raise LinkLost(str(error)) from error
        return [_refusal(result) if isinstance(result, ResponseError) else result for result in results]

    async def _subscribe(self, commands: list[Command]) -> None:
        for name, *channels in commands:
            await (self._pubsub.ssubscribe if name == "SSUBSCRIBE" else self._pubsub.sunsubscribe)(*channels)
        if not self._listening:
            self._listening = True
            self._spawn(self._listen())

    async def _listen(self) -> None:
        async for message in self._pubsub.listen():
            if self._pushed:
                self._pushed([message["type"].encode(), message["channel"], message["data"]])

    def _spawn(self, work: Any) -> "asyncio.Task[Any]":
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _refusal(error: ResponseError) -> Refusal:
    """The library makes the first word of this one a class, and drops it."""
    return Refusal(f"NOSCRIPT {error}" if isinstance(error, NoScriptError) else str(error))


async def open_fake_link(
    name: str, *, timeout_s: float = COMMAND_TIMEOUT_S, pushed: Callable[[Push], None] | None = None
) -> RedisLink:
    """A link to the stand-in of that name."""
    server = _servers.setdefault(name, fakeredis.FakeServer(server_type="valkey"))
    link = FakeLink(fakeredis.FakeAsyncRedis(server=server), timeout_s, pushed)
    (number,) = await link.call([("CLIENT", "ID")])
    link.id = int(number)
    return link
