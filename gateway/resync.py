"""Reads the history of sessions whose connections here may have missed something.

It only reads: what the history means is for `continuity` to judge. Promises: what is handed on was read after the last
request for that session, from the node that holds it; a node that is away holds up no session of another; what a
replica may not have yet is not handed on, and comes along the session's channel.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from gateway.continuity import History
from gateway.timing import Timing
from quickpoll.envelope import Step, UnknownFormat, decode_step
from quickpoll.keys import ENTRY_FIELD, NO_OFFSET, PartitionKeys, partition_of
from quickpoll.store.link import StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, on_each
from quickpoll.store.outage import Outage, Unreachable

# Gaps are a few Steps; a Step with everyone's results may have some 100 KiB.
PAGE: Final = 16

_log: Final = logging.getLogger(__name__)

HistoryHandler = Callable[[str, History], None]
"""Called with a session's code and what was read. It must not wait."""


class Resync:
    """A worker for each node of Redis, which reads its sessions one after the other."""

    def __init__(self, links: Links, partitions: int, timing: Timing, away: Unreachable) -> None:
        self._links = links
        self._partitions = partitions
        self._timing = timing
        self._away = away
        self._wanted: dict[str, int] = {}
        """Sessions to be read, and the Step down to which."""
        self._again: set[str] = set()
        """Those asked for since their reading began: what is being read may be older."""
        self._changed: dict[Node, asyncio.Event] = {}
        """Set when a node's worker has to look at what is wanted."""

    def request(self, code: str, after: int) -> None:
        """Asks for a session's history, down to Step `after`, as it is from now on."""
        self._wanted[code] = after
        self._again.add(code)
        self._wake()

    async def has_missed(self, code: str, step: int) -> bool:
        """Whether a session has published Steps after that one; also if that cannot be told now."""
        keys = self._keys(code)
        try:
            (published,) = await self._links.ask_of(keys.number, ("HGET", keys.session(code), "step"))
        except StoreError:
            return True
        return bool(published != str(step).encode())

    async def run(self, found: HistoryHandler) -> None:
        """Serves requests until it is cancelled; those about a node that is away wait."""
        unwatch = self._links.nodes.watch(self._wake)
        try:
            await on_each(self._links.nodes, partial(self._serve, found))
        finally:
            unwatch()

    def _wake(self) -> None:
        for changed in self._changed.values():
            changed.set()

    async def _serve(self, found: HistoryHandler, node: Node) -> None:
        outage = Outage(_log, self._timing.longest_retry_s, self._away)
        changed = self._changed.setdefault(node, asyncio.Event())
        changed.set()
        try:
            await self._serve_when(changed, node, found, outage)
        finally:
            outage.forget()

    async def _serve_when(self, changed: asyncio.Event, node: Node, found: HistoryHandler, outage: Outage) -> None:
        while True:
            await changed.wait()
            changed.clear()
            for code in [code for code in self._wanted if self._node(code) == node]:
                self._again.discard(code)
                try:
                    history = await self._read(code, self._wanted[code])
                except StoreError as error:
                    changed.set()
                    await outage.pause(error)
                    break
                outage.over()
                if code in self._again or self._node(code) != node:
                    self._wake()  # what was read may be older than the last request
                else:
                    del self._wanted[code]
                    found(code, history)

    async def _read(self, code: str, after: int) -> History:
        keys = self._keys(code)
        published, offset = await self._links.ask_of(
            keys.number, ("HGET", keys.session(code), "step"), ("HGET", keys.meta, "offset")
        )
        if published is None:
            return History(None, _offset(offset), ())
        steps: list[Step] = []
        end = "+"
        while True:
            # In this order: a Step of the history that is not in the outbox after it has been published.
            page, outbox = await self._links.ask_of(
                keys.number,
                ("XREVRANGE", keys.history(code), end, "-", "COUNT", PAGE),
                ("LRANGE", keys.outbox, 0, -1),
            )
            try:
                steps += [decode_step(_data(fields)) for _, fields in page]
                held = [decode_step(step).step for step in _on(keys.channel(code), outbox)]
            except (UnknownFormat, msgspec.DecodeError, KeyError):
                return History(int(published), _offset(offset), None)
            if len(page) < PAGE or steps[-1].step <= after:
                last = min([int(published), *(step - 1 for step in held)])
                return History(last, _offset(offset), [step for step in steps if not held or step.step < min(held)])
            end = "(" + page[-1][0].decode()

    def _node(self, code: str) -> Node:
        return self._links.nodes.of(partition_of(code, self._partitions))

    def _keys(self, code: str) -> PartitionKeys:
        return PartitionKeys(partition_of(code, self._partitions))


def _offset(found: bytes | None) -> str:
    return found.decode() if found else NO_OFFSET


def _on(channel: str, outbox: Sequence[bytes]) -> list[bytes]:
    """What an outbox holds for a channel."""
    return [message for name, message in zip(outbox[::2], outbox[1::2], strict=True) if name == channel.encode()]


def _data(fields: Sequence[bytes]) -> bytes:
    return dict(zip(fields[::2], fields[1::2], strict=True))[ENTRY_FIELD]
