"""Requests that a balancer and a gateway could understand differently, at a gateway and through HAProxy."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.deploy.balancer import balancing
from tests.gateway.standin import WITHIN_S, house
from tests.redis_client import Client as Redis

SMUGGLED = b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"
"""Its answer is a line that nothing else here says: ok."""


def request(first_line: bytes, *headers: bytes, then: bytes = SMUGGLED) -> bytes:
    return b"\r\n".join((first_line, b"Host: h", *headers, b"", b"")) + then


LENGTH = b"Content-Length: %d" % len(SMUGGLED)
CHUNKED = b"0\r\n\r\n" + SMUGGLED
ATTACKS = {
    "a body by its length": request(b"POST / HTTP/1.1", LENGTH),
    "a body of a GET": request(b"GET / HTTP/1.1", LENGTH),
    "a length and chunks": request(
        b"POST / HTTP/1.1", b"Content-Length: 4", b"Transfer-Encoding: chunked", then=CHUNKED
    ),
    "chunks under another name": request(b"POST / HTTP/1.1", LENGTH, b"Transfer-Encoding : chunked", then=CHUNKED),
    "two lengths": request(b"POST / HTTP/1.1", b"Content-Length: 0", LENGTH),
    "a pipeline": request(b"GET / HTTP/1.1"),
    "a bare line feed": request(b"GET / HTTP/1.1\nX: y"),
    "a folded header": request(b"GET / HTTP/1.1", b"X: y", b" GET /livez HTTP/1.1"),
    "a null": request(b"GET / HTTP/1.1", b"X: \0"),
    "an upgrade that is none": request(
        b"GET /ws HTTP/1.1",
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 777",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
}


async def exchange(port: int, data: bytes) -> bytes:
    """All that is answered until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        writer.write(data)
        async with asyncio.timeout(WITHIN_S):
            while more := await reader.read(65_536):
                heard += more
    except ConnectionResetError:
        pass
    finally:
        writer.transport.abort()
    return heard


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_a_gateway_answers_one_request_at_most(redis: Redis, redis_url: str, attack: bytes) -> None:
    async with house(redis, redis_url) as home:
        heard = await exchange(home.gateway.port, attack)
        assert heard.count(b"HTTP/1.1 ") <= 1
        assert not heard.endswith(b"\r\n\r\nok\n")


async def test_nothing_is_smuggled_through_haproxy(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    """Who comes next gets what he asked for, and not the answer to a request that another has hidden."""
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(house(redis, redis_url))
        balancer = await stack.enter_async_context(balancing(tmp_path, [home.gateway.port]))
        for attack in ATTACKS.values():
            attacking = asyncio.create_task(exchange(balancer.public, attack))
            others = [
                exchange(balancer.public, b"GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                for _ in range(5)
            ]
            for answer in await asyncio.gather(*others):
                assert answer.startswith(b"HTTP/1.1 404 "), (attack, answer)
            attacking.cancel()
            await asyncio.gather(attacking, return_exceptions=True)


@pytest.mark.parametrize(
    "path",
    ["/../pages.py", "/assets/../../pages.py", "/%2e%2e/pages.py", "/..%2fpages.py", "//etc/passwd", "/\\..\\pages.py"],
)
async def test_no_path_leads_out_of_the_pages(redis: Redis, redis_url: str, path: str) -> None:
    async with house(redis, redis_url) as home:
        heard = await exchange(home.gateway.port, b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n" % path.encode())
        assert heard.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 "))
