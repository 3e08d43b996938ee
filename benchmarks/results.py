"""Figures, as they are kept in results.json: for each case when, on what, and the rows of its table."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from msgspec import Struct

from benchmarks import machine

FILE: Final = Path(__file__).with_name("results.json")


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure."""

    what: str
    key: str = ""
    """Under which the capacity model finds it."""
    value: float
    unit: str
    low: float | None = None
    """Of several runs, `value` is the median, and these are the ends of the range."""
    high: float | None = None
    target: float | None = None
    """Not more than this."""
    anchor: str | None = None
    """What `ratio` compares to."""
    ratio: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met, in a word; empty without one."""
        if self.target is None:
            return ""
        return "met" if self.value <= self.target else "missed"


def of_runs(runs: Sequence[tuple[Row, ...]]) -> tuple[Row, ...]:
    """The rows of several runs of a case as one: each with its median, and with its range where the runs differ."""
    return tuple(_middle(same) for same in zip(*runs, strict=True))


def _middle(same: Sequence[Row]) -> Row:
    values = [row.value for row in same]
    ratios = [row.ratio for row in same if row.ratio is not None]
    differ = min(values) < max(values)
    return msgspec.structs.replace(
        same[0],
        value=round(median(values), 4),
        low=round(min(values), 4) if differ else None,
        high=round(max(values), 4) if differ else None,
        ratio=round(median(ratios), 2) if ratios else None,
    )


class Case(Struct, frozen=True, kw_only=True):
    """All that one case measured."""

    title: str
    measured_at: str
    machine: dict[str, str]
    rows: tuple[Row, ...]
    runs: int = 1
    stolen: float | None = None
    """The share of a core that other virtual machines took in the worst of the runs; None: it was not looked at."""


def case(title: str, runs: Sequence[tuple[Row, ...]], stolen: float) -> Case:
    """What was measured just now, on this machine, in several runs."""
    return Case(
        title=title,
        measured_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=machine.describe(),
        rows=of_runs(runs),
        runs=len(runs),
        stolen=round(stolen, 4),
    )


def figure(cases: dict[str, Case], letter: str, key: str) -> float:
    """One kept figure of a case.

    Raises:
        KeyError: it was not measured.
    """
    for row in cases[letter].rows:
        if row.key == key:
            return row.value
    raise KeyError(f"({letter}) {key}")


def load() -> dict[str, Case]:
    """The kept cases by letter; none before the first run."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Case]) if FILE.exists() else {}


def save(cases: dict[str, Case]) -> None:
    """Keeps the cases."""
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(cases.items()))), indent=1) + b"\n")
