"""The tables of docs/scaling.md, between marks, from what was measured.

python -m benchmarks.scaling_page    (or `make capacity`) writes them from results.json
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import results
from benchmarks.capacity import PROCESSES, Costs, costs, predictions, size, steady_ms
from benchmarks.results import Case

PLAYERS: Final = (100, 10_000, 1_000_000, 10_000_000)
CLASS: Final = 30
HALL: Final = 1000
LOADS: Final = (0.3, 0.5, 0.7, 0.9)


def write(page: Path, given: Costs, cases: dict[str, Case]) -> None:
    """Replaces what stands between the marks."""
    text = page.read_text()
    tables = {
        "costs": _costs(given),
        "sizes": _sizes(given),
        "loads": _loads(given),
        "predictions": _predictions(given, cases),
    }
    for name, table in tables.items():
        head, begin, rest = text.partition(f"<!-- begin: {name} -->\n")
        _, end, tail = rest.partition("<!-- end -->")
        text = f"{head}{begin}\n{table}\n\n{end}{tail}"
    page.write_text(text)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _costs(given: Costs) -> str:
    rows = [[name.capitalize(), *(f"{cost * 1000:.3f} ms" for cost in getattr(given, name))] for name in PROCESSES]
    return _table(("CPU per player and question", "sessions of 10", "one of 1,000", "10,000 at once"), rows)


def _sizes(given: Costs) -> str:
    rows = []
    for session in (CLASS, HALL):
        for players in PLAYERS:
            if session == HALL and players < HALL:
                continue
            wanted = size(given, players, session)
            rows.append(
                [
                    f"{players:,} in sessions of {session:,}",
                    f"{wanted.gateways:,}",
                    f"{wanted.coordinators:,}",
                    f"{wanted.shards:,}",
                    wanted.first,
                    f"{steady_ms(given, wanted):.1f} ms",
                ]
            )
    head = ("players", "gateways", "coordinators", "shards", "full first", "acknowledgement, p99, simulated")
    return _table(head, rows)


def _loads(given: Costs) -> str:
    wanted = size(given, PLAYERS[2], CLASS)
    rows = [[f"{load:.0%}", f"{steady_ms(given, wanted, load):.1f} ms"] for load in LOADS]
    return _table(("the fullest core is busy", "acknowledgement, p99"), rows)


def _predictions(given: Costs, cases: dict[str, Case]) -> str:
    rows = [
        [found.what, f"{found.model_ms:.0f} ms", f"{found.measured_ms:.0f} ms"] for found in predictions(given, cases)
    ]
    return _table(("all on one core", "model", "measured"), rows)


def main() -> None:
    """Writes the tables."""
    cases = results.load()
    try:
        given = costs(cases)
    except KeyError as missing:
        raise SystemExit(f"not measured yet: {missing.args[0]}; run `make bench` first") from None
    write(Path("docs/scaling.md"), given, cases)


if __name__ == "__main__":
    main()
