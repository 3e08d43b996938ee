"""What people read while a load test runs, and after it."""

import asyncio
import sys

import msgspec
import pytest

from clients.loadtest.ledger import Audit
from clients.loadtest.plan import Plan
from clients.loadtest.report import report
from clients.loadtest.seen import LiveCounts
from clients.loadtest.terminal import Live, as_table
from tests.clients.loadtest.test_report import GOOD, two_players


def test_the_table_ends_with_the_verdict() -> None:
    lines = as_table(report(two_players(), GOOD)).splitlines()
    assert lines[0] == "2 players joined in 0.12 s"
    assert lines[-1] == "GOOD: 0 answers lost, 0 doubled, 0 other findings"
    assert "4.0 / 20.0 / 20.0" in lines[3]


def test_the_table_names_errors_closes_and_the_first_findings() -> None:
    run = two_players()
    run.sessions[0].errors = {"unavailable": 3}
    run.sessions[0].closes = {1013: 2}
    table = as_table(report(run, Audit(0, 2, tuple(f"finding {number}" for number in range(25)))))
    assert "3 × error unavailable" in table
    assert "2 × connection closed with 1013" in table
    assert "finding 19\n... and 5 more\n" in table
    assert table.endswith("BAD: 0 answers lost, 2 doubled, 25 other findings")


def test_the_table_tells_of_cut_connections_and_of_a_load_test_that_was_late_itself() -> None:
    run = two_players()
    run.sessions[0].timings[0].cut = {1: 11.0}
    run.busiest, run.lag_s = 0.97, 0.25
    table = as_table(report(run, GOOD))
    assert "1 connections were cut on purpose; 0 of these players came back too late" in table
    assert "used 97% of a core and was up to 250 ms late" in table


def test_the_line_tells_first_of_joining_and_then_of_answers() -> None:
    plan, tally = Plan((), 500, 3, 1.0, sessions=2), LiveCounts(joined=20)
    live = Live(plan, tally)
    assert live.line().endswith("20 of 1,000 players have joined")
    tally.add(LiveCounts(joined=980, answered=1200, acknowledged=1100, resumed=3, errors=1))
    assert live.line().endswith("1,200 of 3,000 answers sent, 1,100 acknowledged, 3 came back, 1 errors")


async def test_the_line_is_shown_where_somebody_watches_and_taken_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    live = Live(Plan((), 5, 1, 1.0), LiveCounts())
    live.start()
    await asyncio.sleep(0)
    live.stop()
    shown = capsys.readouterr().err
    assert "0 of 5 players have joined" in shown
    assert shown.endswith("\r\x1b[K")


def test_nothing_is_shown_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    live = Live(Plan((), 5, 1, 1.0), LiveCounts())
    live.start()
    live.stop()
    assert capsys.readouterr().err == ""


def test_several_sessions_are_counted() -> None:
    run = two_players()
    run.plan = msgspec.structs.replace(run.plan, sessions=3)
    assert as_table(report(run, GOOD)).startswith("6 players in 3 sessions joined")
