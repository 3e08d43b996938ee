"""A run in the terminal: how it goes while it goes, and the report for people."""

import asyncio
import sys
import time
from typing import Final

from clients.loadtest.plan import Plan
from clients.loadtest.report import Report
from clients.loadtest.seen import LiveCounts
from quickpoll.printable import printable

MAX_FINDINGS: Final = 20
"""How many findings are shown; JSON has them all."""
SHOW_EVERY_S: Final = 0.25
NAMES: Final = {
    "join": "join",
    "question": "question, after the host's command",
    "spread": "question, after the first player",
    "ack": "acknowledgement of an answer",
    "results": "own result, after the last answer",
    "return": "back after a cut connection",
}


class Live:
    """One line that is rewritten while a run goes on; nothing where nobody watches."""

    def __init__(self, plan: Plan, tally: LiveCounts) -> None:
        self._plan = plan
        self._tally = tally
        self._started = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Shows it from here on, if standard error is a terminal."""
        if sys.stderr.isatty():
            self._task = asyncio.get_running_loop().create_task(self._show())

    def stop(self) -> None:
        """Takes the line away."""
        if self._task:
            self._task.cancel()
            sys.stderr.write("\r\x1b[K")

    def line(self) -> str:
        """How it stands."""
        tally, total = self._tally, self._plan.sessions * self._plan.players
        head = f"{time.monotonic() - self._started:6.1f} s  "
        errors = f", {tally.errors:,} errors" if tally.errors else ""
        if tally.joined < total:
            return f"{head}{tally.joined:,} of {total:,} players have joined{errors}"
        returned = f", {tally.resumed:,} came back" if tally.resumed else ""
        return (
            f"{head}{tally.answered:,} of {total * self._plan.questions:,} answers sent, "
            f"{tally.acknowledged:,} acknowledged{returned}{errors}"
        )

    async def _show(self) -> None:
        while True:
            sys.stderr.write(f"\r\x1b[K{self.line()}")
            sys.stderr.flush()
            await asyncio.sleep(SHOW_EVERY_S)


def as_table(figures: Report) -> str:
    """The report for people."""
    lines = [_head(figures), "", *_questions(figures), "", *_latencies(figures), ""]
    lines += [f"{count:,} × error {code}" for code, count in figures.errors.items()]
    lines += [f"{count:,} × connection closed with {code}" for code, count in figures.closes.items()]
    lines += figures.findings[:MAX_FINDINGS]
    if len(figures.findings) > MAX_FINDINGS:
        lines.append(f"... and {len(figures.findings) - MAX_FINDINGS} more")
    if figures.measures_itself:
        lines.append(
            f"The load test itself used {figures.busiest:.0%} of a core and was up to {figures.lag_ms:.0f} ms late: "
            "take the latencies for upper bounds, or give it more --processes or another machine."
        )
    lines.append(
        f"{'GOOD' if figures.good else 'BAD'}: {figures.lost} answers lost, {figures.doubled} doubled,"
        f" {len(figures.findings)} other findings"
    )
    return "\n".join(map(printable, lines))  # codes and findings quote the server


def _head(figures: Report) -> str:
    sessions = f" in {figures.plan.sessions:,} sessions" if figures.plan.sessions > 1 else ""
    return f"{figures.players:,} players{sessions} joined in {figures.joining_s} s"


def _questions(figures: Report) -> list[str]:
    lines = ["question   asked  spread ms  after ms   accepted   ack ms p50/p99/max      results ms   bytes p50/max"]
    for question in figures.questions:
        ack, size = question.ack_ms, question.bytes_per_player
        lines.append(
            f"{question.index:>8} {question.asked:>7} {question.asked_spread_ms:>10} {question.asked_after_ms:>9}"
            f" {question.accepted:>10} {f'{ack.p50} / {ack.p99} / {ack.max}':>22} {question.results_after_ms:>15}"
            f" {f'{size.p50:.0f} / {size.max:.0f}':>15}"
        )
    cut, late = (sum(getattr(question, name) for question in figures.questions) for name in ("cut", "late"))
    if cut:
        lines.append(f"{cut:,} connections were cut on purpose; {late:,} of these players came back too late to answer")
    return lines


def _latencies(figures: Report) -> list[str]:
    lines = [f"{'milliseconds':<36}{'count':>9}{'p50':>10}{'p90':>10}{'p99':>10}{'p99.9':>10}{'max':>10}"]
    for kind, name in NAMES.items():
        found = figures.latencies[kind]
        values = (found.p50, found.p90, found.p99, found.p99_9, found.max)
        if found.count:
            lines.append(f"{name:<36}{found.count:>9,}" + "".join(f"{value:>10,.1f}" for value in values))
    return lines
