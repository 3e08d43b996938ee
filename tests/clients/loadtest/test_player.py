"""A player comes back when its connection broke, and its answer counts once."""

import msgspec
import pytest

from clients.loadtest.director import play
from clients.loadtest.plan import Plan
from clients.loadtest.report import verdict_on
from clients.loadtest.seen import LiveCounts
from quickpoll.protocol import ErrorCode
from tests.clients.loadtest.conftest import PLAYERS
from tests.clients.loadtest.standin import Standin


async def test_who_was_cut_off_by_the_server_comes_back_and_plays_on(plan: Plan, standin: Standin) -> None:
    standin.drops, tally = 2, LiveCounts()
    run = await play(msgspec.structs.replace(plan, answer_window_s=2.0, questions=1), tally=tally)
    (seen,) = run.sessions
    assert seen.closes == {1006: 1}
    assert verdict_on(run).good
    assert len(seen.rounds[0].accepted) == PLAYERS
    assert tally.resumed == 1
    assert 2 not in seen.timings[0].bytes_received  # it has not seen all of the question


async def test_who_may_not_come_back_is_noticed_and_does_not_stop_the_others(plan: Plan, standin: Standin) -> None:
    standin.drops, standin.forgets_players = 2, True
    run = await play(plan)
    (seen,) = run.sessions
    assert seen.errors == {ErrorCode.INVALID_TOKEN: 1}
    assert len(seen.rounds[1].accepted) == PLAYERS - 1
    assert "player 2 was told no final result" in verdict_on(run).findings


async def test_who_shall_join_later_does(plan: Plan, standin: Standin) -> None:
    standin.is_busy_once = True
    run = await play(plan)
    assert run.sessions[0].errors == {ErrorCode.RATE_LIMITED: 1}
    assert len(run.sessions[0].joins) == PLAYERS


async def test_an_answer_that_cannot_be_stored_now_is_sent_again(plan: Plan, standin: Standin) -> None:
    standin.refuses_once = ErrorCode.UNAVAILABLE
    run = await play(plan)
    assert run.sessions[0].errors == {ErrorCode.UNAVAILABLE: 1}
    assert verdict_on(run).good


@pytest.mark.parametrize("code", [ErrorCode.QUESTION_CLOSED, ErrorCode.INVALID_ANSWER])
async def test_a_refused_answer_is_a_finding(plan: Plan, standin: Standin, code: ErrorCode) -> None:
    standin.refuses_once = code
    run = await play(msgspec.structs.replace(plan, players=1, questions=1, answer_window_s=0.0))
    assert list(run.sessions[0].rounds[0].refused.values()) == [code]
    assert f"question 0: 1 answers were refused: {code}" in verdict_on(run).findings
