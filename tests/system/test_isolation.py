"""Sessions know nothing of each other, whatever happens in them at the same time and on the same gateways."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.player import CommandRefused, Lost, QuizClient
from quickpoll.protocol import (
    CloseQuestion,
    EndSession,
    ErrorCode,
    JoinSession,
    KickPlayer,
    LeaveSession,
    LockSession,
    NextQuestion,
    Option,
    Quiz,
    SessionCreated,
    Settings,
    SingleQuestion,
    StartQuiz,
    SubmitAnswer,
    encode_message,
)
from tests.system.game import Playing, join, open_session
from tests.system.harness import Process, serve, websocket_url

LIMITS = {"QUICKPOLL_SESSIONS_PER_ADDRESS": "100000"}
ACTIONS = ("join", "leave", "answer", "next", "close", "kick", "kick another's", "lock", "resume", "end")
_numbers = count()


class Server:
    """One process for all examples, and the event loop that they run in."""

    def __init__(self, folder: Path) -> None:
        self.process: Process = serve(folder, None, **LIMITS)
        self.url = websocket_url(self.process)
        self.runner = asyncio.Runner()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("isolation"))
    with started.runner:
        started.runner.run(started.process.start())
        yield started
        started.runner.run(started.process.stop())


@dataclass
class Game:
    """A session all of whose texts carry its mark."""

    stack: AsyncExitStack
    url: str
    host: QuizClient
    created: SessionCreated
    mark: str
    players: list[Playing] = field(default_factory=list)
    everyone: list[QuizClient] = field(default_factory=list)

    @classmethod
    async def open(cls, stack: AsyncExitStack, url: str) -> "Game":
        mark = f"mark{next(_numbers)}."
        questions = [
            SingleQuestion(f"{mark} {number}?", (Option(f"{mark} yes", correct=True), Option(f"{mark} no")))
            for number in range(3)
        ]
        host = await stack.enter_async_context(QuizClient.connect(url))
        created = await open_session(host, Quiz(mark, tuple(questions)), Settings(lead_ms=0))
        return cls(stack, url, host, created, mark, everyone=[host])

    async def join(self) -> None:
        client = await self.stack.enter_async_context(QuizClient.connect(self.url))
        self.everyone.append(client)
        self.players.append(await join(client, self.created.code, f"{self.mark} {len(self.everyone)}"))

    async def act(self, action: str, others: list["Game"]) -> None:
        """Does it, if the session allows it now."""
        last = self.players[-1] if self.players else None
        match action:
            case "join":
                await self.join()
            case "leave" if last:
                await last.client.call(LeaveSession())
                self.players.remove(last)
            case "answer":
                await asyncio.gather(*(each.client.call(SubmitAnswer(question=0, answer=0)) for each in self.players))
            case "next":
                await self.host.call(StartQuiz())
            case "close":
                await self.host.call(CloseQuestion())
                await self.host.call(NextQuestion())
            case "kick" if last:
                self.players.remove(last)
                await self.host.call(KickPlayer(player_id=last.joined.player_id))
            case "kick another's":
                for game in others:
                    for player in game.players:
                        await self.host.call(KickPlayer(player_id=player.joined.player_id))
            case "lock":
                await self.host.call(LockSession(locked=True))
            case "resume" if last:
                await last.client.drop()
                await last.client.resume(last.joined.player_token)
            case "end":
                await self.host.call(EndSession())

    async def play(self, actions: list[str], others: list["Game"]) -> None:
        for action in actions:
            with suppress(CommandRefused, Lost):
                await self.act(action, others)

    @property
    def heard(self) -> str:
        """All that its clients were ever told."""
        return "\n".join(encode_message(message).decode() for each in self.everyone for message in each.received)


async def play(url: str, scripts: list[list[str]]) -> None:
    """Plays one session for each script, all at once, and looks for marks of one in what was said in another."""
    async with AsyncExitStack() as stack:
        games = [await Game.open(stack, url) for _ in scripts]
        await asyncio.gather(*(game.join() for game in games))
        await asyncio.gather(
            *(
                game.play(script, [other for other in games if other is not game])
                for game, script in zip(games, scripts, strict=True)
            )
        )
        for game in games:
            assert game.mark in game.heard
            for other in games:
                if other is not game:
                    assert other.mark not in game.heard
                    assert other.created.code not in game.heard
                    assert not any(player.joined.player_id in game.heard for player in other.players)
        for game, script in zip(games, scripts, strict=True):
            again = await stack.enter_async_context(QuizClient.connect(url))
            with suppress(CommandRefused):  # it has ended
                resumed = await again.resume(game.created.host_token)
                if not {"kick", "leave"} & set(script):
                    assert resumed.session.player_count == len(game.players)
                    assert '"kicked"' not in game.heard
                await again.call(EndSession())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scripts=st.lists(st.lists(st.sampled_from(ACTIONS), max_size=10), min_size=2, max_size=5))
def test_nothing_crosses_from_one_session_to_another(server: Server, scripts: list[list[str]]) -> None:
    server.runner.run(play(server.url, scripts))


def test_a_token_opens_its_own_session_only(server: Server) -> None:
    async def check() -> None:
        async with AsyncExitStack() as stack:
            one, other = await Game.open(stack, server.url), await Game.open(stack, server.url)
            await one.join()
            await other.join()
            thief = await stack.enter_async_context(QuizClient.connect(server.url))
            resumed = await thief.resume(one.players[0].joined.player_token)
            assert (resumed.code, resumed.session.title) == (one.created.code, one.mark)
            for command in (StartQuiz(), KickPlayer(player_id=other.players[0].joined.player_id)):
                with pytest.raises(CommandRefused) as refused:
                    await thief.call(command)
                assert refused.value.code is ErrorCode.FORBIDDEN
            with pytest.raises(CommandRefused):
                await thief.call(JoinSession(code=other.created.code, name="Ann"))
            await one.host.call(EndSession())
            ended = await stack.enter_async_context(QuizClient.connect(server.url))
            with pytest.raises(CommandRefused) as refused:
                await ended.resume(one.created.host_token)
            assert refused.value.code is ErrorCode.SESSION_ENDED
            await other.host.call(EndSession())

    server.runner.run(check())
