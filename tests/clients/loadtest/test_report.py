"""Figures that mean what they say."""

import json
from collections import Counter

import pytest

from clients.loadtest.crowd import Measured, Timing
from clients.loadtest.ledger import Round, Verdict
from clients.loadtest.report import Spread, as_json, as_table, percentile, report, spread
from quickpoll.protocol import ErrorCode, Option, Question

QUESTION = Question("single", "?", (Option("a", correct=True), Option("b")))
GOOD = Verdict(0, 0, ())


def measured() -> Measured:
    """Two players; the second got the question 40 ms later, and answered last, at 12.5 s."""
    played = Round(0, QUESTION, chosen={0: 0, 1: 1}, accepted={0: 1, 1: 2})
    timing = Timing(
        sent=10.0,
        asked={0: 10.01, 1: 10.05},
        answered={0: 12.0, 1: 12.5},
        acknowledged={0: 12.004, 1: 12.520},
        results={0: 12.53, 1: 12.6},
        bytes_received={0: 900, 1: 1100},
    )
    return Measured(2, [played], [timing], joining_s=0.123)


@pytest.mark.parametrize(("percent", "value"), [(1, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_a_value_that_occurred(percent: float, value: float) -> None:
    assert percentile(range(1, 101), percent) == value


def test_the_percentiles_of_one_value_are_that_value() -> None:
    assert spread([7.04]) == Spread(7.0, 7.0, 7.0)
    assert spread([]) == Spread()


def test_a_question_is_told_in_milliseconds_and_bytes() -> None:
    (question,) = report(measured(), GOOD).questions
    assert question.asked_spread_ms == 40.0
    assert question.asked_after_ms == 50.0
    assert question.ack_ms == Spread(4.0, 20.0, 20.0)
    assert question.results_after_ms == 100.0
    assert question.bytes_per_player == Spread(900.0, 1100.0, 1100.0)
    assert (question.asked, question.accepted, question.refused) == (2, 2, 0)


def test_a_question_that_nobody_got_still_gives_a_report() -> None:
    (question,) = report(Measured(2, [Round(0, QUESTION)], [Timing(sent=5.0)]), GOOD).questions
    assert (question.asked, question.asked_spread_ms, question.asked_after_ms, question.results_after_ms) == (
        0,
        0,
        0,
        0,
    )


def test_json_holds_everything() -> None:
    document = json.loads(as_json(report(measured(), Verdict(1, 0, ("player 7 was told no result",)))))
    assert document["good"] is False
    assert document["lost"] == 1
    assert document["findings"] == ["player 7 was told no result"]
    assert document["questions"][0]["ack_ms"] == {"p50": 4.0, "p99": 20.0, "max": 20.0}


def test_the_table_ends_with_the_verdict() -> None:
    lines = as_table(report(measured(), GOOD)).splitlines()
    assert lines[0] == "2 players joined in 0.12 s"
    assert lines[-1] == "GOOD: 0 answers lost, 0 doubled, 0 other findings"
    assert "4.0 / 20.0 / 20.0" in lines[3]


def test_the_table_names_errors_closes_and_the_first_findings() -> None:
    seen = measured()
    seen.errors = Counter({ErrorCode.UNAVAILABLE: 3})
    seen.closes = Counter({1013: 2})
    table = as_table(report(seen, Verdict(0, 2, tuple(f"finding {number}" for number in range(25)))))
    assert "3 × error unavailable" in table
    assert "2 × connection closed with 1013" in table
    assert "finding 19\n... and 5 more\n" in table
    assert table.endswith("BAD: 0 answers lost, 2 doubled, 25 other findings")
