"""Pub/sub in: one connection for the replies to this gateway and for each session that has connections here.

Promises: messages are passed on in the order of their publication; whenever some may have been missed
(the connection broke, or was silent for too long: a dead one is not noticed otherwise), everything is
subscribed again, and then `restored` is called. It tries for ever. Handlers must not wait.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.redis import UNAVAILABLE, Client, PubSub, connect

PING: Final = b"ping"
PING_EVERY_S: Final = 1.0
SILENT_AFTER_S: Final = 3.0
# A session whose last connection has just left is often joined again: by the one who reloads the page.
LINGER_S: Final = 5.0
MAX_BACKOFF_S: Final = 2.0

_log: Final = logging.getLogger(__name__)


@dataclass
class Interest:
    """That connections here need a session's channel. `confirmed` is done while it is subscribed."""

    code: str
    confirmed: asyncio.Future[None]
    holders: int = 0
    leaving: asyncio.TimerHandle | None = None


@dataclass
class _Link:
    """One pub/sub connection: which channels were asked for on it, and which of these are not confirmed yet."""

    pubsub: PubSub
    asked: set[str] = field(default_factory=set)
    unconfirmed: set[str] = field(default_factory=set)


class Subscriber:
    """Keeps the subscriptions of one gateway."""

    def __init__(self, redis_url: str, commands: Client, gateway: str, partitions: int) -> None:
        self._client = connect(redis_url, max_connections=2)
        self._commands = commands
        self._partitions = [PartitionKeys(number) for number in range(partitions)]
        self._replies = {keys.replies(gateway) for keys in self._partitions}
        self._interests: dict[str, Interest] = {}
        """By channel."""
        self._changed = asyncio.Event()
        self._live = asyncio.Event()

    @property
    def is_live(self) -> bool:
        """Whether everything is subscribed."""
        return self._live.is_set()

    async def live(self) -> None:
        """Returns when everything is subscribed."""
        await self._live.wait()

    def hold(self, code: str) -> asyncio.Future[None]:
        """Asks for a session's channel until `release`; the future is done when it is subscribed."""
        channel = self._channel(code)
        interest = self._interests.get(channel)
        if interest is None:
            interest = self._interests[channel] = Interest(code, asyncio.get_running_loop().create_future())
            self._changed.set()
        if interest.leaving:
            interest.leaving.cancel()
            interest.leaving = None
        interest.holders += 1
        return interest.confirmed

    def release(self, code: str) -> None:
        """Takes back one `hold`; the subscription ends some seconds after the last."""
        channel = self._channel(code)
        interest = self._interests[channel]
        interest.holders -= 1
        if interest.holders == 0:
            interest.leaving = asyncio.get_running_loop().call_later(LINGER_S, self._drop, channel)

    async def run(
        self, replies: Callable[[bytes], None], step: Callable[[str, bytes], None], restored: Callable[[], None]
    ) -> None:
        """Subscribes and passes messages on, for ever.

        Args:
            replies: gets each `envelope.Replies`, encoded.
            step: gets a session's code and each of its `envelope.Step`s, encoded.
            restored: called when all is subscribed (again): what was published before may have been missed.
        """
        failures = 0
        while True:
            try:
                await self._follow(replies, step, restored)
            except* UNAVAILABLE as errors:
                # One line for each time that it is lost, not for each attempt to get it back.
                level = logging.WARNING if self.is_live else logging.DEBUG
                _log.log(level, "pub/sub connection lost: %s", "; ".join(map(repr, errors.exceptions)))
            except* Exception:
                _log.exception("pub/sub connection given up")
            failures = 0 if self.is_live else failures + 1
            self._forget_confirmations()
            ceiling = min(MAX_BACKOFF_S, 0.05 * 2 ** min(failures, 10))
            await asyncio.sleep(random.uniform(0, ceiling))  # noqa: S311  (jitter)

    async def ping(self) -> None:
        """Publishes the sign of life whose absence shows that the subscriptions are dead, for ever."""
        channel = min(self._replies)
        while True:
            try:
                await self._commands.spublish(channel, PING)
            except UNAVAILABLE as error:
                _log.debug("no ping: %r", error)
            await asyncio.sleep(PING_EVERY_S)

    async def close(self) -> None:
        """Ends the connection; `run` must have been cancelled."""
        for interest in self._interests.values():
            interest.confirmed.cancel()
            if interest.leaving:
                interest.leaving.cancel()
        await self._client.aclose()

    # -- one connection ---------------------------------------------------------------------

    async def _follow(
        self, replies: Callable[[bytes], None], step: Callable[[str, bytes], None], restored: Callable[[], None]
    ) -> None:
        link = _Link(self._client.pubsub())
        try:
            async with asyncio.timeout(SILENT_AFTER_S) as watchdog:
                await self._ask(link)
                async with asyncio.TaskGroup() as tasks:
                    asking = tasks.create_task(self._ask_on_change(link))
                    async for message in link.pubsub.listen():
                        self._handle(link, message, replies, step, restored)
                        if message["data"] == PING:
                            watchdog.reschedule(asyncio.get_running_loop().time() + SILENT_AFTER_S)
                    asking.cancel()
        finally:
            await link.pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _ask_on_change(self, link: _Link) -> None:
        while True:
            await self._changed.wait()
            await self._ask(link)

    async def _ask(self, link: _Link) -> None:
        """Brings what is subscribed in line with what is wanted; asks for all changes at once."""
        self._changed.clear()
        wanted = self._replies | self._interests.keys()
        more, less = wanted - link.asked, link.asked - wanted
        link.asked = wanted
        link.unconfirmed = (link.unconfirmed | more) & wanted
        if more:
            await link.pubsub.ssubscribe(*more)
        if less:
            await link.pubsub.sunsubscribe(*less)

    def _handle(
        self,
        link: _Link,
        message: dict[str, Any],
        replies: Callable[[bytes], None],
        step: Callable[[str, bytes], None],
        restored: Callable[[], None],
    ) -> None:
        channel = message["channel"].decode()
        if message["type"] == "ssubscribe":
            self._confirm(link, channel, restored)
        elif message["type"] != "smessage" or message["data"] == PING:
            return
        elif channel in self._replies:
            _guard(replies, message["data"])
        elif interest := self._interests.get(channel):
            _guard(step, interest.code, message["data"])

    def _confirm(self, link: _Link, channel: str, restored: Callable[[], None]) -> None:
        link.unconfirmed.discard(channel)
        interest = self._interests.get(channel)
        if interest and not interest.confirmed.done():
            interest.confirmed.set_result(None)
        if not link.unconfirmed and not self.is_live:
            self._live.set()
            _guard(restored)

    def _forget_confirmations(self) -> None:
        self._live.clear()
        for interest in self._interests.values():
            if interest.confirmed.done():
                interest.confirmed = asyncio.get_running_loop().create_future()

    def _drop(self, channel: str) -> None:
        del self._interests[channel]
        self._changed.set()

    def _channel(self, code: str) -> str:
        return self._partitions[partition_of(code, len(self._partitions))].channel(code)


def _guard(handler: Callable[..., None], *args: Any) -> None:
    """One message that cannot be handled must not stop the others."""
    try:
        handler(*args)
    except Exception:
        _log.exception("a message from Redis could not be handled")
