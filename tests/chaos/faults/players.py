"""Players and their networks: cut, slow, half open, deaf, elsewhere."""

import asyncio
from contextlib import suppress
from itertools import count
from typing import Final
from uuid import uuid4

from msgspec.structs import replace

from clients.loadtest.wire import WireError
from quickpoll.protocol import (
    EndSession,
    Error,
    JoinSession,
    NextQuestion,
    ResumeSession,
    SubmitAnswer,
    encode_command,
)
from tests.chaos.crowd import Player
from tests.chaos.faults.world import PAST_THE_LEASE_S, Fault, Stage, World
from tests.chaos.leading import MOST_ASKED
from tests.chaos.person import Disconnected, reach
from tests.chaos.proxy import Way

CUT_SHARE: Final = 0.2
TWIN_WITHIN_S: Final = 5.0


async def clients_cut(world: World) -> None:
    """A fifth of the players' connections is cut, several times."""
    for _ in range(4):
        for link in world.client_links(CUT_SHARE):
            link.cut()
        await asyncio.sleep(world.rng.uniform(0.05, 0.4))


async def all_clients_cut(world: World) -> None:
    """All connections of players and host are cut at once."""
    for link in world.client_links(1.0):
        link.cut()


async def clients_half_open(world: World) -> None:
    """A third of the players' connections says nothing any more, and then delivers all of it, late."""
    links = world.client_links(1 / 3)
    for link in links:
        link.freeze()
    await asyncio.sleep(PAST_THE_LEASE_S)
    for link in links:
        link.thaw()


async def clients_delayed(world: World) -> None:
    """Every message between players and gateways takes 100 to 500 ms."""
    for node in world.cluster.gateways:
        assert node.clients
        node.clients.delay_s = lambda: world.rng.uniform(0.1, 0.5)
    await asyncio.sleep(2.0)
    for node in world.cluster.gateways:
        assert node.clients
        node.clients.restore()


async def client_stops_reading(world: World) -> None:
    """A player reads nothing any more, but goes on sending."""
    links = world.client_links(0.1)
    for link in links:
        link.freeze(Way.TO_CLIENT)
    await asyncio.sleep(PAST_THE_LEASE_S)
    for link in links:
        link.thaw()


async def host_away(world: Stage) -> None:
    """The host's connection breaks, and stays away for some seconds: a question goes on to its end."""
    away_s = world.rng.uniform(2, 4)
    world.crowd.host.leave_for(away_s)
    await asyncio.sleep(away_s)


async def commands_out_of_order(world: Stage) -> None:
    """Players send what only others may, and answers to questions that are not there: each is told so, once."""
    nowhere = len(world.crowd.quiz.questions) + MOST_ASKED
    for player in world.crowd.players:
        for command in (
            SubmitAnswer(question=nowhere, answer=0),
            NextQuestion(),
            ResumeSession(token=player.token or "none"),
            JoinSession(code=world.code, name=f"{player.name} again"),
            EndSession(),
        ):
            if not player.is_connected:
                break
            with suppress(Disconnected, TimeoutError):
                reply = await player.ask(replace(command, id=uuid4().hex))
                if not isinstance(reply, Error):
                    player.wrong.append(f"{command} was answered with {reply}")


async def answer_from_two_devices(world: Stage) -> None:
    """A second device resumes as a player whose answer is under way, and sends the same command."""
    # No answer was under way any more, or another fault took the gateway just now.
    with suppress(TimeoutError, WireError, OSError):
        async with asyncio.timeout(TWIN_WITHIN_S):
            player, command = await _answering(world)
            await _twin(world, player, command)


async def _answering(world: Stage) -> tuple[Player, SubmitAnswer]:
    while True:
        for player in world.crowd.players:
            for command in player.under_way.values():
                if isinstance(command, SubmitAnswer):
                    return player, command
        await asyncio.sleep(0.001)


async def _twin(world: Stage, player: Player, command: SubmitAnswer) -> None:
    player.has_twin = True
    replies = count()
    done = asyncio.Event()

    def received(_text: bytes, _size: int, _at: float) -> None:
        if next(replies) == 1:
            done.set()

    wire = await reach(world.rng.choice(world.crowd.urls), received)
    try:
        await wire.opened
        wire.send(encode_command(ResumeSession(id=uuid4().hex, token=player.token)))
        wire.send(encode_command(command))
        wire.send(encode_command(command))
        await asyncio.wait((asyncio.ensure_future(done.wait()), wire.ended), return_when=asyncio.FIRST_COMPLETED)
    finally:
        done.set()
        wire.break_off()


FAULTS: Final[dict[str, Fault]] = {
    "clients_cut": clients_cut,
    "all_clients_cut": all_clients_cut,
    "clients_half_open": clients_half_open,
    "clients_delayed": clients_delayed,
    "client_stops_reading": client_stops_reading,
    "host_away": host_away,
    "commands_out_of_order": commands_out_of_order,
    "answer_from_two_devices": answer_from_two_devices,
}
