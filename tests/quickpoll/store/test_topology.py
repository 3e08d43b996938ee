"""Who is asked about the map, and when; the maps themselves are in `test_cluster.py` and `test_sentinel.py`."""

import asyncio
from dataclasses import replace

import pytest

from quickpoll.store.link import LinkLost, RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.topology import Watch, WatchTimes
from tests.redis_client import node_of

AWAY = Node(path="/nowhere/at/all")
AT_ONCE = WatchTimes(look_every_s=0.0)


class Map:
    """What everybody asked has news of, or has not; `stale` never has."""

    def __init__(self, redis_url: str) -> None:
        self.here = node_of(redis_url)
        self.stale = replace(self.here, db=1)
        """The same server, so that it answers."""
        self.sources = [self.here]
        self.asked: list[Node] = []
        self.has_news = False

    def hint(self, reason: Exception) -> Node | None:
        return self.here if "here" in str(reason) else None

    async def ask(self, link: RedisLink, asked: Node) -> bool:
        assert link.is_open
        self.asked.append(asked)
        return self.has_news and asked != self.stale


@pytest.fixture
def known(redis_url: str) -> Map:
    return Map(redis_url)


async def test_whoever_is_away_is_passed_over(known: Map) -> None:
    known.sources = [AWAY, known.here]
    watch = Watch(known)
    await watch.start()
    assert known.asked == [known.here]
    await watch.close()


async def test_where_nobody_answers_it_is_said(known: Map) -> None:
    known.sources = [AWAY]
    with pytest.raises(LinkLost):
        await Watch(known).start()


async def test_whoever_starts_it_again_after_other_trouble_leaves_no_second_task(known: Map) -> None:
    watch, before = Watch(known), asyncio.all_tasks()
    for _ in range(3):
        await watch.start()
    assert len(asyncio.all_tasks() - before) == 1
    await watch.close()
    assert asyncio.all_tasks() == before


async def test_a_doubt_is_followed_by_a_look_and_a_change_is_told(known: Map) -> None:
    known.sources = [known.here, known.stale]
    watch, changed = Watch(known, AT_ONCE), asyncio.Event()
    await watch.start()
    unwatch = watch.watch(changed.set)
    known.has_news = True
    async with asyncio.timeout(5):
        while not changed.is_set() or len(set(known.asked)) < 2:  # the one without news is asked, too
            watch.doubt(LinkLost("gone"))
            await asyncio.sleep(0)
    unwatch()
    changed.clear()
    before = len(known.asked)
    async with asyncio.timeout(5):
        while len(known.asked) < before + 2:
            watch.doubt(LinkLost("gone"))
            await asyncio.sleep(0)
    assert not changed.is_set()
    await watch.close()


async def test_whoever_is_named_in_a_refusal_is_asked_first(known: Map) -> None:
    known.sources = [known.here, known.stale]
    watch, changed = Watch(known, AT_ONCE), asyncio.Event()
    await watch.start()
    watch.watch(changed.set)
    known.has_news = True
    known.asked.clear()
    watch.doubt(Refusal("MOVED 1 here:1"))
    async with asyncio.timeout(5):
        await changed.wait()
    assert known.asked == [known.here]
    await watch.close()


async def test_without_any_doubt_it_looks_too(known: Map) -> None:
    watch, changed = Watch(known, WatchTimes(look_anyway_s=0.0)), asyncio.Event()
    await watch.start()
    watch.watch(changed.set)
    known.has_news = True
    async with asyncio.timeout(5):
        await changed.wait()
    await watch.close()
