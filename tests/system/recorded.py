"""What a version left in Redis in each moment of a quiz, kept as text: written once, and read by all later ones.

A record holds every key, as the processes were killed, with a session in that moment, one that is over, and what had
been said on the channels; `recording.py` says what was under way. What a version wrote is never rewritten.

Those of 0.1.0 are of its early code, that of 4fc1e6d: before sessions had logs, commands the moment at which they came,
and gateways a measure of the way to their clients. `answering` was kept when that was the newest; the others were
made later by the same code, into which the recorder was brought for it.
"""

import json
import time
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from coordinator.engine import Head
from quickpoll.envelope import Command, Identity, decode_entry
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import Role
from quickpoll.tokens import Tokens
from tests.chaos.crowd import Moment
from tests.redis_client import Client
from tests.system.harness import SECRET

FORMATS: Final = (b"\x01", b"\x02")
"""With which msgpack begins: see `coordinator.batch.snapshots`."""
FOLDER: Final = Path(__file__).parent / "records"
PARTITIONS: Final = 64
AROUND_MS: Final = 24 * 60 * 60 * 1000
"""A number so near to the moment of the record is a time."""


@dataclass
class Record:
    """Of one version and moment; bytes are base64."""

    recorded_at: int
    code: str
    """Of the session in the moment."""
    over: str
    """Of the session that is over."""
    nonce: str
    """Of that in the moment."""
    player_ids: dict[str, str]
    """By name."""
    keys: dict[str, Any]
    """By name: a string, a list, a hash, a list of set members, of [member, score], or of [ID, fields] of a stream."""
    said: list[list[str]]
    """[channel, message], in order."""

    @classmethod
    def read(cls, version: str, moment: Moment) -> "Record":
        """The record of a version."""
        return cls(**json.loads((FOLDER / version / f"{moment}.json").read_text()))

    def write(self, version: str, moment: Moment) -> None:
        """Keeps it as that of a version."""
        (FOLDER / version / f"{moment}.json").write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")

    @property
    def partition(self) -> PartitionKeys:
        """The keys of the session's partition."""
        return PartitionKeys(partition_of(self.code, PARTITIONS))

    @property
    def unread(self) -> list[Command]:
        """The commands that were in the stream, in order."""
        entries = [decode_entry(data(fields["e"])) for _, fields in self.keys[self.partition.stream]["stream"]]
        return [entry for entry in entries if isinstance(entry, Command)]

    def response_ms(self, number: int) -> int:
        """How long after its question opened one of `unread` came."""
        head = data(self.keys[self.partition.session(self.code)]["hash"]["head"])
        entry_id, _ = self.keys[self.partition.stream]["stream"][number]
        return int(entry_id.partition("-")[0]) - msgspec.msgpack.decode(head[1:], type=Head).opens_at

    def token(self, name: str = "") -> str:
        """A token for a player, or the host. Those of then have expired."""
        role = Role.PLAYER if name else Role.HOST
        identity = Identity(self.code, self.nonce, role, self.player_ids[name] if name else "")
        return Tokens(SECRET).sign(identity, time.time_ns() // 1_000_000)

    async def restore(self, redis: Client) -> None:
        """Writes all keys but the leases, which have run out, as if they had been recorded just now."""
        shift = time.time_ns() // 1_000_000 - self.recorded_at
        for name, value in self.keys.items():
            await _write(redis, name, value, self._moved_by(shift))

    def _moved_by(self, shift: int) -> Any:
        def moved(value: Any) -> Any:
            match value:
                case int() if abs(value - self.recorded_at) < AROUND_MS:
                    return value + shift
                case list():
                    return [moved(part) for part in value]
                case dict():
                    return {key: moved(part) for key, part in value.items()}
                case _:
                    return value

        return moved


def versions() -> list[str]:
    """Of which there are records, the oldest first."""
    return sorted(path.name for path in FOLDER.iterdir())


def data(text: str) -> bytes:
    """Bytes of a record."""
    return b64decode(text)


def text(value: bytes) -> str:
    """Bytes as a record keeps them."""
    return b64encode(value).decode()


async def kept(redis: Any, name: bytes) -> Any:
    """A key as a record keeps it."""
    kind = (await redis.type(name)).decode()
    read: Any
    match kind:
        case "hash":
            read = {field.decode(): text(value) for field, value in (await redis.hgetall(name)).items()}
        case "stream":
            entries = await redis.xrange(name)
            read = [[at.decode(), {key.decode(): text(value) for key, value in e.items()}] for at, e in entries]
        case "zset":
            read = [[member.decode(), score] for member, score in await redis.zrange(name, 0, -1, withscores=True)]
        case "set":
            read = sorted(member.decode() for member in await redis.smembers(name))
        case "list":
            read = [text(value) for value in await redis.lrange(name, 0, -1)]
        case _:
            read = text(await redis.get(name))
    return {kind: read}


async def _write(redis: Any, name: str, value: Any, moved: Any) -> None:
    def packed(stored: str) -> bytes:
        bare = data(stored)
        if bare[:1] not in FORMATS:  # plain text, such as the number of the last step
            return bare
        return bare[:1] + msgspec.msgpack.encode(moved(msgspec.msgpack.decode(bare[1:])))

    def later(stream_id: str) -> str:
        milliseconds, _, number = stream_id.partition("-")
        return f"{moved(int(milliseconds))}-{number}"

    match value:
        case {"hash": fields} if name.endswith(":meta"):
            await redis.hset(name, mapping={field: later(data(offset).decode()) for field, offset in fields.items()})
        case {"hash": fields}:
            await redis.hset(name, mapping={field: packed(stored) for field, stored in fields.items()})
        case {"stream": entries}:
            for entry_id, fields in entries:
                await redis.xadd(name, {key: packed(stored) for key, stored in fields.items()}, later(entry_id))
        case {"zset": members}:
            await redis.zadd(name, {member: moved(int(score)) for member, score in members})
        case {"set": members}:
            await redis.sadd(name, *members)
        case {"list": members}:
            await redis.rpush(name, *map(data, members))  # as it was: the texts of a log are hashed
        case {"string": stored}:
            await redis.set(name, data(stored))
