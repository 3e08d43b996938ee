from quickpoll.clock import RedisClock
from quickpoll.redis import Client, time_ms


async def test_it_tells_the_time_of_redis(redis: Client) -> None:
    clock = RedisClock()
    await clock.synchronise(redis)
    before = await time_ms(redis)
    assert before - 2 <= clock.now_ms() <= await time_ms(redis) + 2
