"""Figures of a crowd: percentiles, a table for people, JSON for programs. Pure."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from clients.loadtest.crowd import Measured, Timing
from clients.loadtest.ledger import Round, Verdict

MAX_FINDINGS: Final = 20
"""How many findings the table shows; JSON has them all."""


class Spread(Struct, frozen=True):
    """Percentiles of some values; zero without any."""

    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


class QuestionFigures(Struct, frozen=True, kw_only=True):
    """One question. Milliseconds, bytes."""

    index: int
    asked: int
    """Players who got `new_question`."""
    asked_spread_ms: float
    """Between the first player that got it and the last."""
    asked_after_ms: float
    """From the host's command to the last player that got it."""
    accepted: int
    refused: int
    ack_ms: Spread
    """From a player's answer to its `answer_accepted`."""
    results_after_ms: float
    """From the last answer to the last player that got `question_results`."""
    bytes_per_player: Spread


class Report(Struct, frozen=True, kw_only=True):
    """A whole run."""

    good: bool
    players: int
    joining_s: float
    questions: tuple[QuestionFigures, ...]
    lost: int
    doubled: int
    errors: dict[str, int]
    closes: dict[int, int]
    findings: tuple[str, ...]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least `percent` of them do not exceed; `values` are sorted and not empty."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


def spread(values: Iterable[float]) -> Spread:
    """The percentiles of some values, to one decimal."""
    ordered = sorted(values)
    if not ordered:
        return Spread()
    return Spread(*(round(percentile(ordered, percent), 1) for percent in (50, 99, 100)))


def report(measured: Measured, verdict: Verdict) -> Report:
    """What a crowd saw and what the ledger says to it, as figures."""
    pairs = zip(measured.rounds, measured.timings, strict=True)
    return Report(
        good=verdict.good,
        players=measured.players,
        joining_s=round(measured.joining_s, 2),
        questions=tuple(_question(played, timing) for played, timing in pairs),
        lost=verdict.lost,
        doubled=verdict.doubled,
        errors=dict(measured.errors),
        closes=dict(measured.closes),
        findings=verdict.findings,
    )


def _question(played: Round, timing: Timing) -> QuestionFigures:
    asked = timing.asked.values()
    acks = [at - timing.answered[player] for player, at in timing.acknowledged.items()]
    return QuestionFigures(
        index=played.index,
        asked=len(asked),
        asked_spread_ms=_ms(max(asked, default=0.0) - min(asked, default=0.0)),
        asked_after_ms=_ms(max(asked, default=timing.sent) - timing.sent),
        accepted=len(played.accepted),
        refused=len(played.refused),
        ack_ms=spread(_ms(seconds) for seconds in acks),
        results_after_ms=_ms(max(timing.results.values(), default=0.0) - max(timing.answered.values(), default=0.0)),
        bytes_per_player=spread(timing.bytes_received.values()),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def as_json(figures: Report) -> str:
    """The report as one JSON object."""
    return msgspec.json.format(msgspec.json.encode(figures), indent=2).decode()


def as_table(figures: Report) -> str:
    """The report for people."""
    head = "question   asked  spread ms  after ms   accepted   ack ms p50/p99/max      results ms   bytes p50/max"
    lines = [f"{figures.players} players joined in {figures.joining_s} s", "", head]
    for question in figures.questions:
        ack, size = question.ack_ms, question.bytes_per_player
        lines.append(
            f"{question.index:>8} {question.asked:>7} {question.asked_spread_ms:>10} {question.asked_after_ms:>9}"
            f" {question.accepted:>10} {f'{ack.p50} / {ack.p99} / {ack.max}':>22} {question.results_after_ms:>15}"
            f" {f'{size.p50:.0f} / {size.max:.0f}':>15}"
        )
    lines.append("")
    lines += [f"{count} × error {code}" for code, count in figures.errors.items()]
    lines += [f"{count} × connection closed with {code}" for code, count in figures.closes.items()]
    lines += figures.findings[:MAX_FINDINGS]
    if len(figures.findings) > MAX_FINDINGS:
        lines.append(f"... and {len(figures.findings) - MAX_FINDINGS} more")
    lines.append(
        f"{'GOOD' if figures.good else 'BAD'}: {figures.lost} answers lost, {figures.doubled} doubled,"
        f" {len(figures.findings)} other findings"
    )
    return "\n".join(lines)
