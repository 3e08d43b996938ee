"""A whole game of the load test's crowd on a rig, and what it cost the server."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final, NamedTuple

from benchmarks.results import Row
from benchmarks.rig import Rig, spent_ms
from clients.loadtest.director import play
from clients.loadtest.plan import Plan
from clients.loadtest.report import Report, report, verdict_on

IDLE_S: Final = 3.0
"""How long everyone waits, to see what that costs."""
SETTLE_S: Final = 2.5
"""After joining, until what joining caused is over: the lobby's counts come once a second."""


class Spoiled(Exception):
    """What went wrong in a game that was to be measured."""


class Sample(NamedTuple):
    """What had been used at a moment."""

    at: float
    """In seconds of `time.perf_counter()`."""
    cpu: dict[str, int]
    """By process, in nanoseconds."""
    wake_ups: int
    written: int
    """Bytes in the append-only file; 0 where there is none."""

    @classmethod
    async def of(cls, server: Rig) -> "Sample":
        """Now."""
        info = await server.redis_info("persistence") if server.redis_url else {}
        written = int(info.get("aof_current_size", 0))
        return cls(time.perf_counter(), server.cpu(), server.wake_ups(), written)


@dataclass(frozen=True)
class Game:
    """What was seen and what it cost, from when everyone had joined to the last result."""

    report: Report
    before: Sample
    after: Sample
    idle: float
    """Of this time, as a multiple of that between the first sample and the second: while everyone only waited."""
    first: Sample

    def per_question_ms(self, prefix: str = "") -> float:
        """CPU per player and question of the processes whose name starts so."""
        return spent_ms(self.before.cpu, self.after.cpu, prefix) / self._answers

    def busy_ms(self, prefix: str = "") -> float:
        """The same without what they spend while everyone only waits."""
        waiting = spent_ms(self.first.cpu, self.before.cpu, prefix) * self.idle
        return self.per_question_ms(prefix) - waiting / self._answers

    @property
    def idle_ms(self) -> float:
        """CPU of all processes in a second in which everyone only waits."""
        return spent_ms(self.first.cpu, self.before.cpu) / (self.before.at - self.first.at)

    @property
    def idle_wake_ups(self) -> float:
        """Wake-ups in such a second."""
        return (self.before.wake_ups - self.first.wake_ups) / (self.before.at - self.first.at)

    @property
    def bytes_per_answer(self) -> float:
        """What the append-only file grew by, per player and question."""
        return (self.after.written - self.before.written) / self._answers

    def costs(self) -> tuple[Row, ...]:
        """What the capacity model wants to know."""
        return tuple(
            Row(what=f"without idling, {name}", key=name, value=round(self.busy_ms(name), 4), unit="ms")
            for name in ("gateway", "coordinator", "valkey")
        )

    @property
    def _answers(self) -> int:
        return self.report.players * len(self.report.questions)


async def play_on(
    server: Rig, plan: Plan, *, processes: int = 1, settle_s: float = SETTLE_S, idle_s: float = IDLE_S
) -> Game:
    """Plays it, and refuses to measure what is wrong.

    Args:
        server: on which.
        plan: what to play.
        processes: in how many processes the players are; one has at most as many as it may open files.
        settle_s: how long to wait after joining, until what joining caused is over.
        idle_s: how long everyone waits then, to see what that costs.

    Raises:
        Spoiled: an answer was lost or doubled, or a result is wrong.
    """
    samples: list[Sample] = []

    async def phase(name: str) -> None:
        if name == "joined":
            await asyncio.sleep(settle_s)
            samples.append(await Sample.of(server))
            await asyncio.sleep(idle_s)
        samples.append(await Sample.of(server))

    run = await play(plan, processes, phase)
    figures = report(run, verdict_on(run))
    if not figures.good:
        raise Spoiled(f"the game went wrong: {figures.lost} lost, {figures.doubled} doubled, {figures.findings[:3]}")
    first, before, after = samples
    return Game(figures, before, after, (after.at - before.at) / (before.at - first.at), first)
