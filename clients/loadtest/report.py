"""What a run's players saw and what the ledger says to it, as figures: JSON for programs. Pure."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from clients.loadtest.director import Run
from clients.loadtest.histograms import Latency, latency
from clients.loadtest.ledger import Audit, Round, judge
from clients.loadtest.plan import Plan
from clients.loadtest.seen import QuestionTiming, Seen, count


class Spread(Struct, frozen=True):
    """Percentiles of some values; zero without any."""

    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


class QuestionFigures(Struct, frozen=True, kw_only=True):
    """One question, in all sessions. Milliseconds, bytes; of sessions, the slowest."""

    index: int
    asked: int
    """Players who got `new_question`."""
    asked_spread_ms: float
    """Between the first player of a session that got it and the last."""
    asked_after_ms: float
    """From the host's command to the last player that got it."""
    accepted: int
    refused: int
    cut: int
    """Players whose connection the load test broke."""
    late: int
    """Those of them who came back with an answer after the question was closed."""
    ack_ms: Spread
    """From a player's answer to its `answer_accepted`; without players that were cut off."""
    results_after_ms: float
    """From the last answer to the last player that got `your_result`."""
    bytes_per_player: Spread
    frames_per_player: Spread
    reads_per_player: Spread
    """How often something arrived; what the server wrote at once is one."""


class Report(Struct, frozen=True, kw_only=True):
    """A whole run."""

    good: bool
    players: int
    """In all sessions together."""
    plan: Plan
    processes: int
    joining_s: float
    questions: tuple[QuestionFigures, ...]
    latencies: dict[str, Latency]
    """`join`; `question`, from the host's command; `spread`, after the first player of the session that got it; `ack`;
    `results`, own ones after the session's last answer; `return`, of those who were cut off."""
    lost: int
    doubled: int
    errors: dict[str, int]
    closes: dict[int, int]
    findings: tuple[str, ...]
    busiest: float
    """The load test itself: the share of a core of its busiest process in its busiest half second."""
    lag_ms: float
    """How late it came to a moment that it had asked for."""

    @property
    def measures_itself(self) -> bool:
        """Whether latencies say as much about the load test as about the server."""
        return self.busiest > BUSY or self.lag_ms > LATE_MS


BUSY: Final = 0.9
LATE_MS: Final = 100.0


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least `percent` of them do not exceed; `values` are sorted and not empty."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


def spread(values: Iterable[float]) -> Spread:
    """The percentiles of some values, to one decimal."""
    ordered = sorted(values)
    if not ordered:
        return Spread()
    return Spread(*(round(percentile(ordered, percent), 1) for percent in (50, 99, 100)))


def report(run: Run, verdict: Audit) -> Report:
    """The figures of a run, with the verdict on it."""
    errors: dict[str, int] = {}
    closes: dict[int, int] = {}
    for seen in run.sessions:
        for code, times in seen.errors.items():
            count(errors, code, times)
        for number, times in seen.closes.items():
            count(closes, number, times)
    return Report(
        good=verdict.good,
        players=run.plan.sessions * run.plan.players,
        plan=run.plan,
        processes=run.processes,
        joining_s=round(run.joining_s, 2),
        questions=tuple(_question(index, run.sessions) for index in range(run.plan.questions)),
        latencies=_latencies(run.sessions),
        lost=verdict.lost,
        doubled=verdict.doubled,
        errors=errors,
        closes=closes,
        findings=verdict.findings,
        busiest=round(run.busiest, 2),
        lag_ms=_ms(run.lag_s),
    )


def verdict_on(run: Run) -> Audit:
    """What is wrong in all sessions of a run."""
    lost = doubled = 0
    findings: list[str] = []
    for number, seen in enumerate(run.sessions):
        verdict = judge(seen.rounds, seen.finals, run.plan.players)
        lost, doubled = lost + verdict.lost, doubled + verdict.doubled
        where = f"session {number}, " if len(run.sessions) > 1 else ""
        findings += [where + finding for finding in verdict.findings]
    return Audit(lost, doubled, tuple(findings))


def _latencies(sessions: Sequence[Seen]) -> dict[str, Latency]:
    timings = [timing for seen in sessions for timing in seen.timings]
    pairs = [pair for seen in sessions for pair in zip(seen.rounds, seen.timings, strict=True)]
    return {
        "join": latency(seconds for seen in sessions for seconds in seen.joins.values()),
        "question": latency(at - timing.sent for timing in timings for at in timing.asked.values()),
        "spread": latency(at - min(timing.asked.values()) for timing in timings for at in timing.asked.values()),
        "ack": latency(seconds for timing in timings for seconds in _acknowledged(timing)),
        "results": latency(
            at - closed for pair in pairs for closed in [_last_answer(*pair)] for at in pair[1].results.values()
        ),
        "return": latency(at - timing.cut[player] for timing in timings for player, at in _resumed(timing)),
    }


def _acknowledged(timing: QuestionTiming) -> list[float]:
    moments = timing.acknowledged.items()
    return [at - timing.answered[player] for player, at in moments if player not in timing.cut]


def _resumed(timing: QuestionTiming) -> list[tuple[int, float]]:
    return [(player, at) for player, at in timing.resumed.items() if player in timing.cut]


def _last_answer(played: Round, timing: QuestionTiming) -> float:
    """When the last answer that counts was sent; without any, when the first result came."""
    answers = [timing.answered[player] for player in played.accepted]
    return max(answers, default=min(timing.results.values(), default=0.0))


def _question(index: int, sessions: Sequence[Seen]) -> QuestionFigures:
    rounds = [seen.rounds[index] for seen in sessions]
    timings = [seen.timings[index] for seen in sessions]
    asked = [(timing.sent, timing.asked.values()) for timing in timings if timing.asked]
    results = [
        max(timing.results.values()) - _last_answer(played, timing)
        for played, timing in zip(rounds, timings, strict=True)
        if timing.results
    ]
    return QuestionFigures(
        index=index,
        asked=sum(len(timing.asked) for timing in timings),
        asked_spread_ms=_ms(max((max(moments) - min(moments) for _, moments in asked), default=0.0)),
        asked_after_ms=_ms(max((max(moments) - sent for sent, moments in asked), default=0.0)),
        accepted=sum(len(played.accepted) for played in rounds),
        refused=sum(len(played.refused) for played in rounds),
        cut=sum(len(timing.cut) for timing in timings),
        late=sum(len(played.late) for played in rounds),
        ack_ms=spread(_ms(seconds) for timing in timings for seconds in _acknowledged(timing)),
        results_after_ms=_ms(max(results, default=0.0)),
        bytes_per_player=spread(size for timing in timings for size in timing.bytes_received.values()),
        frames_per_player=spread(frames for timing in timings for frames in timing.frames_received.values()),
        reads_per_player=spread(reads for timing in timings for reads in timing.reads.values()),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def as_json(figures: Report) -> str:
    """The report as one JSON object."""
    return msgspec.json.format(msgspec.json.encode(figures), indent=2).decode()
