"""Whole quizzes on a real Redis Cluster or behind real Sentinels, while the servers change under them.

Each fault happens in each moment of a quiz, on servers, gateways and coordinators of its own; in one moment over TLS.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

import pytest
from msgspec.structs import replace

from coordinator.batch.snapshots import decode_session
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import CloseCode, Quiz, Settings
from tests.certificates import Authority
from tests.chaos.crowd import Crowd, Moment
from tests.chaos.invariants import tracebacks, violations
from tests.system.game import QUIZ
from tests.system.harness import Process, coordinator, gateway, running, websocket_url
from tests.system.servers import RedisCluster, Server, eventually, redis_cluster, sentinels

PARTITIONS = 64
PLAYERS = 6
OVER_WITHIN_S = 40.0
# A failover takes 2 s, and may begin in the middle of a question.
PATIENT = Quiz("Patient", tuple(replace(question, time_limit_ms=6000) for question in QUIZ.questions[:2]))

Fault = Callable[[Crowd], Awaitable[None]]
"""Does to the servers what those in the session are to survive."""


@asynccontextmanager
async def deployed(folder: Path, redis_url: str) -> AsyncIterator[list[Process]]:
    """Two gateways and two coordinators; nothing that they did not foresee may be in their logs."""
    gateways = [gateway(folder, redis_url, number) for number in range(2)]
    coordinators = [coordinator(folder, redis_url, number) for number in range(2)]
    async with running(*gateways, *coordinators):
        yield gateways
    for process in (*gateways, *coordinators):
        assert tracebacks(process.log, after=0, allowed=()) == []


async def play(folder: Path, redis_url: str, fault: Fault, moment: Moment, *, may_go_back: bool = False) -> Crowd:
    """Plays a quiz; `fault` happens then: as players join, or around the second question. All invariants must hold."""
    async with deployed(folder, redis_url) as gateways:
        urls = [websocket_url(process) for process in gateways]
        crowd = Crowd(folder.name, urls, PATIENT, Settings(lead_ms=100), PLAYERS, may_go_back=may_go_back)

        async def do() -> None:
            await crowd.moment(moment, 1 if moment in (Moment.ANSWERING, Moment.CLOSING) else 0)
            await fault(crowd)
            crowd.faults_over.set()

        doing = asyncio.create_task(do())
        await crowd.play(OVER_WITHIN_S)
        if doing.cancel():
            crowd.wrong.append("what was to happen did not come to its end")
            await asyncio.wait((doing,))
        else:
            doing.result()
        assert not (found := violations(crowd)), "\n".join(found)
        # An answer that was lost is not given again when the question is over.
        assert may_go_back or all(len(player.given) == len(PATIENT.questions) for player in crowd.players)
        return crowd


# -- what happens ---------------------------------------------------------------------------


async def slot_moved(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """The slot of the session moves to another master, and rests when half of it is there."""
    async with redis_cluster(folder, authority) as redis:

        async def move(crowd: Crowd) -> None:
            target = redis.masters[(await _holder(redis, crowd) + 1) % len(redis.masters)]
            await redis.move(_partition(crowd), target, half_way_s=0.5)

        crowd = await play(folder, redis.url, move, moment)
        assert all(given.accepted for player in crowd.players for given in player.given.values())


async def master_killed(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """The master that holds the session dies, and its replica takes over."""
    async with redis_cluster(folder, authority) as redis:

        async def kill(crowd: Crowd) -> None:
            await redis.masters[await _holder(redis, crowd)].kill()

        await play(folder, redis.url, kill, moment)


async def cluster_down(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """Another shard is gone for a while, so that the whole Cluster refuses everything."""
    async with redis_cluster(folder, authority) as redis:

        async def lose_another_shard(crowd: Crowd) -> None:
            other = (await _holder(redis, crowd) + 1) % len(redis.masters)
            lost = (redis.replicas[other], redis.masters[other])
            for server in lost:
                await server.kill()
            await redis.until_state("fail")
            for server in lost:
                await server.start()
            await redis.until_state("ok")

        await play(folder, redis.url, lose_another_shard, moment)


async def tail_lost(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """A replica takes over that is behind: everybody notices, and nothing said since is kept by anybody."""
    async with redis_cluster(folder, authority) as redis:

        async def take_over_behind(crowd: Crowd) -> None:
            async with _replica_falls_behind(redis, crowd) as master:
                last = await _last_seq(master, crowd)
                await crowd.host.until(lambda: crowd.host.seq > last)
                crowd.may_go_on.clear()
            # Nobody keeps a connection on which something was said that is not so any more.
            await crowd.all_enter_again()
            crowd.may_go_on.set()

        crowd = await play(folder, redis.url, take_over_behind, moment, may_go_back=True)
        assert any(CloseCode.RESYNC in person.closes for person in crowd.people)


async def tail_kept(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """The same with `min-replicas-to-write`: nothing is accepted that no replica has, so nothing is lost."""
    async with redis_cluster(folder, authority) as redis:
        for master in redis.masters:
            await master.admin.config_set("min-replicas-to-write", 1)

        async def take_over_behind(crowd: Crowd) -> None:
            async with _replica_falls_behind(redis, crowd) as master:
                await eventually(_has_refused_a_write, master)

        await play(folder, redis.url, take_over_behind, moment)


async def sentinels_master_killed(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """The master dies, and Sentinels make its replica the master."""
    async with sentinels(folder, authority) as redis:

        async def kill(_: Crowd) -> None:
            await redis.master.kill()

        await play(folder, redis.url, kill, moment)


async def sentinels_failover(folder: Path, moment: Moment, authority: Authority | None = None) -> None:
    """Sentinels are told to exchange the master for its replica."""
    async with sentinels(folder, authority) as redis:

        async def fail_over(_: Crowd) -> None:
            await redis.sentinels[0].admin.execute_command("SENTINEL", "FAILOVER", redis.service)

        await play(folder, redis.url, fail_over, moment)


FAULTS = {
    fault.__name__: fault
    for fault in (
        slot_moved,
        master_killed,
        cluster_down,
        tail_lost,
        tail_kept,
        sentinels_master_killed,
        sentinels_failover,
    )
}


def _partition(crowd: Crowd) -> int:
    return partition_of(crowd.host.code, PARTITIONS)


async def _holder(redis: RedisCluster, crowd: Crowd) -> int:
    """The index of the master that holds the session."""
    return redis.masters.index(await redis.holder(_partition(crowd)))


@asynccontextmanager
async def _replica_falls_behind(redis: RedisCluster, crowd: Crowd) -> AsyncIterator[Server]:
    """The replica of the session's master, which is yielded, loses touch; afterwards the master dies."""
    index = await _holder(redis, crowd)
    master, replica = redis.masters[index], redis.replicas[index]
    replica.send_signal(signal.SIGSTOP)
    await master.admin.client_kill_filter(_type="replica")
    yield master
    await master.kill()
    replica.send_signal(signal.SIGCONT)


async def _last_seq(master: Server, crowd: Crowd) -> int:
    """Of what was said to the session until now."""
    code = crowd.host.code
    session, _ = decode_session(code, await master.admin.hgetall(PartitionKeys(_partition(crowd)).session(code)))
    return session.head.seq


async def _has_refused_a_write(master: Server) -> bool:
    return "errorstat_NOREPLICAS" in await master.admin.info("errorstats")


OVER_TLS = dict(zip(FAULTS, cycle(Moment), strict=False))
"""In which moment each fault happens to servers that speak TLS."""


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_quiz_is_played_to_its_end(tmp_path: Path, fault: str, moment: Moment) -> None:
    authority = Authority(tmp_path, "IP:127.0.0.1") if moment is OVER_TLS[fault] else None
    await FAULTS[fault](tmp_path, moment, authority)
