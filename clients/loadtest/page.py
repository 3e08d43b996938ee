"""The report as a page of one file: nothing is loaded from anywhere, and it reads in the light and in the dark."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from clients.loadtest.histograms import Bin, Latency, bins
from clients.loadtest.report import QuestionFigures, Report
from clients.loadtest.terminal import NAMES

WIDTH: Final = 360
HEIGHT: Final = 120
BASE: Final = 98
"""Where the bars stand; the ticks are below."""
MARGIN: Final = 8
LABEL_WIDTH: Final = 50
MAX_FINDINGS: Final = 200


def as_page(figures: Report) -> str:
    """The whole page."""
    template = Template(files("clients.loadtest").joinpath("page.html").read_text())
    plan = figures.plan
    return template.substitute(
        verdict="good" if figures.good else "bad",
        headline=_headline(figures),
        summary=f"{figures.lost:,} answers lost, {figures.doubled:,} doubled, {len(figures.findings):,} other findings",
        facts=_facts(figures),
        cards="".join(_card(NAMES[kind], found) for kind, found in figures.latencies.items() if found.count),
        questions="".join(_row(question) for question in figures.questions),
        notes="".join(f"<li>{escape(note)}</li>" for note in _notes(figures)),
        urls=escape(", ".join(plan.urls)),
        moment=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _headline(figures: Report) -> str:
    if figures.good:
        return "Nothing was lost"
    return "Answers were lost or doubled" if figures.lost or figures.doubled else "Something is wrong"


def _facts(figures: Report) -> str:
    plan = figures.plan
    facts = {
        "players": f"{figures.players:,}",
        "sessions": f"{plan.sessions:,}",
        "questions": f"{plan.questions:,}",
        "answers accepted": f"{sum(question.accepted for question in figures.questions):,}",
        "joining took": f"{figures.joining_s:,.1f} s",
        "answers within": f"{plan.answer_window_s:g} s",
    }
    return "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in facts.items())


def _card(name: str, found: Latency) -> str:
    values = {"median": found.p50, "90 %": found.p90, "99 %": found.p99, "99.9 %": found.p99_9, "longest": found.max}
    rows = "".join(f"<div><dt>{label}</dt><dd>{duration(value)}</dd></div>" for label, value in values.items())
    return (
        f"<section class=card><h3>{escape(name[0].upper() + name[1:])}</h3>"
        f"{picture(bins(found.hdr), found, name)}<dl class=values>{rows}</dl></section>"
    )


def picture(steps: Sequence[Bin], found: Latency, name: str) -> str:
    """A histogram as SVG: how many of which duration, which grows to the right by the same factor each step."""
    low, high = _decade(steps[0].low_ms, up=False), _decade(steps[-1].high_ms, up=True)
    scale = (WIDTH - 2 * MARGIN) / (math.log10(high) - math.log10(low))

    def x(milliseconds: float) -> float:
        return round(MARGIN + (math.log10(max(milliseconds, low)) - math.log10(low)) * scale, 1)

    most = max(step.count for step in steps)
    bars = "".join(
        f'<rect x="{x(step.low_ms)}" width="{x(step.high_ms) - x(step.low_ms) - 1:.1f}"'
        f' y="{BASE - height:.1f}" height="{height:.1f}">'
        f"<title>{step.count:,} from {duration(step.low_ms)} to {duration(step.high_ms)}</title></rect>"
        for step in steps
        if (height := (BASE - 22) * step.count / most)
    )
    ticks = "".join(
        f'<path d="M{x(at)} {BASE}v4"/><text x="{x(at)}" y="{BASE + 16}" class="{place}">{duration(at)}</text>'
        for at, place in _ticks(low, high)
    )
    median, late = x(found.p50), x(found.p99)
    close = late - median < LABEL_WIDTH
    marks = _mark(median, "median", "last" if close else "") + _mark(late, "99 %", "first" if close else "")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role=img aria-label="{escape(name)}: median {duration(found.p50)}, '
        f'99 % within {duration(found.p99)}"><g class=bars>{bars}</g>'
        f'<path class=axis d="M0 {BASE}H{WIDTH}"/><g class=ticks>{ticks}</g>{marks}</svg>'
    )


def _mark(x: float, label: str, place: str) -> str:
    place = "last" if x > WIDTH - LABEL_WIDTH / 2 else place
    return f'<path class=mark d="M{x} 14V{BASE}"/><text class="mark {place}" x="{x}" y="10">{label}</text>'


def _decade(milliseconds: float, *, up: bool) -> float:
    power = math.log10(milliseconds)
    return float(10.0 ** (math.ceil(power - 1e-9) if up else math.floor(power + 1e-9)))


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    powers = range(round(math.log10(low)), round(math.log10(high)) + 1)
    return [(10.0**power, "first" if power == powers[0] else "last" if power == powers[-1] else "") for power in powers]


def duration(milliseconds: float) -> str:
    """A duration for people, to two or three digits."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:,.0f} s"
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.2g} s"
    if milliseconds >= 10:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds:.2g} ms" if milliseconds >= 0.1 else f"{milliseconds * 1000:.0f} µs"


def _row(question: QuestionFigures) -> str:
    ack = question.ack_ms
    cells = (
        str(question.index + 1),
        f"{question.asked:,}",
        f"{question.accepted:,}",
        duration(question.asked_after_ms),
        duration(question.asked_spread_ms),
        f"{duration(ack.p50)} / {duration(ack.p99)} / {duration(ack.max)}",
        duration(question.results_after_ms),
        f"{question.bytes_per_player.max:,.0f}",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _notes(figures: Report) -> list[str]:
    cut, late = (sum(getattr(question, name) for question in figures.questions) for name in ("cut", "late"))
    notes = [*figures.findings[:MAX_FINDINGS]]
    if len(figures.findings) > MAX_FINDINGS:
        notes.append(f"and {len(figures.findings) - MAX_FINDINGS:,} more findings")
    notes += [f"{count:,} × error {code}" for code, count in figures.errors.items()]
    notes += [f"{count:,} × connection closed with {code}" for code, count in figures.closes.items()]
    if cut:
        notes.append(f"{cut:,} connections were cut on purpose; {late:,} of these players came back too late to answer")
    notes.append(
        f"The load test ran in {figures.processes} {'process' if figures.processes == 1 else 'processes'}. The busiest "
        f"used up to {figures.busiest:.0%} of a core, and was up to {figures.lag_ms:.0f} ms late."
    )
    if figures.measures_itself:
        notes.append("Take the latencies for upper bounds: the load test itself was late.")
    return notes
