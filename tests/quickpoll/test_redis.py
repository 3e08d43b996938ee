import asyncio

import pytest

from quickpoll.redis import (
    FAKE_URL,
    Client,
    RedisError,
    ResponseError,
    Script,
    connect,
    connect_blocking,
    read_streams,
    time_ms,
)


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


URLS = pytest.mark.parametrize("kind", ["real", "fake"])


async def some_client(kind: str, redis_url: str) -> Client:
    client = connect(redis_url if kind == "real" else FAKE_URL + "streams")
    await client.flushall()
    return client


@URLS
async def test_entries_of_several_streams_come_in_one_read(kind: str, redis_url: str) -> None:
    client = await some_client(kind, redis_url)
    for number in range(3):
        await client.xadd("one", {"e": str(number)}, id=f"{number + 1}-0")
    await client.xadd("other", {"e": b"\x00\xff"}, id="7-0")
    found = await read_streams(client, {"one": "1-0", "other": "0", "none": "0"}, count=1, block_ms=10)
    assert found == {"one": [(b"2-0", {b"e": b"1"})], "other": [(b"7-0", {b"e": b"\x00\xff"})]}
    assert await read_streams(client, {"none": "0"}, count=1, block_ms=1) == {}
    await client.aclose()


@URLS
async def test_a_read_that_waits_can_be_woken(kind: str, redis_url: str) -> None:
    client = await some_client(kind, redis_url)
    number = await client.client_id()
    other = connect(redis_url if kind == "real" else FAKE_URL + "streams")
    reading = asyncio.create_task(read_streams(client, {"none": "0"}, count=1, block_ms=60_000))
    while not await other.client_unblock(number):  # noqa: ASYNC110  (what it waits for happens in the server)
        await asyncio.sleep(0)
    assert await reading == {}
    await client.aclose()
    await other.aclose()


async def test_any_bytes_and_numbers_arrive_as_they_were_given(redis: Client) -> None:
    await redis.set("k\u00e9y with blanks\r\n", b"\x00\r\n$5\r\n\xff")
    assert await redis.get("k\u00e9y with blanks\r\n") == b"\x00\r\n$5\r\n\xff"
    assert await redis.zadd("z", {"m": 1_790_000_000_123}) == 1
    assert await redis.zscore("z", "m") == 1_790_000_000_123


async def test_a_command_of_two_words_is_sent_as_two(redis: Client) -> None:
    assert await redis.config_get("maxmemory") == {"maxmemory": "0"}


async def test_a_script_runs_once_for_each_call_and_says_what_was_refused(redis: Client) -> None:
    script = Script(redis, "coordinator", "scripts/lease.lua")
    await redis.hset("not a string", "a", "b")
    calls = [
        (["lease", "token"], ["acquire", "me", 0, 1000]),
        (["lease", "not a string"], ["renew", "me", 0, 1000]),
        (["not a string", "token"], ["acquire", "me", 0, 1000]),
    ]
    for _ in range(2):  # at first, and after Redis forgot it
        token, not_mine, wrong = await script.run(calls)
        assert token > 1_700_000_000_000
        assert not_mine == 0
        assert isinstance(wrong, ResponseError)
        await redis.script_flush()


async def test_a_script_on_a_broken_connection_raises(unused_tcp_port: int) -> None:
    client = connect(f"redis://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(RedisError):
        await Script(client, "coordinator", "scripts/lease.lua").run([(["a", "b"], ["release", "me", 0])])
    await client.aclose()
