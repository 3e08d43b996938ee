import pytest

from quickpoll.keys import LAYOUT
from quickpoll.preflight import examine
from quickpoll.redis import FAKE_URL, Client
from quickpoll.settings import Failure


async def test_an_empty_redis_is_good(redis_url: str) -> None:
    await examine(redis_url, 64)


async def test_the_stand_in_for_tests_is_good() -> None:
    await examine(FAKE_URL, 64)


async def test_sessions_in_as_many_partitions_are_good(redis: Client, redis_url: str) -> None:
    await redis.hset(LAYOUT, "partitions", "32")
    await examine(redis_url, 32)


async def test_sessions_in_another_number_of_partitions_are_refused(redis: Client, redis_url: str) -> None:
    await redis.hset(LAYOUT, "partitions", "32")
    with pytest.raises(Failure, match=r"in 32 partitions, not 64; set QUICKPOLL_PARTITIONS to 32"):
        await examine(redis_url, 64)


async def test_a_redis_that_may_throw_sessions_away_is_refused(redis: Client, redis_url: str) -> None:
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(Failure, match="set maxmemory-policy to noeviction"):
            await examine(redis_url, 64)
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")


async def test_a_redis_that_is_too_old_is_refused(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quickpoll.preflight.OLDEST_REDIS", 99)
    with pytest.raises(Failure, match=r"Redis \d.* is too old; use "):
        await examine(redis_url, 64)


async def test_a_redis_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(Failure, match=r"does not answer .* or correct QUICKPOLL_REDIS_URL") as failure:
        await examine("redis://someone:hunter2@127.0.0.1:1/0", 64)
    assert str(failure.value).startswith("Redis at redis://127.0.0.1:1/0 ")
    assert "\n" not in str(failure.value)
