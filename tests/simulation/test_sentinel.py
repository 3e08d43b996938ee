"""A simulated Sentinel next to a real one."""

import asyncio
from pathlib import Path
from typing import Any

from quickpoll.store.link import RedisLink, Refusal, open_link
from quickpoll.store.node import Node
from tests.simulation.kernel import simulated
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.redis import Redis
from tests.simulation.scenario import draw
from tests.simulation.sentinel import HEARS_WITHIN_S, SERVICE
from tests.system.servers import sentinels

QUESTIONS = (
    ("PING",),
    ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE),
    ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "another"),
    ("GET", "key"),
)


async def answers(link: RedisLink) -> list[Any]:
    """What it says, with types in the place of an address."""
    told = [reply for question in QUESTIONS for reply in await link.call([question])]
    kinds = [reply.kind if isinstance(reply, Refusal) else reply for reply in told]
    return [link.role, *([type(part) for part in each] if isinstance(each, list) else each for each in kinds)]


class Watched:
    """A master, its follower and Sentinels in a world."""

    def __init__(self) -> None:
        self.loop = SimulatedLoop(1)
        network = Network(self.loop, 1, lambda *_: None)
        scenario = draw(1, "sentinels_away")
        self.redis = Redis(scenario, lambda *_: None, self.loop, network, lambda _: None, lambda _: None)

    def run(self, work: Any) -> Any:
        """Does something there."""

        async def do() -> Any:
            await self.redis.start()
            return await self.loop.host("client").run(work())

        with simulated(self.loop, 1):
            done = self.loop.run_until_complete(self.loop.supervisor.run(do()))
        self.loop.close()
        return done


async def test_it_answers_as_a_real_one(tmp_path: Path) -> None:
    watched = Watched()

    async def ask() -> list[Any]:
        return await answers(await open_link(Node(watched.redis.sentinels[0].name, 26379)))

    async with sentinels(tmp_path) as real:
        link = await open_link(Node("127.0.0.1", real.sentinels[0].port))
        assert await asyncio.to_thread(watched.run, ask) == await answers(link)
        link.close()


def test_they_name_another_master_one_after_the_other() -> None:
    watched = Watched()
    pair = watched.redis.shards[0]

    async def look() -> list[set[str]]:
        old = pair.master.name
        told = [{sentinel.master for sentinel in watched.redis.sentinels}]
        pair.fail_over()
        told.append({sentinel.master for sentinel in watched.redis.sentinels})
        await asyncio.sleep(HEARS_WITHIN_S)
        told.append({sentinel.master for sentinel in watched.redis.sentinels})
        assert pair.master.name != old
        return told

    assert watched.run(look) == [{"valkey0a"}, {"valkey0a"}, {"valkey0b"}]
