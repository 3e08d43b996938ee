from typing import Any

from coordinator.batch import sessions, snapshots
from coordinator.batch.sessions import HeldSessions
from coordinator.engine import Changes, Drawn, Session, create
from quickpoll.envelope import Command, ConnectionId
from quickpoll.keys import PartitionKeys
from quickpoll.protocol import CreateSession
from quickpoll.store.nodes import Links
from tests.coordinator.standin import QUIZ
from tests.redis_client import Client

KEYS = PartitionKeys(0)


def new_session(code: str) -> Session:
    session, _ = create(Command(ConnectionId("gw", 1), 1, None, CreateSession(quiz=QUIZ)), 1000, Drawn(code, "nonce"))
    return session


async def store(redis: Client, code: str) -> Session:
    session = new_session(code)
    fields: dict[Any, Any] = {
        "head": snapshots.encode_head(session.head),
        "quiz": snapshots.encode(session.quiz),
        "step": b"3",
    }
    await redis.hset(KEYS.session(code), mapping=fields)
    return session


async def test_a_session_is_read_when_it_is_needed(redis: Client, links: Links) -> None:
    stored = await store(redis, "111111")
    held = HeldSessions(links, KEYS)
    await held.load(["111111", "222222"])
    assert held["111111"].session == stored
    assert held["111111"].step == 3
    assert not held["111111"].stored.misses(stored, Changes())
    assert held.get("222222") is None


async def test_what_is_in_memory_is_not_read_again(redis: Client, links: Links) -> None:
    await store(redis, "111111")
    held = HeldSessions(links, KEYS)
    await held.load(["111111"])
    await redis.flushall()
    await held.load(["111111"])
    assert "111111" in held


async def test_one_that_cannot_be_read_is_named_and_the_others_are_there(redis: Client, links: Links) -> None:
    await store(redis, "111111")
    await store(redis, "222222")
    await redis.hset(KEYS.session("111111"), "head", b"9a later format")
    held = HeldSessions(links, KEYS)
    await held.load(["111111", "222222"])
    assert list(held.unreadable) == ["111111"]
    assert "format byte b'9'" in held.unreadable["111111"]
    assert "222222" in held
    await held.load(["222222"])
    assert not held.unreadable


async def test_memory_follows_the_sessions_that_are_played(redis: Client, links: Links) -> None:
    held = HeldSessions(links, KEYS)
    for code, used_at in (("111111", 1000), ("222222", 5000)):
        held.add(new_session(code))
        held.use(code, used_at)
    held.use("111111", 9000)
    held.tidy(5000 + sessions.FORGET_AFTER_MS)
    assert "222222" not in held
    assert "111111" in held


async def test_a_session_that_is_over_is_dropped_at_once(redis: Client, links: Links) -> None:
    held = HeldSessions(links, KEYS)
    held.add(new_session("111111"))
    held["111111"].session.head.closed = True
    held.use("111111", 1000)
    held.tidy(1000)
    assert len(held) == 0
