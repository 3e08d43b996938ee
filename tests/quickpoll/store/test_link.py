"""On a real server, and against sockets that answer what no server would."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from quickpoll.store.link import LinkLost, Push, RedisLink, Refusal, open_link
from quickpoll.store.node import Node
from quickpoll.store.nodes import open_node
from tests.redis_client import Client, node_of

WITHIN_S = 5.0
HELLO = b"%1\r\n$2\r\nid\r\n:7\r\n"


class Answering(asyncio.Protocol):
    """A server that answers each write with the next of these bytes, and then no more."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answers:
            self._transport.write(self._answers.pop(0))


@asynccontextmanager
async def answering(folder: Path, *answers: bytes) -> AsyncIterator[Node]:
    """Where such a server listens."""
    loop, path = asyncio.get_running_loop(), str(folder / "s")
    server = await loop.create_unix_server(lambda: Answering(*answers), path)
    yield Node(path=path)
    server.close()


async def lost(link: RedisLink) -> str:
    async with asyncio.timeout(WITHIN_S):
        return str(await link.lost)


async def test_replies_come_in_the_order_of_their_calls(link: RedisLink) -> None:
    calls = [link.call([("ECHO", number), ("ECHO", b"\x00\xff")]) for number in range(20)]
    assert await asyncio.gather(*calls) == [[b"%d" % number, b"\x00\xff"] for number in range(20)]
    assert await link.call([]) == []


async def test_what_redis_refuses_is_one_of_the_replies(link: RedisLink) -> None:
    one, refused, other = await link.call([("ECHO", 1), ("LPUSH", "only a name"), ("ECHO", 2)])
    assert (one, other) == (b"1", b"2")
    assert isinstance(refused, Refusal)
    assert refused.kind == "ERR"
    _, (moved,) = await link.call([("SET", "text", "x"), ("EVAL", "return {redis.error_reply('MOVED 1 a:2')}", 0)])
    assert isinstance(moved, Refusal)
    assert moved.kind == "MOVED"


async def test_a_connection_to_a_server_that_has_become_a_replica_ends(tmp_path: Path) -> None:
    refused = b"-READONLY You can't write against a read only replica.\r\n"
    async with answering(tmp_path, HELLO, b"+PONG\r\n" + refused + b"+PONG\r\n") as node:
        link = await open_link(node)
        one, refusal, other = await link.call([("PING",), ("SET", "text", "x"), ("PING",)])
        assert (one, other) == (b"PONG", b"PONG")  # what was answered is known, and what was refused was not done
        assert isinstance(refusal, Refusal)
        assert await lost(link) == str(refusal)


async def test_a_call_that_was_cancelled_keeps_its_place(link: RedisLink) -> None:
    for number in range(10_000):
        given_up = asyncio.ensure_future(link.call([("ECHO", "given up")]))
        if number % 2:
            await asyncio.sleep(0)
        given_up.cancel()
        assert await link.call([("ECHO", number)]) == [b"%d" % number]


async def test_what_is_published_comes_to_the_callback_beside_the_replies(redis_url: str, redis: Client) -> None:
    pushes: asyncio.Queue[Push] = asyncio.Queue()
    link = await open_node(node_of(redis_url), pushed=pushes.put_nowait)
    link.tell([("SSUBSCRIBE", "news")])
    async with asyncio.timeout(WITHIN_S):
        assert await pushes.get() == [b"ssubscribe", b"news", 1]
        await redis.spublish("news", b"\x01")
        assert await link.call([("ECHO", "hi")]) == [b"hi"]
        assert await pushes.get() == [b"smessage", b"news", b"\x01"]
    link.close()


async def test_a_refused_subscription_ends_the_connection_and_is_no_reply_of_a_call(
    with_password: Callable[..., Node], redis: Client
) -> None:
    await redis.execute_command("ACL", "SETUSER", "quiz", "resetchannels")  # type: ignore[no-untyped-call]
    link = await open_link(with_password(username="quiz", password="secret"))
    before = link.call([("ECHO", 1)])
    link.tell([("SSUBSCRIBE", "news")])
    after = link.call([("ECHO", 2)])
    assert await before == [b"1"]
    with pytest.raises(LinkLost, match="NOPERM"):
        await after
    reason = await link.lost
    assert isinstance(reason, Refusal)
    assert reason.kind == "NOPERM"


async def test_subscriptions_leave_the_replies_to_calls_in_their_places(link: RedisLink) -> None:
    calls = []
    for number in range(20):
        link.tell([("SSUBSCRIBE", f"news {number}"), ("SUNSUBSCRIBE", f"news {number}")])
        calls.append(link.call([("ECHO", number)]))
    assert await asyncio.gather(*calls) == [[b"%d" % number] for number in range(20)]


async def test_it_knows_the_number_that_redis_gave_it(link: RedisLink, redis: Client) -> None:
    assert await link.call([("CLIENT", "ID")]) == [link.id]


async def test_a_server_that_ends_the_connection_fails_what_waits(link: RedisLink, redis: Client) -> None:
    waiting = link.call([("BLPOP", "never", 0)], timeout_s=60)
    await redis.client_kill_filter(_id=str(link.id))
    with pytest.raises(LinkLost, match="ended the connection"):
        await waiting
    with pytest.raises(LinkLost):
        await link.call([("PING",)])
    assert not link.is_open


async def test_a_reply_that_does_not_come_in_time_ends_the_connection(redis_url: str) -> None:
    link = await open_link(node_of(redis_url), timeout_s=0.1)
    assert await link.call([("BLPOP", "never", 0.2)], timeout_s=2) == [None]
    first, second = link.call([("BLPOP", "never", 0)]), link.call([("PING",)])
    for call in (first, second):
        with pytest.raises(LinkLost, match="no reply in time"):
            await call


async def test_each_call_has_its_own_time(tmp_path: Path) -> None:
    async with answering(tmp_path, HELLO, b"+one\r\n") as address:
        link = await open_link(address, timeout_s=0.2)
        assert await link.call([("PING",)]) == [b"one"]
        await asyncio.wait((link.lost,), timeout=0.3)
        assert link.is_open  # nothing waits, so nothing is late
        with pytest.raises(LinkLost):
            await link.call([("PING",)])


@pytest.mark.parametrize(
    ("bytes_", "reason"),
    [
        (b"+one\r\n+two\r\n", "nobody waits for"),
        (b"nonsense\r\n", "Protocol error"),
        (b"+one\r\n-ERR no\r\n", "ERR no"),
    ],
)
async def test_what_makes_no_sense_ends_the_connection(tmp_path: Path, bytes_: bytes, reason: str) -> None:
    async with answering(tmp_path, HELLO, bytes_) as address:
        link = await open_link(address)
        asyncio.ensure_future(link.call([("PING",)])).add_done_callback(lambda call: call.exception())
        assert reason in await lost(link)


async def test_closed_by_us_nothing_waits(link: RedisLink) -> None:
    waiting = link.call([("BLPOP", "never", 0)])
    link.close()
    with pytest.raises(LinkLost, match="closed by us"):
        await waiting


async def test_a_call_that_failed_and_that_nobody_looks_at_is_no_error(link: RedisLink) -> None:
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    link.call([("PING",)])
    link.close()
    link.call([("PING",)])
    gc.collect()
    assert told == []


async def test_where_nobody_listens_or_answers_it_says_so_in_time(unused_tcp_port: int, tmp_path: Path) -> None:
    with pytest.raises(LinkLost, match=f"127.0.0.1:{unused_tcp_port}"):
        await open_link(Node("127.0.0.1", unused_tcp_port))
    async with answering(tmp_path) as silent:
        with pytest.raises(LinkLost):
            await open_link(silent, timeout_s=0.1)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example", "no-such-host.invalid"])
async def test_a_host_without_an_address_is_a_lost_link(host: str) -> None:
    with pytest.raises(LinkLost, match=host[:3]):
        await open_link(Node(host))


@pytest.mark.parametrize("hello", [b"+OK\r\n", b"*2\r\n$6\r\nserver\r\n$5\r\nredis\r\n", b"%0\r\n"])
async def test_a_server_that_answers_hello_in_another_way_is_a_lost_link(tmp_path: Path, hello: bytes) -> None:
    async with answering(tmp_path, hello) as address:
        with pytest.raises(LinkLost, match="RESP3"):
            await open_link(address)


@pytest.fixture
async def with_password(redis: Client, redis_url: str) -> AsyncIterator[Callable[..., Node]]:
    """The server with a user that has a password, and one without a name."""
    await redis.execute_command("ACL", "SETUSER", "quiz", "on", ">secret", "~*", "&*", "+@all")  # type: ignore[no-untyped-call]
    path = node_of(redis_url).path
    yield lambda **more: Node(path=path, **more)
    await redis.execute_command("ACL", "DELUSER", "quiz")  # type: ignore[no-untyped-call]


async def test_it_enters_with_name_and_password_and_takes_its_database(
    with_password: Callable[..., Node], redis: Client
) -> None:
    link = await open_link(with_password(username="quiz", password="secret", db=3))
    assert await link.call([("ACL", "WHOAMI"), ("SET", "here", "1")]) == [b"quiz", b"OK"]
    assert await redis.get("here") is None
    link.close()


async def test_with_a_wrong_password_it_is_refused(with_password: Callable[..., Node]) -> None:
    with pytest.raises(Refusal, match="WRONGPASS") as refused:
        await open_link(with_password(username="quiz", password="wrong"))
    assert refused.value.kind == "WRONGPASS"
    assert "wrong" not in repr(with_password(password="wrong"))
