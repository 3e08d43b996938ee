"""After a gap: reads what a session's connections here have missed, and delivers it in order.

All or nothing: either every missing Step is found in the session's history, or its connections are
closed with 4000 and resume. A session that is gone from Redis ends with `session_closed`.
"""

import asyncio
import logging
from collections.abc import Sequence
from enum import Enum, auto
from functools import partial
from typing import Final, NamedTuple, Protocol

import msgspec

from quickpoll.envelope import Line, Step, UnknownFormat, decode_step
from quickpoll.keys import ENTRY_FIELD, NO_OFFSET, PartitionKeys, moment_of, partition_of
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links, Node, on_each

# Gaps are a few Steps; a Step with everyone's results may have some 100 KiB.
PAGE: Final = 16
RETRY_S: Final = 0.5
# A Step that was heard of is in the history already: if it still is not after some looks, it is lost.
MAX_LOOKS: Final = 3
UNREACHABLE: Final = 2**62
"""As the Step asked for: its connections are to resume in any case, unless the session is gone."""

_log: Final = logging.getLogger(__name__)


class Position(NamedTuple):
    """The last Step of a session that was accepted here, and a fence under which it was so; 0: of whichever owner."""

    fence: int
    step: int


class Verdict(Enum):
    """What a Step is, seen from a position."""

    NEXT = auto()
    OLD = auto()
    GAP = auto()
    FORKED = auto()


def judge(position: Position, step: Step) -> Verdict:
    """Whether `step` follows, repeats, leaves a gap, or belongs to another history (Redis lost its tail)."""
    if step.step <= position.step:
        return Verdict.FORKED if 0 < position.fence < step.fence else Verdict.OLD
    if step.fence < position.fence:
        return Verdict.FORKED
    return Verdict.NEXT if step.step == position.step + 1 else Verdict.GAP


def has_lost(heard: Line | None, fence: int, since: str) -> bool:
    """Whether the owner of that fence, who found that offset, went on from before what was heard in a reply."""
    return heard is not None and fence > heard.fence and bool(since) and moment_of(since) < moment_of(heard.offset)


def missing(position: Position, last: int, history: list[Step]) -> list[Step] | None:
    """What follows `position`, in order; None if it cannot be told completely.

    Args:
        position: the last Step accepted.
        last: how many Steps the session had published before the history was read.
        history: the newest Steps, newest first, at least down to `position` if they go back so far.
    """
    newer = [step for step in reversed(history) if step.step > position.step]
    known = next((step for step in history if step.step == position.step), None)
    if [step.step for step in newer] != list(range(position.step + 1, position.step + 1 + len(newer))):
        return None
    if position.step + len(newer) < last or (not newer and last < position.step):
        return None
    fences = [position.fence, *(step.fence for step in newer)]
    forked = known is not None and 0 < position.fence < known.fence
    return None if forked or fences != sorted(fences) else newer


class Sessions(Protocol):
    """What resync needs of the hub."""

    def position(self, code: str) -> Position | None:
        """Where deliveries are; None if nobody here is in the session."""

    def line(self, code: str) -> Line | None:
        """That of the last reply to one of its connections here."""

    def recovered(self, code: str, steps: list[Step]) -> None:
        """Delivers what was missed."""

    def restart(self, code: str) -> None:
        """Closes its connections: they resume."""

    def end(self, code: str) -> None:
        """Closes its connections: the session is gone."""


class Resync:
    """A worker for each node of Redis: after a cut its sessions are read one after the other."""

    def __init__(self, links: Links, partitions: int) -> None:
        self._links = links
        self._partitions = partitions
        self._wanted: dict[str, int] = {}
        """Sessions to be read, and the newest Step heard of."""
        self._again: set[str] = set()
        """Those for which that was asked once more since; what has been read may be older."""
        self._changed: dict[Node, asyncio.Event] = {}
        """That a node's worker has to look at what is wanted."""

    def request(self, code: str, step: int) -> None:
        """Asks for a session to be brought up to date: with what is there now, and at least to `step`."""
        if code in self._wanted and not step:
            self._again.add(code)
        self._wanted[code] = max(step, self._wanted.get(code, 0))
        self._wake()

    def is_under_way(self, code: str) -> bool:
        """Whether the session is being read; its Steps need not be looked at until then."""
        return code in self._wanted

    async def has_missed(self, code: str, step: int) -> bool:
        """Whether a session has published Steps after that one; also if that cannot be told now."""
        keys = self._keys(code)
        try:
            (published,) = await self._links.ask_of(keys.number, ("HGET", keys.session(code), "step"))
        except StoreError:
            return True
        return bool(published != str(step).encode())

    async def run(self, sessions: Sessions) -> None:
        """Serves requests, for ever; those about a node that is away wait, and hold up no other."""
        unwatch = self._links.nodes.watch(self._wake)
        try:
            await on_each(self._links.nodes, partial(self._serve, sessions))
        finally:
            unwatch()

    def _wake(self) -> None:
        for changed in self._changed.values():
            changed.set()

    async def _serve(self, sessions: Sessions, node: Node) -> None:
        changed = self._changed.setdefault(node, asyncio.Event())
        changed.set()
        while True:
            await changed.wait()
            changed.clear()
            for code in [code for code in self._wanted if self._node(code) == node]:
                self._again.discard(code)
                try:
                    await self._recover(sessions, code)
                except StoreError as error:
                    _log.warning("missed Steps cannot be read yet: %r", error)
                    changed.set()
                    await asyncio.sleep(RETRY_S)
                    break
                if code in self._again or self._node(code) != node:
                    self._wake()  # if its partition has moved meanwhile, what is there is read, too
                else:
                    self._wanted.pop(code, None)

    async def _recover(self, sessions: Sessions, code: str) -> None:
        for _ in range(MAX_LOOKS):
            position = sessions.position(code)
            if position is None:
                break
            heard = sessions.line(code)
            last, offset, history = await self._read(code, position)
            if sessions.position(code) != position:
                continue  # all left, and others came
            if last is None:
                sessions.end(code)
                break
            is_lost = heard is not None and moment_of(offset) < moment_of(heard.offset)
            steps = missing(position, last, history) if history is not None and not is_lost else None
            if steps is None:
                sessions.restart(code)
                break
            sessions.recovered(code, steps)
            if position.step + len(steps) >= self._wanted.get(code, 0):  # none: read from where it moved to, too
                break
        else:
            if sessions.position(code) is not None:
                sessions.restart(code)

    async def _read(self, code: str, position: Position) -> tuple[int | None, str, list[Step] | None]:
        """Reads a session's history.

        Returns:
            How many Steps it has published (None: it is gone), the offset of its partition, and the newest Steps (None:
            this version cannot read them).
        """
        keys = self._keys(code)
        published, found = await self._links.ask_of(
            keys.number, ("HGET", keys.session(code), "step"), ("HGET", keys.meta, "offset")
        )
        offset = found.decode() if found else NO_OFFSET
        if published is None:
            return None, offset, []
        history: list[Step] = []
        end = "+"
        while True:
            (page,) = await self._links.ask_of(keys.number, ("XREVRANGE", keys.history(code), end, "-", "COUNT", PAGE))
            try:
                history += [decode_step(_data(fields)) for _, fields in page]
            except (UnknownFormat, msgspec.DecodeError, KeyError):
                return int(published), offset, None
            if len(page) < PAGE or history[-1].step <= position.step:
                return int(published), offset, history
            end = "(" + page[-1][0].decode()

    def _node(self, code: str) -> Node:
        return self._links.nodes.of(partition_of(code, self._partitions))

    def _keys(self, code: str) -> PartitionKeys:
        return PartitionKeys(partition_of(code, self._partitions))


def _data(fields: Sequence[bytes]) -> bytes:
    return dict(zip(fields[::2], fields[1::2], strict=True))[ENTRY_FIELD]
