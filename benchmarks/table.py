"""The kept figures as the tables of README.md, between two marks. Pure but for `write`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.results import Case, Row

README: Final = Path(__file__).with_name("README.md")
BEGIN: Final = "<!-- begin: written by `make bench` -->"
END: Final = "<!-- end -->"
_HEAD: Final = "| what | measured | target | | against |\n|---|---:|---:|---|---|"


def as_markdown(cases: Mapping[str, Case]) -> str:
    """All cases, each with its machine where that differs from the one before."""
    parts: list[str] = []
    before: dict[str, str] = {}
    for letter, case in sorted(cases.items()):
        if case.machine != before:
            parts.append(", ".join(f"{name} {text}" for name, text in case.machine.items()) + ".")
            before = case.machine
        parts.append(f"### ({letter}) {case.title}\n\nMeasured {case.measured_at}, {_how(case)}.")
        parts.append("\n".join([_HEAD, *(_line(row) for row in case.rows)]))
    return "\n\n".join(parts)


def _how(case: Case) -> str:
    runs = "one run" if case.runs == 1 else f"{case.runs} runs: median, and range"
    stolen = "" if case.stolen is None else f"; other virtual machines took {case.stolen:.1%} of a core at most"
    return runs + stolen


def _line(row: Row) -> str:
    note = f" ({row.note})" if row.note else ""
    target = "" if row.target is None else f"≤ {_number(row.target)} {row.unit}"
    against = "" if row.ratio is None else f"{row.ratio:.2f} × {row.anchor}"
    return f"| {row.what}{note} | {_number(row.value)} {row.unit}{_range(row)} | {target} | {row.verdict} | {against} |"


def _range(row: Row) -> str:
    return "" if row.low is None or row.high is None else f" ({_number(row.low)} to {_number(row.high)})"


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def write(cases: Mapping[str, Case]) -> None:
    """Puts the tables between the marks of README.md."""
    head, _, rest = README.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    README.write_text(f"{head}{BEGIN}\n\n{as_markdown(cases)}\n\n{END}{tail}")


def as_text(row: Row) -> str:
    """A row for the terminal."""
    target = "" if row.target is None else f"≤ {_number(row.target)} {row.unit}: {row.verdict}"
    against = "" if row.ratio is None else f"{row.ratio:.2f} × {row.anchor}"
    return f"  {row.what:<68} {_number(row.value):>9} {row.unit:<8}{_range(row):<18} {target:<20} {against}".rstrip()
