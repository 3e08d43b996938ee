"""A whole game of the load test's crowd on a rig, and what it cost the server."""

import asyncio
from dataclasses import dataclass
from typing import Final

from benchmarks.rig import Rig, spent_ms
from clients.loadtest.director import play
from clients.loadtest.plan import Plan
from clients.loadtest.report import Report, report, verdict_on

SETTLE_S: Final = 2.5
"""After joining, until what joining caused is over: the lobby's counts come once a second."""


class Spoiled(Exception):
    """What went wrong in a game that was to be measured."""


@dataclass(frozen=True)
class Game:
    """What was seen and what it cost, from when everyone had joined to the last result."""

    report: Report
    before: dict[str, int]
    after: dict[str, int]

    def spent_ms(self, prefix: str = "") -> float:
        """CPU of the processes whose name starts so."""
        return spent_ms(self.before, self.after, prefix)


async def play_on(server: Rig, plan: Plan) -> Game:
    """Plays it, and refuses to measure what is wrong.

    Raises:
        Spoiled: an answer was lost or doubled, or a result is wrong.
    """
    cpu: dict[str, dict[str, int]] = {}

    async def phase(name: str) -> None:
        if name == "joined":
            await asyncio.sleep(SETTLE_S)
        cpu[name] = server.cpu()

    run = await play(plan, phase=phase)
    figures = report(run, verdict_on(run))
    if not figures.good:
        raise Spoiled(f"the game went wrong: {figures.lost} lost, {figures.doubled} doubled, {figures.findings[:3]}")
    return Game(figures, cpu["joined"], cpu["played"])
