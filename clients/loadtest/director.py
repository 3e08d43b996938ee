"""Plays all sessions of a plan: their hosts here, their players here or in other processes.

All sessions open and fill first, then all play, then all end. They start out of step, spread over the length
of a question, as sessions of different people are.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final, Protocol

from clients.loadtest.crowd import Crowd, Doors
from clients.loadtest.host import Host
from clients.loadtest.meter import Meter
from clients.loadtest.plan import Plan, deal
from clients.loadtest.seen import LiveCounts, Seen, together
from clients.loadtest.workers import WorkerProcess
from quickpoll.protocol import CreateSession, EndSession, NextQuestion, StartQuiz

OPENING_AT_ONCE: Final = 50
"""Sessions, until all have their host."""


class Players(Protocol):
    """The players of a session, or a part of them, here or elsewhere; as `Crowd` has them."""

    async def join(self, code: str, clock_ahead_ms: float, per_s: float) -> None:
        """Returns when all have joined."""

    async def question(self, index: int) -> None:
        """Returns when all have got the end of a question."""

    async def finals(self) -> Seen:
        """What they saw, when all have got their final result."""


@dataclass
class Run:
    """All that a run has seen."""

    plan: Plan
    processes: int
    sessions: list[Seen] = field(default_factory=list)
    joining_s: float = 0.0
    playing_s: float = 0.0
    busiest: float = 0.0
    lag_s: float = 0.0
    """As `Meter` has them: the worst of any process of the load test, while it played."""


class PlayedSession:
    """One session, as its host leads it."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.parts: list[tuple[Players, int]] = []
        """With how many they are."""
        self._plan = plan
        self._host = Host(plan.urls, number)
        self._code = ""
        self._clock_ahead_ms = 0.0
        self._sent: list[float] = []

    async def open(self) -> None:
        """The host opens it."""
        self._code = await self._host.create(CreateSession(quiz=self._plan.quiz(), settings=self._plan.settings()))
        self._clock_ahead_ms = await self._host.clock_ahead_ms()

    async def fill(self) -> None:
        """Its players join, at their share of the rate."""
        share = self._plan.join_rate / (self._plan.sessions * self._plan.players)
        await asyncio.gather(
            *(players.join(self._code, self._clock_ahead_ms, share * size) for players, size in self.parts)
        )

    async def play(self, after_s: float) -> None:
        """All questions, one when everyone has the end of the one before; begins after some seconds."""
        await asyncio.sleep(after_s)
        for index in range(self._plan.questions):
            self._sent.append(time.perf_counter())
            await self._host.call(NextQuestion() if index else StartQuiz())
            await asyncio.gather(*(players.question(index) for players, _ in self.parts))

    async def end(self) -> Seen:
        """The quiz ends; what its players have seen."""
        await self._host.call(NextQuestion())
        seen = together(await asyncio.gather(*(players.finals() for players, _ in self.parts)))
        for timing, sent in zip(seen.timings, self._sent, strict=True):
            timing.sent = sent
        return seen

    async def close(self) -> None:
        """It is over for all; to be called when the players are gone."""
        await self._host.call(EndSession())

    def leave(self) -> None:
        """The host hangs up."""
        self._host.close()


async def no_phase(_name: str) -> None:
    """For who does not ask."""


async def play(
    plan: Plan, processes: int = 1, phase: Callable[[str], Awaitable[None]] = no_phase, tally: LiveCounts | None = None
) -> Run:
    """Plays everything; takes about `questions` × (lead + answer window), and the joining.

    Args:
        plan: what to play.
        processes: in how many processes the players are; with 1 all is in this one.
        phase: is awaited when everyone has `joined`, and when the last question was `played`.
        tally: counts what happens, while it does.

    Raises:
        OSError, WireError, TimeoutError: the server does not answer, or not to all players.
        ConnectionRefusedError: it refuses the host or a player.
    """
    run = Run(plan, processes)
    sessions = [PlayedSession(plan, number) for number in range(plan.sessions)]
    async with AsyncExitStack() as hosts:
        for session in sessions:
            hosts.callback(session.leave)
        await _each(sessions, PlayedSession.open, at_once=OPENING_AT_ONCE)
        async with AsyncExitStack() as stack:
            workers = await _deal_out(sessions, plan, processes, tally or LiveCounts(), stack)
            await _play(run, sessions, phase, workers)
        await _each(sessions, PlayedSession.close)
    return run


async def _deal_out(
    sessions: Sequence[PlayedSession], plan: Plan, processes: int, tally: LiveCounts, stack: AsyncExitStack
) -> list[WorkerProcess]:
    """Gives the sessions their players, until the stack is closed; the processes that have them, if not this one."""
    workers, doors = [], Doors()
    for parts in deal(plan, processes):
        if processes > 1:
            workers.append(await stack.enter_async_context(WorkerProcess.started(plan, parts, tally)))
        for part in parts:
            if processes > 1:
                players: Players = workers[-1].players(part.session)
            else:
                players = Crowd(plan, part, tally, doors)
                stack.callback(players.close)
            sessions[part.session].parts.append((players, len(part)))
    return workers


async def _play(
    run: Run,
    sessions: Sequence[PlayedSession],
    phase: Callable[[str], Awaitable[None]],
    workers: Sequence[WorkerProcess],
) -> None:
    started = time.perf_counter()
    await _each(sessions, PlayedSession.fill)
    run.joining_s = time.perf_counter() - started
    await phase("joined")
    meter = Meter()
    meter.start()
    started = time.perf_counter()
    rng = random.Random(run.plan.seed)  # noqa: S311  (repeats itself on purpose)
    spread_s = run.plan.question_s() if len(sessions) > 1 else 0.0
    await _each(sessions, lambda session: session.play(rng.uniform(0, spread_s)))
    run.playing_s = time.perf_counter() - started
    meter.stop()
    meters: list[Meter | WorkerProcess] = [meter, *workers]
    run.busiest, run.lag_s = max(one.busiest for one in meters), max(one.lag_s for one in meters)
    await phase("played")
    run.sessions = list(await asyncio.gather(*(session.end() for session in sessions)))


async def _each(
    sessions: Sequence[PlayedSession], work: Callable[[PlayedSession], Awaitable[None]], at_once: int | None = None
) -> None:
    """Does it with all sessions at the same time; the first failure ends it."""
    places = asyncio.Semaphore(at_once or len(sessions))

    async def one(session: PlayedSession) -> None:
        async with places:
            await work(session)

    try:
        async with asyncio.TaskGroup() as tasks:
            for session in sessions:
                tasks.create_task(one(session))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
