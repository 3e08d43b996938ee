import csv
import json
from pathlib import Path

import pytest

from coordinator.engine import Player
from program.ranking_file import RankedLine, write


def player(name: str, points: int, rank: int) -> Player:
    return Player(
        id=name,
        number=0,
        name=name,
        name_key=name,
        avatar="",
        join_id="",
        connection=None,
        points=points,
        rank=rank,
        correct=2,
    )


LINES = [
    RankedLine(player("Zoë", 900, 1), player("Zoë", 400, 2), (500, 400)),
    RankedLine(player("Ann", 0, 2), player("Ann", 0, 3), (0, 0)),
]


def test_a_spreadsheet_gets_a_row_for_each_player(tmp_path: Path) -> None:
    path = tmp_path / "ranking.csv"
    write(path, "Capitals", "question 3 dropped", LINES)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "by which spreadsheets know UTF-8"
    assert list(csv.reader(path.read_text("utf-8-sig").splitlines())) == [
        ["rank", "old rank", "player", "points", "old points", "correct", "question 1", "question 2"],
        ["1", "2", "Zoë", "900", "400", "2", "500", "400"],
        ["2", "3", "Ann", "0", "0", "2", "0", "0"],
    ]


def test_a_program_gets_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "ranking.json"
    write(path, "Capitals", "question 3 dropped", LINES)
    content = json.loads(path.read_bytes())
    assert (content["title"], content["ruling"]) == ("Capitals", "question 3 dropped")
    assert content["players"][0] == {
        "rank": 1,
        "old_rank": 2,
        "id": "Zoë",
        "name": "Zoë",
        "points": 900,
        "old_points": 400,
        "correct": 2,
        "questions": [500, 400],
    }


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "＝1"])
def test_no_name_runs_as_a_formula(tmp_path: Path, name: str) -> None:
    path = tmp_path / "ranking.csv"
    write(path, "Capitals", "", [RankedLine(player(name, 0, 1), player(name, 0, 1), ())])
    (_, row) = csv.reader(path.read_text("utf-8-sig").splitlines())
    assert row[2] == "'" + name


def test_a_session_without_players_is_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "ranking.csv"
    write(path, "Capitals", "", [])
    assert len(path.read_text("utf-8-sig").splitlines()) == 1
