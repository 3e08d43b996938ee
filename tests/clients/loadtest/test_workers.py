"""A process with players is called like the players themselves, and its end is noticed."""

import pytest

from clients.loadtest.plan import Plan, Share
from clients.loadtest.seen import LiveCounts
from clients.loadtest.wire import WireError
from clients.loadtest.workers import WorkerProcess
from clients.player import QuizClient
from quickpoll.protocol import CreateSession, NextQuestion, StartQuiz
from tests.clients.loadtest.conftest import PLAYERS

pytestmark = pytest.mark.usefixtures("measured_workers")


async def test_players_in_another_process_play_a_game(plan: Plan) -> None:
    tally = LiveCounts()
    async with (
        QuizClient.connect(plan.urls[0]) as host,
        WorkerProcess.started(plan, [Share(0, 0, PLAYERS)], tally) as worker,
    ):
        await host.call(CreateSession(quiz=plan.quiz(), settings=plan.settings()))
        players = worker.players(0)
        await players.join("123456", 0.0, 0.0)
        assert tally.joined == PLAYERS
        await host.call(StartQuiz())
        await players.question(0)
        await host.call(NextQuestion())
        await players.question(1)
        await host.call(NextQuestion())
        seen = await players.finals()
    assert len(seen.rounds[1].accepted) == len(seen.finals) == PLAYERS


async def test_what_fails_there_is_raised_here(plan: Plan) -> None:
    nowhere = Plan(("ws://127.0.0.1:9/ws",), 1, 1, 0.0)
    async with WorkerProcess.started(nowhere, [Share(0, 0, 1)], LiveCounts()) as worker:
        with pytest.raises(WireError, match="Connect call failed"):
            await worker.players(0).join("123456", 0.0, 0.0)


async def test_a_process_that_has_ended_is_noticed(plan: Plan) -> None:
    async with WorkerProcess.started(plan, [], LiveCounts()) as worker:
        with pytest.raises(WireError, match="a process of the load test has ended"):
            await worker.players(7).question(0)  # it has no such session, and ends over that
        with pytest.raises(WireError, match="a process of the load test has ended"):
            await worker.players(7).question(0)
