"""Whole quizzes on a real Redis Cluster, over two gateways and two coordinators, while its nodes change under them."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from quickpoll.keys import partition_of
from quickpoll.protocol import CloseCode, Question, Quiz, Settings
from tests.chaos.crowd import Crowd, Moment
from tests.chaos.invariants import tracebacks, violations
from tests.system.game import QUIZ
from tests.system.harness import Process, coordinator, gateway, running, websocket_url
from tests.system.servers import RedisCluster, Sentinels, redis_cluster, sentinels

PARTITIONS = 64
PLAYERS = 6
OVER_WITHIN_S = 40.0
BEHIND_S = 0.7
# A failover takes 2 s, and may begin in the middle of a question.
PATIENT = Quiz("Patient", tuple(Question(q.kind, q.text, q.options, 6000, q.points) for q in QUIZ.questions[:2]))

Fault = Callable[[str], Awaitable[None]]
"""Does what is to be survived; gets the code of the session."""


@asynccontextmanager
async def deployed(folder: Path, redis_url: str) -> AsyncIterator[list[Process]]:
    """Two gateways and two coordinators; nothing that they did not foresee may be in their logs."""
    gateways = [gateway(folder, redis_url, number) for number in range(2)]
    coordinators = [coordinator(folder, redis_url, number) for number in range(2)]
    async with running(*gateways, *coordinators):
        yield gateways
    for process in (*gateways, *coordinators):
        assert tracebacks(process.log, after=0, allowed=()) == []


async def play(
    gateways: list[Process], fault: Fault, *, moment: Moment = Moment.ANSWERING, may_be_lost: bool = False
) -> Crowd:
    """Plays a quiz; `fault` happens then: as players join, or around the second question. All invariants must hold."""
    urls = [websocket_url(process) for process in gateways]
    crowd = Crowd("cluster", urls, PATIENT, Settings(lead_ms=100), PLAYERS, may_be_lost=may_be_lost)

    async def do() -> None:
        await crowd.moment(moment, 1 if moment in (Moment.ANSWERING, Moment.CLOSING) else 0)
        await fault(crowd.host.code)
        crowd.faults_over.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(do())
        await crowd.play(OVER_WITHIN_S)
    assert violations(crowd) == []
    assert all(len(player.given) == len(PATIENT.questions) for player in crowd.players)
    return crowd


def holder(redis: RedisCluster, code: str) -> "Awaitable[int]":
    """The index of the master that holds a session."""

    async def find() -> int:
        return redis.masters.index(await redis.holder(partition_of(code, PARTITIONS)))

    return find()


async def test_the_slot_of_a_session_moves_in_the_middle_of_a_question(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:

        async def move(code: str) -> None:
            target = redis.masters[(await holder(redis, code) + 1) % len(redis.masters)]
            await redis.move(partition_of(code, PARTITIONS), target, half_way_s=0.5)

        crowd = await play(gateways, move)
        assert all(given.accepted for player in crowd.players for given in player.given.values())


@pytest.mark.parametrize("moment", Moment)
async def test_the_master_of_a_session_is_killed(tmp_path: Path, moment: Moment) -> None:
    async with redis_cluster(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:

        async def kill(code: str) -> None:
            await redis.masters[await holder(redis, code)].kill()

        await play(gateways, kill, moment=moment)


async def _take_over_behind(redis: RedisCluster, code: str) -> None:
    """The replica of a session's master loses touch; answers are given; then the master dies."""
    index = await holder(redis, code)
    redis.replicas[index].send_signal(signal.SIGSTOP)
    await redis.masters[index].admin.client_kill_filter(_type="replica")
    await asyncio.sleep(BEHIND_S)
    await redis.masters[index].kill()
    redis.replicas[index].send_signal(signal.SIGCONT)


async def test_what_was_lost_with_a_master_that_had_no_replica_is_noticed_by_all(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:
        crowd = await play(gateways, partial(_take_over_behind, redis), may_be_lost=True)
        assert any(CloseCode.RESYNC in person.closes for person in crowd.people)
        # Nobody keeps a connection on which something was said that is not so any more; who had given his up meanwhile
        # has heard nothing on the new one that could be taken back.
        assert all(set(person.closes) - {CloseCode.SESSION_OVER} for person in crowd.people)


async def test_with_min_replicas_to_write_nothing_is_accepted_that_no_replica_has(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:
        for master in redis.masters:
            await master.admin.config_set("min-replicas-to-write", 1)
        await play(gateways, partial(_take_over_behind, redis))


@pytest.mark.parametrize("moment", Moment)
async def test_the_cluster_is_down_for_a_while(tmp_path: Path, moment: Moment) -> None:
    async with redis_cluster(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:

        async def lose_another_shard(code: str) -> None:
            other = (await holder(redis, code) + 1) % len(redis.masters)
            lost = (redis.replicas[other], redis.masters[other])
            for server in lost:
                await server.kill()
            await redis.until_state("fail")
            for server in lost:
                await server.start()
            await redis.until_state("ok")

        await play(gateways, lose_another_shard, moment=moment)


async def test_the_master_behind_sentinels_is_killed_in_the_middle_of_a_question(tmp_path: Path) -> None:
    async with sentinels(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:

        async def kill(_: str) -> None:
            await redis.master.kill()

        await play(gateways, kill)


async def test_a_planned_failover_behind_sentinels_goes_unnoticed(tmp_path: Path) -> None:
    async with sentinels(tmp_path) as redis, deployed(tmp_path, redis.url) as gateways:
        await play(gateways, lambda _: _fail_over(redis))


async def _fail_over(redis: Sentinels) -> None:
    await redis.sentinels[0].admin.execute_command("SENTINEL", "FAILOVER", redis.service)
