"""Who reacts equally earns equally, however far away; and a client that lies gains what the protocol says, no more."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import WebSocket
from websockets.frames import Frame, Opcode

from clients.loadtest.wire import Wire
from clients.player import CommandRefused, QuizClient
from quickpoll.protocol import (
    AnswerAccepted,
    ErrorCode,
    JoinSession,
    NewQuestion,
    NextQuestion,
    Option,
    QuestionResults,
    Quiz,
    SessionCreated,
    Settings,
    StartQuiz,
    SubmitAnswer,
    TrueFalseQuestion,
    YourResult,
    decode_message,
    encode_command,
)
from tests.system.browser import PHONE, Phone, chromium, new_page
from tests.system.game import Playing, join, open_session
from tests.system.harness import running, serve, websocket_url
from tests.system.latency import far, steady

LIMIT_MS = 4000
ASKED = TrueFalseQuestion("Nairobi?", (Option("True", correct=True), Option("False")), time_limit_ms=LIMIT_MS)
QUIZ = Quiz("Far away", (ASKED, ASKED))
ROUND_TRIPS_MS = (20, 60, 120, 250, 400)
REACTION_MS = 1500
EQUAL_POINTS = 15
# What a busy machine adds to a round trip at least: the smallest of a few is measured.
NOISE_MS = 25


@dataclass
class Far:
    """A host near the server, players far from it, and the question that all of them have."""

    host: QuizClient
    created: SessionCreated
    players: list[Playing]
    port: int

    async def ask(self, command: StartQuiz | NextQuestion) -> NewQuestion:
        await self.host.call(command)
        return await self.host.expect(NewQuestion)

    async def results(self) -> list[YourResult]:
        """Everybody's own, once the question is closed."""
        return [await player.client.expect(YourResult) for player in self.players]


@asynccontextmanager
async def players_at(folder: Path, settings: Settings, *round_trips_ms: int) -> AsyncIterator[Far]:
    quickpoll = serve(folder)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(quickpoll))
        port = urlsplit(quickpoll.health).port
        assert port
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(quickpoll)))
        created = await open_session(host, QUIZ, settings)
        players = []
        for number, round_trip_ms in enumerate(round_trips_ms, 1):
            there = await stack.enter_async_context(far(port, steady(round_trip_ms / 2)))
            client = await stack.enter_async_context(QuizClient.connect(f"ws://127.0.0.1:{there}/ws"))
            players.append(await join(client, created.code, f"Player {number}"))
            await client.clock_ahead_ms()
        yield Far(host, created, players, port)


async def reacts(player: Playing, reaction_ms: int, *, reports: bool = True) -> AnswerAccepted:
    """Answers so long after the options opened on the player's screen, as a page would."""
    asked = await player.client.expect(NewQuestion)
    await player.client.until(asked.opens_at)
    opened_at = time.monotonic()
    await asyncio.sleep(reaction_ms / 1000)
    elapsed_ms = round((time.monotonic() - opened_at) * 1000) if reports else None
    return await player.client.call(SubmitAnswer(question=asked.question.index, answer=0, elapsed_ms=elapsed_ms))


@pytest.mark.parametrize("lead_ms", [0, 1000])
async def test_equal_reactions_earn_equal_points_from_20_to_400_ms_away(tmp_path: Path, lead_ms: int) -> None:
    async with players_at(tmp_path, Settings(lead_ms=lead_ms), *ROUND_TRIPS_MS) as game:
        spreads = {}
        for command, reports in ((StartQuiz(), True), (NextQuestion(), False)):
            await game.ask(command)
            accepted = await asyncio.gather(*(reacts(player, REACTION_MS, reports=reports) for player in game.players))
            points = [result.points for result in await game.results()]
            spreads[reports] = max(points) - min(points)
            assert all(answer.counted_at <= answer.received_at for answer in accepted)
        print(f"lead {lead_ms} ms: points differ by {spreads[True]}, by {spreads[False]} when judged by arrival")
        assert spreads[True] <= EQUAL_POINTS
        assert spreads[False] > EQUAL_POINTS, "else the players were not far enough away to show anything"


async def test_a_client_that_forges_its_times_gains_no_more_than_its_round_trip(tmp_path: Path) -> None:
    async with players_at(tmp_path, Settings(lead_ms=5000), 100, 300) as game:  # so that several pings were answered
        await game.ask(StartQuiz())
        for player, round_trip_ms in zip(game.players, (100, 300), strict=True):
            asked = await player.client.expect(NewQuestion)
            await player.client.until(asked.opens_at + REACTION_MS)
            answer = await player.client.call(SubmitAnswer(question=0, answer=0, elapsed_ms=0))
            assert round_trip_ms <= answer.received_at - answer.counted_at <= round_trip_ms + NOISE_MS


class Holding(Wire):
    """Answers pings much later than it could, so that it seems to be far away."""

    HELD_S = 3.0

    def _frame(self, head: int, payload: bytes, size: int, at: float) -> None:
        if head == 0x80 | Opcode.PING:
            pong = Frame(Opcode.PONG, payload).serialize(mask=True)
            asyncio.get_running_loop().call_later(self.HELD_S, self._transport.write, pong)
        else:
            super()._frame(head, payload, size, at)


async def test_a_client_that_holds_its_pongs_back_gains_the_grace_and_no_more(tmp_path: Path) -> None:
    async with players_at(tmp_path, Settings(lead_ms=3500, grace_ms=400), 0) as game:
        told: asyncio.Queue[AnswerAccepted] = asyncio.Queue()

        def received(text: bytes, size: int, at: float) -> None:
            del size, at
            if isinstance(message := decode_message(text), AnswerAccepted):
                told.put_nowait(message)

        host = f"127.0.0.1:{game.port}"
        _, liar = await asyncio.get_running_loop().create_connection(
            lambda: Holding(host, "/ws", received), "127.0.0.1", game.port
        )
        await liar.opened
        liar.send(encode_command(JoinSession(code=game.created.code, name="Liar")))
        asked = await game.ask(StartQuiz())
        await game.host.until(asked.opens_at + REACTION_MS)
        liar.send(encode_command(SubmitAnswer(question=0, answer=0, elapsed_ms=0)))
        async with asyncio.timeout(5):
            answer = await told.get()
        assert answer.received_at - answer.counted_at == 400
        liar.close()


async def test_an_answer_tapped_in_time_counts_though_it_arrives_after_the_close(tmp_path: Path) -> None:
    async with players_at(tmp_path, Settings(lead_ms=1000), 400, 400, 400) as game:
        asked = await game.ask(StartQuiz())
        honest, late, silent = game.players
        in_time, too_late, untold = await asyncio.gather(
            reacts(honest, LIMIT_MS - 100),
            reacts(late, LIMIT_MS + 50),
            reacts(silent, LIMIT_MS - 100, reports=False),
            return_exceptions=True,
        )
        assert isinstance(in_time, AnswerAccepted)
        assert in_time.counted_at <= (asked.closes_at or 0) < in_time.received_at
        for refusal in (too_late, untold):
            assert isinstance(refusal, CommandRefused)
            assert refusal.code is ErrorCode.QUESTION_CLOSED
        results = await game.host.expect(QuestionResults)
        assert results.answered == 1
        assert [result.points > 0 for result in await game.results()] == [True, False, False]


@pytest.mark.quiet
async def test_nobody_near_waits_for_answers_on_their_way(tmp_path: Path) -> None:
    async with players_at(tmp_path, Settings(lead_ms=0), 0, 0) as game:
        asked = await game.ask(StartQuiz())
        await game.players[0].answer(asked, 0, QUIZ)
        await game.host.expect(QuestionResults, timeout_s=10)
        waited_ms = await game.host.since(asked.closes_at or 0)
        assert waited_ms < 400


async def test_a_page_far_away_is_judged_by_the_tap(tmp_path: Path) -> None:
    async with (
        players_at(tmp_path, Settings(lead_ms=3000)) as game,
        chromium() as browser,
        far(game.port, steady(150)) as port,
    ):
        page = await new_page(browser, PHONE)
        reported: list[dict[str, Any]] = []
        told: list[dict[str, Any]] = []
        page.on("websocket", lambda socket: _note(socket, reported, told))
        phone = await Phone.join(page, f"http://127.0.0.1:{port}", game.created.code, "Far away", QUIZ)
        asked = await game.ask(StartQuiz())
        await game.host.until(asked.opens_at + REACTION_MS)
        await phone.answer(0, correctly=True)
        await phone.sees_verdict(0)
        (elapsed_ms,) = (message["elapsed_ms"] for message in reported if message["type"] == "submit_answer")
        (accepted,) = (message for message in told if message["type"] == "answer_accepted")
        assert elapsed_ms >= REACTION_MS - NOISE_MS
        assert 150 - NOISE_MS <= accepted["received_at"] - accepted["counted_at"] <= 300 + NOISE_MS
        assert accepted["counted_at"] - asked.opens_at >= elapsed_ms, "more than the tap is not forgiven"


def _note(socket: WebSocket, sent: list[dict[str, Any]], received: list[dict[str, Any]]) -> None:
    socket.on("framesent", lambda text: sent.append(json.loads(text)))
    socket.on("framereceived", lambda text: received.append(json.loads(text)))
