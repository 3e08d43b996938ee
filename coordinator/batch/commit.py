"""One batch of a partition as one fenced script call: stored, and published, completely or not at all.

A batch is committed only from the offset that it was made from, and only under the newest
fence; so whatever arrives late, twice or from a former owner changes nothing and says nothing.

Where a replica is to have it first, the script leaves what is to be said in the partition's outbox, and it is
published after that. Who cannot see that through leaves the outbox to whoever loads the partition next.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final

from msgspec import Struct

from coordinator.batch.replicas import Replicas
from coordinator.batch.served import ServedPair
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


class CommitOutcome(Enum):
    """What became of a batch."""

    COMMITTED = auto()
    FENCED = auto()
    """Nothing: the lease is another's."""
    STALE = auto()
    """Nothing: Redis holds another offset than the one that the batch was made from."""
    REFUSED = auto()
    """Nothing: Redis takes no writes now."""
    UNCERTAIN = auto()
    """Unknown: state and offset are what Redis says they are."""


class SessionChange(Struct, frozen=True):
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


class Batch(Struct, frozen=True):
    """What applying some entries of one partition did."""

    keys: PartitionKeys
    fence: int
    offset_before: str
    offset: str
    """ID of the last entry of the batch."""
    sessions: Sequence[SessionChange] = ()
    replies: dict[str, bytes] = {}
    """Encoded Replies by gateway."""
    creates: dict[str, str] = {}
    """Codes of new sessions by the id that recognises their command."""
    deadlines: dict[str, int | None] = {}
    """Next deadlines that have changed, by code; None: no deadline any more."""
    gateways_heard: Iterable[str] = ()
    """Whose commands are in it."""
    gateways_seen: Iterable[str] = ()
    """Those that are new among them."""
    gateways_gone: Iterable[str] = ()
    served_added: Iterable[ServedPair] = ()
    served_removed: Iterable[ServedPair] = ()
    quarantined: Sequence[tuple[str, bytes]] = ()
    """Reason and bytes of entries that were set aside."""

    def __post_init__(self) -> None:
        assert self.fence > 0, "a lease has a fence"
        assert moment_of(self.offset) > moment_of(self.offset_before), "a batch goes on from its offset"


_OUTCOMES: Final = {
    outcome.name.encode(): outcome for outcome in (CommitOutcome.COMMITTED, CommitOutcome.FENCED, CommitOutcome.STALE)
}
"""By what the script returns."""
_EXPIRIES: Final = (SESSION_EXPIRY_MS, SESSION_EXPIRY_MS)
_CLOSED_EXPIRIES: Final = (CLOSED_EXPIRY_MS, CLOSED_HISTORY_EXPIRY_MS)
"""Of a session's hash and of its history."""


class Committer:
    """Commits batches, those of one node in one round trip."""

    def __init__(self, durability: Durability = Durability.REPLY) -> None:
        self.script = Script("coordinator", "scripts/commit.lua")
        self._publish = Script("coordinator", "scripts/publish.lua")
        self._replicas = Replicas()
        self._hold_ms = SESSION_EXPIRY_MS if durability is Durability.REPLICA else 0
        """How long the outbox keeps what waits for a replica; 0: nothing does."""

    async def commit(self, link: RedisLink, batches: Sequence[Batch]) -> tuple[list[CommitOutcome], Exception | None]:
        """Commits each batch on its own.

        Returns:
            The outcome of each, and the first error if there was one.
        """
        try:
            results = await self.script.run(link, [_call(batch, hold_ms=self._hold_ms) for batch in batches])
        except LinkLost as error:
            return [CommitOutcome.UNCERTAIN] * len(batches), error
        refused = next((result for result in results if isinstance(result, Refusal)), None)
        outcomes = [_outcome(result) for result in results]
        stored = [batch for batch, outcome in zip(batches, outcomes, strict=True) if outcome is CommitOutcome.COMMITTED]
        if self._hold_ms and stored:
            try:
                await self.publish(link, {batch.keys: batch.fence for batch in stored})
            except StoreError as error:
                return [
                    CommitOutcome.UNCERTAIN if outcome is CommitOutcome.COMMITTED else outcome for outcome in outcomes
                ], error
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
        """As `publish`, for what another coordinator wrote: the outbox is touched, so that the wait covers it."""
        for reply in await link.call([("PEXPIRE", keys.outbox, SESSION_EXPIRY_MS) for keys in fences]):
            if isinstance(reply, Refusal):
                raise reply
        await self.publish(link, fences)


def _outcome(result: bytes | Refusal) -> CommitOutcome:
    return CommitOutcome.REFUSED if isinstance(result, Refusal) else _OUTCOMES[result]


def _call(batch: Batch, *, hold_ms: int) -> Call:
    """Keys and arguments, as `commit.lua` describes them."""
    keys = batch.keys
    names = [keys.fence, keys.meta, keys.stream, keys.deadlines, keys.gateways, keys.served, keys.quarantine]
    names.append(keys.outbox)
    milliseconds, number = moment_of(batch.offset)
    args: list[Any] = [batch.fence, batch.offset_before, batch.offset, f"{milliseconds}-{number + 1}", hold_ms]
    for session in batch.sessions:
        code = session.code
        names += (keys.session(code), keys.history(code), keys.log(code), keys.channel(code))
        expiries = _CLOSED_EXPIRIES if session.closed else _EXPIRIES
        args += ("session", int(session.closed), session.step, *expiries)
        _add_list(args, "fields", _flat(session.fields.items()))
        _add_list(args, "removed", session.removed)
        _add_list(args, "log", session.log)
    names += map(keys.replies, batch.replies)
    names += map(keys.create, batch.creates)
    deadlines = batch.deadlines.items()
    _add_list(args, "replies", [*batch.replies.values()])
    _add_list(args, "creates", _flat((code, CREATE_EXPIRY_MS) for code in batch.creates.values()))
    _add_list(args, "deadlines", _flat((at, code) for code, at in deadlines if at is not None))
    _add_list(args, "ended", [code for code, at in deadlines if at is None])
    _add_list(args, "seen", [*batch.gateways_seen])
    _add_list(args, "gone", [*batch.gateways_gone])
    _add_list(args, "serves", [*map(str, batch.served_added)])
    _add_list(args, "unserved", [*map(str, batch.served_removed)])
    _add_list(args, "quarantined", _flat(batch.quarantined))
    return names, args


def _add_list(args: list[Any], name: str, parts: Sequence[Any]) -> None:
    if parts:
        args += (name, len(parts), *parts)


def _flat(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    return [part for pair in pairs for part in pair]
