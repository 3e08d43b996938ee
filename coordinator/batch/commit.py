"""One batch of a partition as one fenced script call: stored, and published, completely or not at all.

A batch is committed only from the offset that it was made from, and only under the newest fencing
fence; so whatever arrives late, twice or from a former owner changes nothing and says nothing.

Where a replica is to have it first, the script leaves what is to be said in the partition's outbox, and it is
published after that. Who cannot see that through leaves the outbox to whoever loads the partition next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from coordinator.batch.replicas import Replicas
from quickpoll.keys import PartitionKeys, moment_of
from quickpoll.settings import Durability
from quickpoll.store.link import LinkLost, RedisLink, Refusal, StoreError
from quickpoll.store.script import Call, Script

SESSION_EXPIRY_MS: Final = 24 * 60 * 60 * 1000
"""A session is closed long before, when it is idle; this is for what nobody owns any more."""
CLOSED_EXPIRY_MS: Final = 60 * 60 * 1000
"""How long a closed session's code is kept, to say that it is over."""
CLOSED_HISTORY_EXPIRY_MS: Final = 2 * 60 * 1000
"""How long gateways can still learn how it ended; names of players are in it."""
CREATE_EXPIRY_MS: Final = 10 * 60 * 1000
"""How long a `create_session` that is sent again is recognised."""


class Outcome(Enum):
    """What became of a batch."""

    COMMITTED = auto()
    FENCED = auto()
    """Nothing; the lease is another's."""
    REFUSED = auto()
    """Nothing; Redis takes no writes, or holds another offset than the one that the batch was made from."""
    UNCERTAIN = auto()
    """Not known: state and offset are what Redis says they are."""


@dataclass(frozen=True)
class SessionChange:
    """What is stored and said of one session."""

    code: str
    fields: dict[str, bytes]
    removed: Sequence[str] = ()
    """Fields to delete."""
    log: Sequence[bytes] = ()
    """Records that its log grows by."""
    step: bytes = b""
    """The encoded Step; empty: nothing is said."""
    closed: bool = False
    """The session is over: only `fields` remain, for a while; its log goes, too."""


@dataclass(frozen=True)
class Batch:
    """What applying some entries of one partition did."""

    keys: PartitionKeys
    fence: int
    offset_before: str
    offset: str
    """ID of the last entry of the batch."""
    sessions: Sequence[SessionChange] = ()
    replies: dict[str, bytes] = field(default_factory=dict)
    """Encoded Replies by gateway."""
    creates: dict[str, str] = field(default_factory=dict)
    """Codes of new sessions by the id that recognises their command."""
    deadlines: dict[str, int | None] = field(default_factory=dict)
    """Next deadlines that have changed, by code; None: no deadline any more."""
    gateways_seen: Iterable[str] = ()
    gateways_gone: Iterable[str] = ()
    quarantined: Sequence[tuple[str, bytes]] = ()
    """Reason and bytes of entries that were set aside."""


class Committer:
    """Commits batches, those of one node in one round trip."""

    def __init__(self, durability: Durability = Durability.REPLY) -> None:
        self._script = Script("coordinator", "scripts/commit.lua")
        self._publish = Script("coordinator", "scripts/publish.lua")
        self._replicas = Replicas()
        self._holds = durability is Durability.REPLICA

    async def commit(self, link: RedisLink, batches: Sequence[Batch]) -> tuple[list[Outcome], Exception | None]:
        """Commits each batch on its own.

        Returns:
            The outcome of each, and the first error if there was one.
        """
        try:
            results = await self._script.run(link, [_call(batch, holds=self._holds) for batch in batches])
        except LinkLost as error:
            return [Outcome.UNCERTAIN] * len(batches), error
        refused = next((result for result in results if isinstance(result, Refusal)), None)
        outcomes = [_outcome(result) for result in results]
        stored = [batch for batch, outcome in zip(batches, outcomes, strict=True) if outcome is Outcome.COMMITTED]
        if self._holds and stored:
            try:
                await self.publish(link, {batch.keys: batch.fence for batch in stored})
            except StoreError as error:
                return [Outcome.UNCERTAIN if outcome is Outcome.COMMITTED else outcome for outcome in outcomes], error
        return outcomes, refused

    async def publish(self, link: RedisLink, fences: Mapping[PartitionKeys, int]) -> None:
        """Publishes what is in the outbox of partitions, when it is durable.

        Args:
            link: on which it was written: Redis waits for what came by the same connection.
            fences: the fence under which each is ours; where it is out of date, nothing is said.

        Raises:
            StoreError: it is not durable, or not published, yet.
        """
        await self._replicas.wait(link)
        for result in await self._publish.run(link, [([k.fence, k.outbox], [fence]) for k, fence in fences.items()]):
            if isinstance(result, Refusal):
                raise result

    async def publish_what_is_left(self, link: RedisLink, fences: Mapping[PartitionKeys, int]) -> None:
        """As `publish`, of what was written by somebody else: the outbox is touched, so that this is waited for."""
        for reply in await link.call([("PEXPIRE", keys.outbox, SESSION_EXPIRY_MS) for keys in fences]):
            if isinstance(reply, Refusal):
                raise reply
        await self.publish(link, fences)


def _outcome(result: Any) -> Outcome:
    return {b"OK": Outcome.COMMITTED, b"FENCED": Outcome.FENCED}.get(
        result if isinstance(result, bytes) else b"", Outcome.REFUSED
    )


def _call(batch: Batch, *, holds: bool) -> Call:
    """Keys and arguments as `commit.lua` names them."""
    keys = batch.keys
    names = [keys.fence, keys.meta, keys.stream, keys.deadlines, keys.gateways, keys.quarantine, keys.outbox]
    milliseconds, number = moment_of(batch.offset)
    first_kept = f"{milliseconds}-{number + 1}"
    args: list[Any] = [batch.fence, batch.offset_before, batch.offset, first_kept]
    args += (len(batch.sessions), len(batch.replies), len(batch.creates), SESSION_EXPIRY_MS if holds else 0)
    for session in batch.sessions:
        code = session.code
        names += (keys.session(code), keys.history(code), keys.log(code), keys.channel(code))
        args.append(int(session.closed))
        _add_list(args, [part for pair in session.fields.items() for part in pair])
        _add_list(args, session.removed)
        _add_list(args, session.log)
        args.append(session.step)
        args += (
            (CLOSED_EXPIRY_MS, CLOSED_HISTORY_EXPIRY_MS) if session.closed else (SESSION_EXPIRY_MS, SESSION_EXPIRY_MS)
        )
    for gateway, replies in batch.replies.items():
        names.append(keys.replies(gateway))
        args.append(replies)
    for create_id, code in batch.creates.items():
        names.append(keys.create(create_id))
        args += (code, CREATE_EXPIRY_MS)
    _add_list(args, [part for code, at in batch.deadlines.items() if at is not None for part in (at, code)])
    _add_list(args, [code for code, at in batch.deadlines.items() if at is None])
    _add_list(args, list(batch.gateways_seen))
    _add_list(args, list(batch.gateways_gone))
    _add_list(args, [part for pair in batch.quarantined for part in pair])
    return names, args


def _add_list(args: list[Any], parts: Sequence[Any]) -> None:
    args.append(len(parts))
    args += parts
