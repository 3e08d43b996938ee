"""Every Redis key and channel, the fields of a stream entry, and how a session code finds its partition.

All keys of a partition carry one hash tag, so they live on one Redis Cluster slot and one script
can touch them together. Sharded pub/sub hashes channels the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from zlib import crc32

LAYOUT: Final = "qp:layout"
"""Hash: `partitions` (how many this deployment was made with), `format`."""
COORDINATORS: Final = "qp:coordinators"
"""Sorted set: coordinator id by the Redis time (ms) of its last heartbeat."""
CLOCK_STEPS: Final = "qp:clock"
"""Hash: by how many ms the clock of a node was set, each time that it was; fields `<node>#0`, `<node>#1`, ..."""
HANDOVERS: Final = "qp:handovers"
"""Stream, capped: the id of each coordinator that came, went or gave partitions back; the others look at once."""
GATEWAYS: Final = "qp:gateways"
"""Sorted set: gateway id by the Redis time (ms) of its last heartbeat."""
GATEWAY_DEAD_AFTER_MS: Final = 3000
"""A gateway whose last heartbeat is older is dead, and all its connections are gone."""

PAGE_FILE_PREFIX: Final = "qp:page:"
"""And the path of a file whose name has a hash of its content; string with expiry: the file, signed."""

ENTRY_FIELD: Final = b"e"
"""The one field of a stream entry; one that holds several messages has a field for each, named by its place."""
PACKED_ENTRIES: Final = 50
"""So many messages at most are in one stream entry of a partition."""
NO_OFFSET: Final = "0-0"
"""The offset of a partition where nothing was applied yet."""


def pack_fields(entries: Sequence[bytes]) -> list[bytes]:
    """The fields, names and values alternating, of one entry of a stream that holds some encoded entries, in order."""
    if len(entries) == 1:
        return [ENTRY_FIELD, entries[0]]
    return [part for place, data in enumerate(entries) for part in (b"%d" % place, data)]


def unpack_fields(fields: Sequence[bytes]) -> Sequence[bytes]:
    """The encoded entries in one entry of a stream; an empty one where there is none."""
    names = fields[::2]
    if ENTRY_FIELD in names:
        return [fields[2 * names.index(ENTRY_FIELD) + 1]]
    is_packed = bool(names) and all(name == b"%d" % place for place, name in enumerate(names))
    return fields[1::2] if is_packed else [b""]


def partition_of(code: str, partitions: int) -> int:
    """The partition of a session: fixed for a deployment, the same in every process."""
    return crc32(code.encode()) % partitions


def moment_of(entry_id: str) -> tuple[int, int]:
    """An ID of a stream, such as an offset, to be compared: milliseconds, and a number."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


@dataclass(frozen=True)
class PartitionKeys:
    """The keys of one partition."""

    number: int

    @cached_property
    def prefix(self) -> str:
        """Holds the hash tag that keeps the partition on one slot."""
        return f"qp:{{p{self.number}}}:"

    @cached_property
    def stream(self) -> str:
        """Stream: entries (`envelope.Entry`) from gateways, and ticks."""
        return self.prefix + "in"

    @cached_property
    def lease(self) -> str:
        """String with expiry: `<coordinator id>:<fence>` of the owner."""
        return self.prefix + "lease"

    @cached_property
    def fence(self) -> str:
        """Integer: the last fence given out; a commit with another one is refused."""
        return self.prefix + "token"

    @cached_property
    def meta(self) -> str:
        """Hash: `offset`, the ID of the last entry applied; `served_to`, the same if that commit kept `served`."""
        return self.prefix + "meta"

    @cached_property
    def deadlines(self) -> str:
        """Sorted set: session code by its next deadline (ms); every living session is in it."""
        return self.prefix + "deadlines"

    @cached_property
    def outbox(self) -> str:
        """List: channels and messages that are published once what they say is durable."""
        return self.prefix + "outbox"

    @cached_property
    def gateways(self) -> str:
        """Set: gateways that have had connections of this partition's sessions."""
        return self.prefix + "gateways"

    @cached_property
    def served(self) -> str:
        """Set: `<gateway>/<code>` for each session that a gateway of `gateways` may have connections in."""
        return self.prefix + "served"

    @cached_property
    def quarantine(self) -> str:
        """Stream, capped: entries that could not be read or applied, with the reason."""
        return self.prefix + "quarantine"

    def session(self, code: str) -> str:
        """Hash: the snapshot of a session (`head`, `quiz`, `step`, and `p:<player id>` each)."""
        return f"{self.prefix}s:{code}"

    def history(self, code: str) -> str:
        """Stream, capped: the last steps of a session, for gateways that missed some."""
        return f"{self.prefix}out:{code}"

    def log(self, code: str) -> str:
        """List: the records of a session's log, as texts."""
        return f"{self.prefix}log:{code}"

    def channel(self, code: str) -> str:
        """Channel: steps of a session, to every gateway that has connections in it."""
        return f"{self.prefix}ch:{code}"

    def create(self, dedupe_id: str) -> str:
        """String with expiry: the code of the session that a `create_session` opened, for when it is sent again."""
        return f"{self.prefix}create:{dedupe_id}"

    def replies(self, gateway: str) -> str:
        """Channel: replies to connections of one gateway."""
        return f"{self.prefix}to:{gateway}"
