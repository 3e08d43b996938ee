"""Arguments have bounds, and their defaults fit each other."""

import argparse
from typing import get_args

import pytest

from clients.loadtest.arguments import add_arguments
from quickpoll.protocol import QuestionKind


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser


@pytest.mark.parametrize(
    "arguments",
    [
        ["--players", "0"],
        ["--players", "20001"],
        ["--sessions", "10001"],
        ["--questions", "51"],
        ["--answer-window", "61"],
        ["--lead", "-1"],
        ["--think", "0"],
        ["--reconnects", "1.1"],
        ["--join-rate", "-1"],
        ["--processes", "0"],
    ],
)
def test_a_run_without_bounds_is_refused(
    parser: argparse.ArgumentParser, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(arguments)
    assert ended.value.code == 2
    assert "is not within" in capsys.readouterr().err


def test_json_goes_to_a_file_or_is_printed(parser: argparse.ArgumentParser) -> None:
    assert parser.parse_args([]).json is None
    assert parser.parse_args(["--json"]).json == "-"
    assert parser.parse_args(["--json", "report.json"]).json == "report.json"


def test_help_says_of_how_many_sessions_the_players_are(parser: argparse.ArgumentParser) -> None:
    assert "in each session, not in total (500)" in parser.format_help()


def test_kinds_are_played_in_the_order_given_and_all_means_each(parser: argparse.ArgumentParser) -> None:
    assert parser.parse_args(["--kinds", "scale,single"]).kinds == ("scale", "single")
    assert set(parser.parse_args(["--kinds", "all"]).kinds) == {*get_args(QuestionKind)} - {"slide"}


def test_a_kind_that_nobody_answers_is_refused_by_name(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--kinds", "single,slide,riddle"])
    assert ended.value.code == 2
    assert "riddle, slide: the kinds are single, multiple," in capsys.readouterr().err
