"""The crowd plays to the end, in one process or in several, and sees through a server that cheats."""

import msgspec
import pytest
from websockets.asyncio.server import serve

from clients.loadtest.director import Run, play
from clients.loadtest.ledger import Audit
from clients.loadtest.plan import Plan
from clients.loadtest.report import verdict_on
from clients.loadtest.seen import LiveCounts
from tests.clients.loadtest.conftest import PLAYERS
from tests.clients.loadtest.standin import Standin


def assert_everyone_played(run: Run) -> None:
    (seen,) = run.sessions
    assert verdict_on(run) == Audit(0, 0, ())
    assert not seen.errors
    assert not seen.closes
    assert len(seen.joins) == PLAYERS
    for played, timing in zip(seen.rounds, seen.timings, strict=True):
        assert len(played.accepted) == len(timing.results) == len(timing.bytes_received) == PLAYERS
        for player in range(PLAYERS):
            assert timing.sent < timing.asked[player] < timing.answered[player] < timing.acknowledged[player]
            assert timing.acknowledged[player] <= timing.results[player]
            assert timing.bytes_received[player] > 300
            assert timing.frames_received[player] == 5  # question, acknowledgement, results, own result, leaderboard


async def test_with_a_fair_server_everyone_answers_everything_and_nothing_is_found(plan: Plan) -> None:
    tally = LiveCounts()
    run = await play(plan, tally=tally)
    assert_everyone_played(run)
    assert (tally.joined, tally.answered, tally.acknowledged) == (PLAYERS, 2 * PLAYERS, 2 * PLAYERS)


async def test_a_session_may_be_split_over_processes(plan: Plan) -> None:
    tally = LiveCounts()
    run = await play(plan, processes=2, tally=tally)
    assert_everyone_played(run)
    assert tally.joined == PLAYERS


async def test_the_host_asks_for_as_many_seats_as_the_crowd_needs(plan: Plan, standin: Standin) -> None:
    await play(plan)
    assert standin.settings.max_players == PLAYERS
    assert standin.settings.lead_ms == 0


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_forgotten_answer_is_found(plan: Plan, standin: Standin, processes: int) -> None:
    standin.forgetful = True
    verdict = verdict_on(await play(plan, processes))
    assert verdict.lost >= 2
    assert not verdict.good


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_refused_player_ends_the_test_with_the_reason(plan: Plan, standin: Standin, processes: int) -> None:
    standin.full_at = 3
    with pytest.raises(Exception, match="session_full: no seat"):
        await play(plan, processes)


async def test_players_are_dealt_out_to_all_addresses(plan: Plan, standin: Standin) -> None:
    async with serve(standin.handle, "127.0.0.1", 0, compression=None) as other:
        port = other.sockets[0].getsockname()[1]
        plan = msgspec.structs.replace(plan, urls=(*plan.urls, f"ws://127.0.0.1:{port}/ws"), questions=1)
        assert verdict_on(await play(plan)).good
        assert sum(player.local_address[1] == port for player in standin.players) == PLAYERS // 2


async def test_phases_are_told_in_order(plan: Plan, standin: Standin) -> None:
    told = []

    async def phase(name: str) -> None:
        told.append((name, len(standin.players), len(standin.rounds)))

    await play(plan, phase=phase)
    assert told == [("joined", PLAYERS, 0), ("played", PLAYERS, 2)]
