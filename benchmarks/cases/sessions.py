"""(e) A thousand sessions of ten at once: the same latencies, and no deadline that is kept late."""

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Final

import msgspec

from benchmarks.game import play_on
from benchmarks.results import Row
from benchmarks.rig import rig
from benchmarks.seats import QUIZ, Seated, seated
from clients.loadtest.histograms import Latency, latency
from clients.loadtest.plan import Plan
from quickpoll.protocol import NewQuestion

TITLE: Final = "1,000 sessions of 10 players at once, answers spread over 10 s"
SESSIONS: Final = 1000
PLAYERS: Final = 10
OPENING_AT_ONCE: Final = 50
SPREAD_S: Final = 10.0
"""Over which the sessions start whose deadlines are watched."""
LEAD_MS: Final = 500


async def measure() -> tuple[Row, ...]:
    """A game in which all answer, over 10 s; then questions that nobody answers, until their time is up."""
    async with rig() as server:
        plan = Plan(server.urls, PLAYERS, 3, answer_window_s=10.0, lead_ms=1000, sessions=SESSIONS)
        game = await play_on(server, plan)
        late = await _lateness(server.urls)
    found = game.report.latencies
    return (
        Row(what="host's `next` to each player, p99", value=round(found["question"].p99, 1), unit="ms", target=40),
        Row(what="answer to its acknowledgement, p99", value=round(found["ack"].p99, 1), unit="ms", target=45),
        Row(what="last answer to each own result, p99", value=round(found["results"].p99, 1), unit="ms", target=150),
        Row(what="deadline to each player's results, longest", value=round(late.max, 1), unit="ms", target=40),
        Row(what="deadline to each player's results, p99", value=round(late.p99, 1), unit="ms"),
        Row(what="server CPU per player and question", value=round(game.per_question_ms(), 3), unit="ms"),
        *game.costs(),
    )


async def _lateness(urls: tuple[str, ...]) -> Latency:
    """From `closes_at` to the arrival of the results; server and players share this machine's clock."""
    rng = random.Random(1)  # noqa: S311  (repeats itself on purpose)
    async with AsyncExitStack() as stack:
        places = asyncio.Semaphore(OPENING_AT_ONCE)

        async def open_session(number: int) -> Seated:
            async with places:
                return await stack.enter_async_context(seated(urls, PLAYERS, number, LEAD_MS))

        sessions = await asyncio.gather(*(open_session(number) for number in range(SESSIONS)))

        async def start(session: Seated) -> None:
            await asyncio.sleep(rng.uniform(0, SPREAD_S))
            await session.start()

        await asyncio.gather(*(start(session) for session in sessions))
        await asyncio.sleep((LEAD_MS + (QUIZ.questions[0].time_limit_ms or 0)) / 1000 + 2.0)
        return latency(late for session in sessions for late in _late(session))


def _late(session: Seated) -> list[float]:
    late = []
    for seat in session.seats:
        text, _ = seat.heard[b'{"type":"new_question"'[:20]]
        closes_at = msgspec.json.decode(text, type=NewQuestion).closes_at
        late.append(seat.heard[b'{"type":"question_results"'[:20]][1] - (closes_at or 0) / 1000)
    return late
