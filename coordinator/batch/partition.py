"""One owned partition: where it is in its stream, its deadlines, and the sessions in memory.

Nothing is stored or said here. Each `apply` is followed by one `settle` with what became of the Batch. If that
is not known, or it was refused, everything in memory is dropped and read again: the offset in Redis says what
was applied. An entry that cannot be applied is set aside, and what was before and after it is applied.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from coordinator.batch.builder import BatchBuilder, BatchInputs
from coordinator.batch.codes import NoFreeCode, draw, draw_free
from coordinator.batch.commit import Batch, CommitOutcome
from coordinator.batch.deadlines import Deadlines
from coordinator.batch.entries import Entries, Received, create_id_of, receive
from coordinator.batch.moments import ClockOf, Moments
from coordinator.batch.quarantine import Poison
from coordinator.batch.served import ANY, Served, ServedPair
from coordinator.batch.sessions import HeldSessions
from coordinator.engine import IDLE_MS, LogPage
from coordinator.log import pages as log_pages
from quickpoll.envelope import Command, GatewayLost, Tick
from quickpoll.keys import NO_OFFSET, PartitionKeys, moment_of
from quickpoll.protocol import GetLog
from quickpoll.store.link import Command as RedisCommand
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links
from quickpoll.tokens import Tokens

_log: Final = logging.getLogger(__name__)


class Partition:
    """A partition under one lease."""

    def __init__(
        self,
        links: Links,
        tokens: Tokens,
        number: int,
        partitions: int,
        fence: int,
        idle_ms: int = IDLE_MS,
        *,
        clock: ClockOf | None = None,
        check_invariants: bool = False,
        draw_code: Callable[[PartitionKeys, int], str] = draw,
    ) -> None:
        """Builds it; nothing is loaded yet.

        Args:
            links: for what entries need from Redis.
            tokens: signs what hosts and players resume with.
            number: of this partition.
            partitions: how many the deployment has.
            fence: the fence of the lease.
            idle_ms: new sessions end after this many milliseconds without a command.
            clock: that of the partition; None: the IDs of entries tell the time.
            draw_code: draws a code of this partition, in use or not.
            check_invariants: whether the sessions that a batch has changed are checked before it is committed.
        """
        self.keys = PartitionKeys(number)
        self.number = number
        self.is_loaded = False
        self.has_gone_back = False
        """Whether Redis holds less than was perhaps said under this fence: it may not be said again under the same."""
        self.offset = NO_OFFSET
        self.gateways: dict[str, str] = {}
        """Those that have had connections of sessions of this partition, and the last batch with a command of each."""
        self.has_unsaid = False
        """Whether something of an earlier commit is still to be published."""
        self.ticked = False
        """Whether a Tick was in the last batch."""
        self.fence = fence
        self._partitions = partitions
        self._links = links
        self._tokens = tokens
        self._idle_ms = idle_ms
        self._clock = clock
        self._check_invariants = check_invariants
        self._draw_code = draw_code
        self._deadlines = Deadlines()
        self._served = Served()
        self._since = ""
        """The offset that was found under this fence."""
        self._said_to = NO_OFFSET
        """The offset after the last batch of which something was perhaps said."""
        self._taken_to = self._taken_to_if_committed = 0
        """When the last entry that was applied counts as taken."""
        self._sessions = HeldSessions(links, self.keys)

    @property
    def next_deadline(self) -> int | None:
        """When the next Tick is due, in ms."""
        return self._deadlines.first

    @property
    def session_count(self) -> int:
        """How many sessions are not over: each has a deadline, if only of its idleness."""
        return len(self._deadlines)

    @property
    def player_count(self) -> int:
        """How many players the sessions in memory have."""
        return self._sessions.player_count

    @property
    def sessions_in_memory(self) -> int:
        """How many sessions are held in memory."""
        return len(self._sessions)

    def load(
        self,
        offsets: Sequence[bytes | None],
        deadlines: Iterable[tuple[bytes, float]],
        gateways: Iterable[bytes],
        served: Iterable[bytes],
        unsaid: int,
    ) -> None:
        """Starts from what Redis holds: the replies to the commands of `load` below."""
        offset, served_to = offsets
        self.has_unsaid = bool(unsaid)
        self.offset = offset.decode() if offset else NO_OFFSET
        self._since = self._since or self.offset
        self.has_gone_back = moment_of(self.offset) < moment_of(self._said_to)
        self._deadlines = Deadlines((code.decode(), int(at)) for code, at in deadlines)
        self.gateways = {gateway.decode(): NO_OFFSET for gateway in gateways}
        pairs = [ServedPair.parse(member) for member in served]
        is_complete = served_to == offset
        self._served = Served(pairs) if is_complete else Served.incomplete(pairs, self.gateways, self._deadlines)
        self.is_loaded = not self.has_gone_back

    async def apply(self, entries: Entries) -> Batch:
        """Applies entries in order; if one has to be set aside, perhaps not all that follow it.

        Raises:
            StoreError: Redis is away; then nothing has happened.
            InvariantBroken: a session must never be in the state that it is in now; the partition must be dropped.
        """
        moments = Moments(self._clock and self._clock(), self._taken_to, moment_of(self.offset)[0])
        received = [one for entry_id, fields in entries for one in receive(entry_id, fields, moments)]
        set_aside: dict[tuple[int, str], str] = {}
        while True:
            inputs = await self._prepare(received, set_aside)
            builder = BatchBuilder(
                inputs, self._sessions, self._tokens, self._idle_ms, check_invariants=self._check_invariants
            )
            try:
                for index, one in enumerate(received):
                    builder.apply(index, one)
            except Poison as poison:
                _log.exception("partition %d: entry %s is set aside", self.number, received[poison.index].id)
                self._sessions.forget(builder.touched)
                set_aside[poison.index, poison.code] = poison.reason
                # What follows is read again after the commit, so that no entry is applied again and again.
                last = received[poison.index].id
                received = [one for index, one in enumerate(received) if index <= poison.index or one.id == last]
            else:
                self._taken_to_if_committed = received[-1].at
                self.ticked = any(isinstance(one.entry, Tick) for one in received)
                return builder.finish(received[-1])

    def settle(self, batch: Batch, outcome: CommitOutcome) -> None:
        """Takes note of what became of the last batch."""
        assert batch.fence == self.fence, f"a batch under fence {batch.fence}, not {self.fence}"
        assert batch.offset_before == self.offset, f"a batch made from {batch.offset_before}, not {self.offset}"
        if outcome in (CommitOutcome.COMMITTED, CommitOutcome.UNCERTAIN):
            self._said_to = batch.offset
        if outcome is not CommitOutcome.COMMITTED:
            self.drop()
            return
        self.offset = batch.offset
        self._taken_to = self._taken_to_if_committed
        for code, at in batch.deadlines.items():
            self._deadlines.set(code, at)
        self._served.note_stored(batch.served_added, batch.served_removed)
        self.gateways |= dict.fromkeys(batch.gateways_heard, batch.offset)
        for gateway in batch.gateways_gone:
            self.gateways.pop(gateway, None)
        self._sessions.tidy(self._taken_to)

    def drop(self) -> None:
        """Forgets everything; it has to be loaded again."""
        self._sessions.forget_all()
        self.is_loaded = False

    async def _prepare(self, received: Sequence[Received], set_aside: dict[tuple[int, str], str]) -> BatchInputs:
        """Reads what the entries need, and draws codes for new sessions."""
        entries = [one.entry for one in received]
        create_ids = [create_id for entry in entries if (create_id := create_id_of(entry))]
        creates = await self._known_creates(create_ids) if create_ids else {}
        codes = {one.code for one in received if one.code} | set(creates.values())
        for gateway in {entry.gateway for entry in entries if isinstance(entry, GatewayLost)}:
            served = self._served.by(gateway)
            codes.update(self._deadlines.codes if ANY in served else served)
        if any(isinstance(entry, Tick) for entry in entries):
            codes.update(self._deadlines.due(received[-1].at))
        await self._sessions.load(codes)
        creates = {create_id: code for create_id, code in creates.items() if code in self._sessions}
        return BatchInputs(
            keys=self.keys,
            fence=self.fence,
            since=self._since,
            offset=self.offset,
            gateways=self.gateways,
            served=self._served,
            deadlines=self._deadlines,
            creates=creates,
            drawn_codes=await self._draw([create_id for create_id in create_ids if create_id not in creates]),
            set_aside=set_aside,
            log_pages=await self._read_logs(received),
        )

    async def _read_logs(self, received: Sequence[Received]) -> dict[int, LogPage]:
        return {
            index: await log_pages.read(self._links, self.keys, one.code, one.entry.body.cursor)
            for index, one in enumerate(received)
            if one.code and isinstance(one.entry, Command) and isinstance(one.entry.body, GetLog)
        }

    async def _known_creates(self, create_ids: Sequence[str]) -> dict[str, str]:
        names = [self.keys.create(create_id) for create_id in create_ids]
        (codes,) = await self._links.ask_of(self.number, ("MGET", *names))
        return {create_id: code.decode() for create_id, code in zip(create_ids, codes, strict=True) if code}

    async def _draw(self, create_ids: Iterable[str]) -> dict[str, str]:
        drawn: dict[str, str] = {}
        for create_id in create_ids:
            try:
                drawn[create_id] = await draw_free(
                    self._links, self.keys, self._partitions, set(drawn.values()), self._draw_code
                )
            except NoFreeCode:
                _log.error("partition %d has hardly a free code left", self.number)
        return drawn


async def load(links: Links, node: Node, partitions: Sequence[Partition]) -> None:
    """Loads partitions of a node, all in one round trip; raises what the links raise."""
    commands: list[RedisCommand] = []
    for partition in partitions:
        keys = partition.keys
        commands += (
            ("HMGET", keys.meta, "offset", "served_to"),
            ("ZRANGE", keys.deadlines, 0, -1, "WITHSCORES"),
            ("SMEMBERS", keys.gateways),
            ("SMEMBERS", keys.served),
            ("EXISTS", keys.outbox),
        )
    results = await links.ask(node, *commands)
    for index, partition in enumerate(partitions):
        partition.load(*results[5 * index : 5 * index + 5])
