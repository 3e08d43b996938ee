import asyncio

import pytest

from quickpoll.redis import FAKE_URL, Client, RedisError, connect, connect_blocking, time_ms


@pytest.mark.parametrize("fake", [False, True])
async def test_a_command_that_is_cancelled_stays_cancelled(redis_url: str, fake: bool) -> None:
    client = connect(FAKE_URL if fake else redis_url)

    async def ask_and_wait() -> None:
        await client.ping()
        await asyncio.Event().wait()

    for moment in range(40):  # each step of the event loop while the command goes out and its answer comes in
        task = asyncio.create_task(ask_and_wait())
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,), timeout=2)
        assert task.cancelled(), f"the cancellation was lost at step {moment}"
    await client.aclose()


async def test_an_answer_that_does_not_come_is_an_error_in_time(redis: Client, redis_url: str) -> None:
    impatient = connect(redis_url, timeout_s=0.05)
    with pytest.raises(RedisError, match="Timeout"):
        await impatient.blpop(["nothing ever comes here"], timeout=5)
    await impatient.aclose()


async def test_a_blocking_read_may_take_as_long_as_it_said(redis_url: str) -> None:
    patient = connect_blocking(redis_url, 100)
    assert await patient.xread({"no stream": "$"}, block=100) in (None, [], {})
    await patient.aclose()


async def test_a_server_that_is_not_there_is_an_error(unused_tcp_port: int) -> None:
    client = connect(f"redis://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(RedisError):
        await client.ping()
    await client.aclose()


async def test_clients_of_one_fake_address_see_the_same_data() -> None:
    one, other = connect(FAKE_URL + "a"), connect(FAKE_URL + "a")
    await one.set("answer", "42")
    assert await other.get("answer") == b"42"
    await one.aclose()
    await other.aclose()


async def test_it_tells_the_servers_time_in_milliseconds(redis: Client) -> None:
    seconds, _ = await redis.time()
    assert 0 <= await time_ms(redis) - int(seconds) * 1000 < 2000
