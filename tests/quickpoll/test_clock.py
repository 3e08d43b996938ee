from types import SimpleNamespace

import pytest

from quickpoll.clock import RedisClock
from quickpoll.redis import Client, time_ms


async def test_it_tells_the_time_of_redis(redis: Client) -> None:
    clock = RedisClock()
    await clock.synchronise(redis)
    before = await time_ms(redis)
    assert before - 2 <= clock.now_ms() <= await time_ms(redis) + 2


async def test_it_tells_how_long_it_is_until_a_moment(redis: Client) -> None:
    clock = RedisClock()
    await clock.synchronise(redis)
    now = clock.now_ms()
    assert 0.9 < clock.seconds_until(now + 1000) <= 1.001
    assert clock.seconds_until(now - 1000) < -0.9


async def test_steps_of_the_wall_clock_have_no_effect(redis: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = RedisClock()
    await clock.synchronise(redis)
    before = clock.now_ms()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= clock.now_ms() - before < 1000


async def test_the_quickest_round_trip_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monotonic = iter([0.0, 0.5, 1.0, 1.002, 2.0, 2.3, 3.0, 3.4, 4.0, 4.2, 5.0])
    server = iter([100, 1_001, 2_900, 3_900, 4_900])

    async def time_ms(_: object) -> int:
        return next(server)

    monkeypatch.setattr("quickpoll.clock.time_ms", time_ms)
    monkeypatch.setattr("time.time", lambda: 0.0)
    clock = RedisClock.__new__(RedisClock)
    monkeypatch.setattr("quickpoll.clock.time", SimpleNamespace(monotonic=lambda: next(monotonic)))
    await clock.synchronise(None)  # type: ignore[arg-type]
    assert clock.round_trip_ms == pytest.approx(2.0)
    assert clock.now_ms() == 5_000
