"""A whole game of the load test's crowd on a rig, and what it cost the server."""

from dataclasses import dataclass

from benchmarks.rig import Rig, spent_ms
from clients.loadtest.crowd import Plan, play
from clients.loadtest.ledger import judge
from clients.loadtest.report import Report, report


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
        SystemExit: an answer was lost or doubled, or a result is wrong.
    """
    cpu: dict[str, dict[str, int]] = {}

    def phase(name: str) -> None:
        cpu[name] = server.cpu()

    measured = await play(plan, phase)
    figures = report(measured, judge(measured.rounds, measured.finals, measured.players))
    if not figures.good:
        raise SystemExit(f"the game went wrong: {figures.lost} lost, {figures.doubled} doubled, {figures.findings[:3]}")
    return Game(figures, cpu["joined"], cpu["played"])
