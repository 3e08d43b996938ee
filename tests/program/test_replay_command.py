import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from program import replay_command as replay
from quickpoll import __version__
from quickpoll.protocol import AnswerAccepted, KickPlayer, NextQuestion, Rule, Ruling
from quickpoll.settings import BadSetting
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, Game
from tests.coordinator.engine.kinds.samples import ALL, as_played


class Played:
    """A quiz in which Ann was right at once, Ben later, and Cid wrong; Dan was kicked."""

    def __init__(self, folder: Path) -> None:
        self.game = Game(SINGLE, MULTIPLE, POLL)
        seats = [self.game.join(name) for name in ("Ann", "Ben", "Cid", "Dan")]
        self.game.open()
        self.receipts: dict[str, str] = {}
        for seat, choice, wait_ms in zip(seats, (0, 0, 2, 0), (0, 5000, 0, 0), strict=True):
            self.game.now += wait_ms
            accepted = self.game.answer(seat, choice)
            assert isinstance(accepted, AnswerAccepted)
            self.receipts[seat.name] = str(accepted.receipt)
        self.game.do(KickPlayer(player_id=seats[3].id))
        for _ in range(2):
            self.game.do(NextQuestion())
            self.game.time_up()
        self.game.do(NextQuestion())
        self.path = folder / "capitals-log.jsonl"
        self.path.write_bytes(self.game.exported())


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)


def test_the_same_results_are_said_to_be_so(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([str(played.path)]) == 0
    head = played.game.session.head.log_hash.hex()
    assert capsys.readouterr().out.splitlines() == [
        f"Capitals: session 123456 of 2023-11-14 22:13:20.000 UTC, recorded by quickpoll {__version__} and replayed by"
        f" {__version__}",
        f"Same results: 3 questions, 3 players, {len(played.game.log)} records, head {head}",
        "",
        "Ranking",
        "    1  Ann    1000",
        "    2  Ben     750",
        "    3  Cid       0",
    ]


@pytest.mark.parametrize(
    ("arguments", "heading", "rows"),
    [
        (
            ["--accept", "1=3"],
            "option 3 (Kisumu) of question 1 accepted",
            ["1 1 Ann 1000 1000", "2 2 Ben 750 750", "2 3 Cid 750 0"],
        ),
        (["--void", "1"], "question 1 dropped", ["1 1 Ann 0 1000", "1 2 Ben 0 750", "1 3 Cid 0 0"]),
        (["--scoring", "flat"], "scoring flat", ["1 1 Ann 1000 1000", "1 2 Ben 1000 750", "3 3 Cid 0 0"]),
        (["--scoring", "speed"], "scoring speed", ["1 1 Ann 1000 1000", "2 2 Ben 750 750", "3 3 Cid 0 0"]),
        (
            ["--scoring", "streak", "--void", "2"],
            "question 2 dropped, scoring streak",
            ["1 1 Ann 1000 1000", "2 2 Ben 750 750", "3 3 Cid 0 0"],
        ),
    ],
)
def test_the_new_ranking_stands_beside_the_old_one(
    played: Played, capsys: pytest.CaptureFixture[str], arguments: list[str], heading: str, rows: list[str]
) -> None:
    assert replay.main([str(played.path), *arguments]) == 0
    *_, title, _, first, second, third = capsys.readouterr().out.splitlines()
    assert title == f"New ranking: {heading}"
    assert [" ".join(row.split()) for row in (first, second, third)] == rows


def test_a_ranking_is_written_as_a_file(played: Played, tmp_path: Path) -> None:
    target = tmp_path / "new.json"
    assert replay.main([str(played.path), "--accept", "1=3", "--output", str(target)]) == 0
    content = json.loads(target.read_bytes())
    assert content["ruling"] == "option 3 (Kisumu) of question 1 accepted"
    assert [(p["name"], p["rank"], p["old_rank"], p["questions"]) for p in content["players"]][2] == (
        "Cid",
        2,
        3,
        [750, 0, 0],
    )


def test_a_receipt_is_found_with_what_it_is_for(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["--receipt", played.receipts["Ben"].upper(), "--receipt", played.receipts["Dan"]]
    assert replay.main([str(played.path), *wanted]) == 0
    ben, dan = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Receipt")]
    assert ben == (
        f"Receipt {played.receipts['Ben']}: question 1, option 1 (Nairobi), by Ben, accepted at 2023-11-14 22:13:28.000"
        " UTC, is record 9 of this log and counts: 750 points."
    )
    assert dan.endswith("; its player has left or was removed, and is in no ranking.")


def test_the_receipt_of_a_text_is_found_and_a_ruling_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    game = Game(as_played(ALL["text"]))
    ann = game.join("Ann")
    game.open()
    accepted = game.answer(ann, "La Paz")
    assert isinstance(accepted, AnswerAccepted)
    game.do(NextQuestion())
    game.by_host(Rule(question=0, ruling=Ruling(accept="La Paz", share=40)))
    file = tmp_path / "log.jsonl"
    file.write_bytes(game.exported())
    assert replay.main([str(file), "--receipt", str(accepted.receipt)]) == 0
    said = capsys.readouterr().out
    assert "Same results: 1 questions, 1 players" in said
    assert "question 1, answer La Paz, by Ann" in said
    assert "and counts: 400 points." in said
    assert "had not ended" not in said
    with pytest.raises(BadSetting, match="which has no options"):
        replay.main([str(file), "--accept", "1=1"])


def test_a_receipt_that_is_not_in_the_log_is_said_not_to_be(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([str(played.path), "--receipt", "0" * 20]) == 1
    assert "NO ANSWER IN THIS LOG HAS IT" in capsys.readouterr().out


def test_a_file_that_was_changed_is_not_the_same(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    played.path.write_bytes(played.path.read_bytes().replace(b",0,0,0,null,0]", b",0,0,2,null,0]", 1))
    assert replay.main([str(played.path)]) == 1
    assert "NOT THE SAME: record 8 (line 8)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--void", "4"], "the questions 1 to 3"),
        (["--void", "0"], "the questions 1 to 3"),
        (["--accept", "1"], "write question=option"),
        (["--accept", "1=9"], "the options 1 to 3"),
        (["--accept", "3=1"], "a poll"),
        (["--output", "ranking.pdf"], ".csv or .json"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(played: Played, arguments: list[str], advice: str) -> None:
    with pytest.raises(BadSetting, match=advice):
        replay.main([str(played.path), *arguments])


def test_a_file_cannot_paint_its_own_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    painted, *others = SINGLE.options
    painted = replace(painted, text="Nice\r\x1b[2KSame results")
    game = Game(replace(SINGLE, options=(painted, *others)))
    seat = game.join("Ann")
    game.open()
    accepted = game.answer(seat, 0)
    assert isinstance(accepted, AnswerAccepted)
    file = tmp_path / "log.jsonl"
    file.write_bytes(game.exported())
    replay.main([str(file), "--receipt", str(accepted.receipt)])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\r" not in out
    assert r"option 1 (Nice\u000d\u001b[2KSame results), by Ann" in out


def test_a_command_says_it_by_its_exit_code(played: Played, tmp_path: Path) -> None:
    def run(path: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "quickpoll", "replay", path], capture_output=True, text=True, check=False, timeout=60
        )

    assert run(played.path).returncode == 0
    played.path.write_bytes(played.path.read_bytes()[:-2])
    assert run(played.path).returncode == 1
    absent = run(tmp_path / "absent.jsonl")
    assert (absent.returncode, absent.stdout) == (2, "")
    assert "cannot be replayed: " in absent.stderr
    assert absent.stderr.count("\n") == 1
