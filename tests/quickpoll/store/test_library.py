import asyncio
import ssl

import pytest

from quickpoll.store.library import FAKE_URL, Client, RedisError, address_of, connect
from quickpoll.store.link import Address


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


async def test_any_bytes_and_numbers_arrive_as_they_were_given(redis: Client) -> None:
    await redis.set("k\u00e9y with blanks\r\n", b"\x00\r\n$5\r\n\xff")
    assert await redis.get("k\u00e9y with blanks\r\n") == b"\x00\r\n$5\r\n\xff"
    assert await redis.zadd("z", {"m": 1_790_000_000_123}) == 1
    assert await redis.zscore("z", "m") == 1_790_000_000_123


async def test_a_command_of_two_words_is_sent_as_two(redis: Client) -> None:
    assert await redis.config_get("maxmemory") == {"maxmemory": "0"}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", Address()),
        ("redis://there:7000/3", Address("there", 7000, db=3)),
        ("redis://me:p%40ss@there", Address("there", username="me", password="p@ss")),
        ("unix:///run/with%20blank.sock?db=2", Address(path="/run/with blank.sock", db=2)),
    ],
)
def test_a_url_says_where_and_how_to_enter(url: str, address: Address) -> None:
    assert address_of(url) == address


def test_a_url_for_tls_says_what_to_trust() -> None:
    assert address_of("redis://there").tls is None
    trusting, strict = address_of("rediss://there?ssl_cert_reqs=none").tls, address_of("rediss://there:6380").tls
    assert trusting
    assert strict
    assert (trusting.verify_mode, strict.verify_mode) == (ssl.CERT_NONE, ssl.CERT_REQUIRED)
