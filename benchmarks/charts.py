"""Pictures of what case (a) has measured, as SVG in the reader's light or dark scheme. Pure but for `write`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.results import Case, figure

FOLDER: Final = Path(__file__).with_name("pictures")
PLAYERS: Final = (50, 200, 1000)
WIDTH: Final = 640
HEIGHT: Final = 340
LEFT: Final = 70
RIGHT: Final = 500
TOP: Final = 70
BOTTOM: Final = 280

_STYLE: Final = """
    svg { --ink: #191530; --soft: #5b566e; --line: #d8d2c4; --paper: #fffdf7; --a: #2353d6; --b: #08734f; }
    @media (prefers-color-scheme: dark) {
      svg { --ink: #f5f2fb; --soft: #b9b3cb; --line: #453f60; --paper: #221d3d; --a: #8fb0ff; --b: #6fd3a8; }
    }
    text { fill: var(--ink); font: 15px system-ui, sans-serif; }
    .title { font-weight: 700; }
    .soft { fill: var(--soft); font-size: 13px; }
    .paper { fill: var(--paper); }
    .grid { stroke: var(--line); }
    .a, .b { fill: none; stroke-width: 3; }
    .a { stroke: var(--a); }
    .b { stroke: var(--b); stroke-dasharray: 7 5; }
    .dot-a { fill: var(--a); }
    .dot-b { fill: var(--b); }
"""


class Curve(NamedTuple):
    """One line of a chart: its name, and its values by number of players."""

    name: str
    values: Sequence[float]


def charts(cases: Mapping[str, Case]) -> dict[str, str]:
    """SVG by file name; none before case (a) was measured.

    Raises:
        KeyError: case (a) lacks a figure.
    """
    if "a" not in cases:
        return {}

    def line(name: str, key: str) -> Curve:
        return Curve(name, [figure(dict(cases), "a", f"{key} {players}") for players in PLAYERS])

    return {
        "cpu.svg": chart(
            "CPU per player and question, in ms", [line("QuickPoll", "total"), line("least server", "least")]
        ),
        "acknowledgements.svg": chart(
            "Answer to acknowledgement, in ms", [line("99 of 100", "ack p99"), line("half of them", "ack p50")]
        ),
        "waiting.svg": chart(
            "A second in which everybody waits", [line("wake-ups", "wake-ups"), line("ms of CPU", "waiting")]
        ),
    }


def chart(title: str, lines: Sequence[Curve]) -> str:
    """One or two lines over the number of players, each value written beside its point."""
    top = max(value for line in lines for value in line.values) * 1.15
    step = (RIGHT - LEFT - 60) / (len(PLAYERS) - 1)
    places = [round(LEFT + 30 + step * number) for number in range(len(PLAYERS))]
    said = "; ".join(
        f"{line.name}: "
        + ", ".join(f"{value:.3g} with {players:,}" for players, value in zip(PLAYERS, line.values, strict=True))
        for line in lines
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        '  aria-labelledby="title desc">',
        f'  <title id="title">{title}</title>',
        f'  <desc id="desc">{said}</desc>',
        f"  <style>{_STYLE}  </style>",
        f'  <rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="12" />',
        f'  <text class="title" x="24" y="38">{title}</text>',
        f'  <path class="grid" d="M{LEFT} {BOTTOM}H{RIGHT}" />',
    ]
    parts += [
        f'  <text class="soft" x="{x}" y="{BOTTOM + 26}" text-anchor="middle">{players:,} players</text>'
        for x, players in zip(places, PLAYERS, strict=True)
    ]
    for style, line in zip("ab", lines, strict=False):
        points = [
            (x, round(BOTTOM - value / top * (BOTTOM - TOP))) for x, value in zip(places, line.values, strict=True)
        ]
        parts.append(f'  <path class="{style}" d="M{" L".join(f"{x} {y}" for x, y in points)}" />')
        for (x, y), value in zip(points, line.values, strict=True):
            parts.append(f'  <circle class="dot-{style}" cx="{x}" cy="{y}" r="5" />')
            parts.append(f'  <text class="soft" x="{x}" y="{y - 12}" text-anchor="middle">{value:.3g}</text>')
        parts.append(f'  <text x="{RIGHT + 10}" y="{points[-1][1] + 5}">{line.name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def write(cases: Mapping[str, Case]) -> None:
    """Puts the pictures beside README.md."""
    FOLDER.mkdir(exist_ok=True)
    for name, svg in charts(cases).items():
        (FOLDER / name).write_text(svg)
