"""Figures that mean what they say."""

import json

import pytest

from clients.loadtest.director import Run
from clients.loadtest.ledger import Audit, Round
from clients.loadtest.plan import Plan
from clients.loadtest.report import Spread, as_json, percentile, report, spread, verdict_on
from clients.loadtest.seen import QuestionTiming, Seen
from quickpoll.protocol import Option, SingleQuestion

QUESTION = SingleQuestion("?", (Option("a", correct=True), Option("b")))
GOOD = Audit(0, 0, ())


def two_players() -> Run:
    """The second got the question 40 ms later, and answered last, at 12.5 s."""
    played = Round(0, QUESTION, chosen={0: 0, 1: 1}, accepted={0: 1, 1: 2})
    timing = QuestionTiming(
        sent=10.0,
        asked={0: 10.01, 1: 10.05},
        answered={0: 12.0, 1: 12.5},
        acknowledged={0: 12.004, 1: 12.520},
        results={0: 12.53, 1: 12.6},
        bytes_received={0: 900, 1: 1100},
        frames_received={0: 5, 1: 7},
        reads={0: 3, 1: 4},
    )
    return run_of(Seen([played], [timing], joins={0: 0.02, 1: 0.03}))


def run_of(*sessions: Seen) -> Run:
    plan = Plan(("ws://127.0.0.1:8000/ws",), 2, 1, 3.0, sessions=len(sessions))
    return Run(plan, 1, list(sessions), joining_s=0.123, playing_s=4.0)


@pytest.mark.parametrize(("percent", "value"), [(1, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_a_value_that_occurred(percent: float, value: float) -> None:
    assert percentile(range(1, 101), percent) == value


def test_the_percentiles_of_one_value_are_that_value() -> None:
    assert spread([7.04]) == Spread(7.0, 7.0, 7.0)
    assert spread([]) == Spread()


def test_a_question_is_told_in_milliseconds_and_bytes() -> None:
    (question,) = report(two_players(), GOOD).questions
    assert question.asked_spread_ms == 40.0
    assert question.asked_after_ms == 50.0
    assert question.ack_ms == Spread(4.0, 20.0, 20.0)
    assert question.results_after_ms == 100.0
    assert question.bytes_per_player == Spread(900.0, 1100.0, 1100.0)
    assert question.frames_per_player.max == 7
    assert question.reads_per_player.max == 4
    assert (question.asked, question.accepted, question.refused) == (2, 2, 0)


def test_a_question_that_nobody_got_still_gives_a_report() -> None:
    (question,) = report(run_of(Seen([Round(0, QUESTION)], [QuestionTiming(sent=5.0)])), GOOD).questions
    figures = (question.asked, question.asked_spread_ms, question.asked_after_ms, question.results_after_ms)
    assert figures == (0, 0, 0, 0)


def test_of_several_sessions_the_slowest_is_told_and_the_counts_of_all() -> None:
    quick, slow = two_players().sessions[0], two_players().sessions[0]
    slow.timings[0].asked[1] = 10.35
    (question,) = report(run_of(quick, slow), GOOD).questions
    assert question.asked_after_ms == 350.0
    assert (question.asked, question.accepted) == (4, 4)


def test_who_was_cut_off_is_no_measure_of_the_acknowledgement() -> None:
    run = two_players()
    timing = run.sessions[0].timings[0]
    timing.cut, timing.resumed = {1: 12.0}, {1: 12.4}
    figures = report(run, GOOD)
    assert figures.questions[0].ack_ms == Spread(4.0, 4.0, 4.0)
    assert figures.latencies["return"].max == pytest.approx(400, rel=1e-3)
    assert figures.questions[0].cut == 1


def test_the_latencies_of_the_whole_run_are_told_by_their_kind() -> None:
    found = report(two_players(), GOOD).latencies
    longest = {kind: round(latency.max) for kind, latency in found.items()}
    assert longest == {"join": 30, "question": 50, "spread": 40, "ack": 20, "results": 100, "return": 0}


def test_findings_of_several_sessions_say_in_which() -> None:
    verdict = verdict_on(run_of(two_players().sessions[0], two_players().sessions[0]))
    assert verdict.lost == 4
    assert "session 1, player 0 was told no final result" in verdict.findings
    assert "player 0 was told no final result" in verdict_on(two_players()).findings


def test_json_holds_everything() -> None:
    document = json.loads(as_json(report(two_players(), Audit(1, 0, ("player 7 was told no result",)))))
    assert document["good"] is False
    assert document["lost"] == 1
    assert document["players"] == 2
    assert document["findings"] == ["player 7 was told no result"]
    assert document["questions"][0]["ack_ms"] == {"p50": 4.0, "p99": 20.0, "max": 20.0}
    assert document["latencies"]["ack"]["hdr"].startswith("HISTF")


@pytest.mark.parametrize(("busiest", "lag_s", "late"), [(0.5, 0.01, False), (0.95, 0.01, True), (0.5, 0.2, True)])
def test_a_load_test_that_was_late_says_so(busiest: float, lag_s: float, late: bool) -> None:
    run = two_players()
    run.busiest, run.lag_s = busiest, lag_s
    assert report(run, GOOD).measures_itself is late
