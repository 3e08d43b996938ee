"""The players of a session in one process: who joins when, and for whom one waits."""

import asyncio
import time

import msgspec
import pytest

from clients.loadtest.crowd import Crowd, Doors
from clients.loadtest.plan import Plan, Share
from clients.loadtest.seen import LiveCounts
from clients.player import QuizClient
from quickpoll.protocol import CreateSession, NextQuestion, QuestionResults, StartQuiz
from tests.clients.loadtest.conftest import PLAYERS


@pytest.fixture
def crowd(plan: Plan) -> Crowd:
    return Crowd(plan, Share(0, 0, PLAYERS), LiveCounts(), Doors())


async def test_players_join_at_the_rate_that_was_asked_for(plan: Plan, crowd: Crowd) -> None:
    async with QuizClient.connect(plan.urls[0]) as host:
        await host.call(CreateSession(quiz=plan.quiz(), settings=plan.settings()))
        started = time.perf_counter()
        await crowd.join("123456", 0.0, per_s=40)
        assert time.perf_counter() - started >= (PLAYERS - 1) / 40
        crowd.close()


async def test_a_question_is_over_when_all_have_its_end_and_the_quiz_when_all_have_their_final(
    plan: Plan, crowd: Crowd
) -> None:
    async with QuizClient.connect(plan.urls[0]) as host:
        await host.call(CreateSession(quiz=plan.quiz(), settings=plan.settings()))
        await crowd.join("123456", 0.0, per_s=0)
        waiting = asyncio.create_task(crowd.question(0))
        await asyncio.sleep(0)
        assert not waiting.done()
        await host.call(StartQuiz())
        await waiting
        assert len(crowd.seen.rounds[0].told) == PLAYERS
        await host.call(NextQuestion())
        await crowd.question(1)
        await host.call(NextQuestion())
        assert len((await crowd.finals()).finals) == PLAYERS
        crowd.close()


def results(answered: int) -> QuestionResults:
    return QuestionResults(seq=2, question=0, correct=(0,), counts=(1, 0), answered=answered, total=2, explanation=None)


async def test_the_same_results_are_kept_once_and_others_beside_them(crowd: Crowd) -> None:
    for answered in (1, 1, 2):
        crowd.told_results(results(answered))
    assert [kept.answered for kept in crowd.seen.rounds[0].results] == [1, 2]


async def test_nobody_waits_for_a_lost_player(plan: Plan) -> None:
    crowd = Crowd(msgspec.structs.replace(plan, players=1), Share(0, 0, 1), LiveCounts(), Doors())
    waiting = asyncio.create_task(crowd.question(1))
    await asyncio.sleep(0)
    crowd.lost(0)
    await asyncio.wait_for(waiting, 1)
