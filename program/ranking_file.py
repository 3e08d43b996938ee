"""The ranking after a replay as a file, all players of it: CSV for a spreadsheet, JSON for a program.

In CSV no name can run as a formula: one that begins as a formula does gets an apostrophe in front.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coordinator.engine import Player

_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class RankedLine:
    """A player under the new ruling and as played."""

    new: Player
    old: Player
    points: Sequence[int | None]
    """Under the new ruling, by question; None for what nobody answers."""


def write(path: Path, title: str, ruling: str, lines: Sequence[RankedLine]) -> None:
    """Writes the file; how follows from the end of its name."""
    if path.suffix == ".csv":
        _write_csv(path, lines)
        return
    players = [
        {
            "rank": line.new.rank,
            "old_rank": line.old.rank,
            "id": line.new.id,
            "name": line.new.name,
            "points": line.new.points,
            "old_points": line.old.points,
            "correct": line.new.correct,
            "questions": list(line.points),
        }
        for line in lines
    ]
    content = {"title": title, "ruling": ruling, "players": players}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_csv(path: Path, lines: Sequence[RankedLine]) -> None:
    questions = len(lines[0].points) if lines else 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        numbered = [f"question {number}" for number in range(1, questions + 1)]
        writer.writerow(["rank", "old rank", "player", "points", "old points", "correct", *numbered])
        for line in lines:
            name = "'" + line.new.name if line.new.name.startswith(_FORMULA) else line.new.name
            ranks = [line.new.rank, line.old.rank]
            writer.writerow([*ranks, name, line.new.points, line.old.points, line.new.correct, *line.points])
