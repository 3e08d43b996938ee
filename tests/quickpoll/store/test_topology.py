"""Who is asked about the map, and when; the maps themselves are in `test_cluster.py` and `test_sentinel.py`."""

import asyncio

import pytest

from quickpoll.store import topology as moving
from quickpoll.store.link import LinkLost, RedisLink, Refusal
from quickpoll.store.topology import Watch
from quickpoll.store.url import Address

HERE = ("here", 1)
AWAY = ("away", 2)
STALE = ("stale", 3)


class Map:
    """Asks a real server, whoever is asked; `stale` never has news."""

    def __init__(self, redis_url: str, *sources: Address) -> None:
        self.sources = list(sources)
        self.asked: list[Address] = []
        self.has_news = False
        self._redis_url = redis_url

    def url(self, address: Address) -> str:
        return "unix:///nowhere/at/all" if address == AWAY else self._redis_url

    def hint(self, reason: Exception) -> Address | None:
        return HERE if "here" in str(reason) else None

    async def ask(self, link: RedisLink, asked: Address) -> bool:
        assert link.is_open
        self.asked.append(asked)
        return self.has_news and asked != STALE


async def test_who_is_away_is_passed_over(redis_url: str) -> None:
    known = Map(redis_url, AWAY, HERE)
    watch = Watch(known)
    await watch.start()
    assert known.asked == [HERE]
    await watch.close()


async def test_where_nobody_answers_it_is_said(redis_url: str) -> None:
    with pytest.raises(LinkLost):
        await Watch(Map(redis_url, AWAY)).start()


async def test_a_doubt_is_followed_by_a_look_and_a_change_is_told(redis_url: str) -> None:
    known = Map(redis_url, HERE, STALE)
    watch, changed = Watch(known), asyncio.Event()
    await watch.start()
    unwatch = watch.watch(changed.set)
    known.has_news = True
    for _ in range(2):  # one of them asks the one that has no news, and the next the other
        watch.doubt(LinkLost("gone"))
        await asyncio.sleep(moving.LOOK_EVERY_S * 1.5)
    assert changed.is_set()
    assert set(known.asked) == {HERE, STALE}
    unwatch()
    await watch.close()


async def test_who_is_named_in_a_refusal_is_asked_first(redis_url: str) -> None:
    known = Map(redis_url, HERE, STALE)
    watch, changed = Watch(known), asyncio.Event()
    await watch.start()
    watch.watch(changed.set)
    known.has_news = True
    known.asked.clear()
    watch.doubt(Refusal("MOVED 1 here:1"))
    async with asyncio.timeout(5):
        await changed.wait()
    assert known.asked == [HERE]
    await watch.close()


async def test_without_any_doubt_it_looks_too(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "LOOK_ANYWAY_S", 0.0)
    known = Map(redis_url, HERE)
    watch, changed = Watch(known), asyncio.Event()
    await watch.start()
    watch.watch(changed.set)
    known.has_news = True
    async with asyncio.timeout(5):
        await changed.wait()
    await watch.close()
