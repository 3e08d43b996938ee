"""The command: how it ends, and where its reports go."""

import asyncio
import json
from pathlib import Path

import pytest

from clients.loadtest import __main__ as command
from clients.loadtest.__main__ import main
from tests.clients.loadtest.standin import Standin

QUICK = ["--players", "3", "--questions", "1", "--answer-window", "0", "--lead", "0"]


def test_more_players_than_open_files_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _kind: (100, 200))
    assert main(["--players", "1000", "--processes", "1"]) == 2
    assert "the limit is 200" in capsys.readouterr().err


def test_a_strangers_server_is_not_loaded_by_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "ws://192.0.2.1/ws"]) == 2
    assert "--yes-i-own-this-server" in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "ws://127.0.0.1:9/ws", "--players", "1"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("loadtest: ")


def test_without_its_package_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _name: None)
    assert main([]) == 2
    assert "-m pip install hdrhistogram" in capsys.readouterr().err


@pytest.mark.parametrize(("forgetful", "code"), [(False, 0), (True, 1)])
async def test_the_exit_code_says_whether_anything_was_lost(
    url: str, standin: Standin, forgetful: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    standin.forgetful = forgetful
    assert await asyncio.to_thread(main, ["--url", url, *QUICK, "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["good"] is not forgetful
    assert report["questions"][0]["accepted"] == 3


async def test_reports_go_to_the_terminal_and_to_files(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--json", str(tmp_path / "report.json"), "--html", str(tmp_path / "report.html")]
    assert await asyncio.to_thread(main, ["--url", url, *QUICK, "--think", "0.01", *files]) == 0
    assert capsys.readouterr().out.endswith("GOOD: 0 answers lost, 0 doubled, 0 other findings\n")
    assert json.loads((tmp_path / "report.json").read_text())["plan"]["think_s"] == 0.01
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
