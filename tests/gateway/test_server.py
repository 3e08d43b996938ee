"""Who may connect, and what else the port answers."""

import asyncio
import socket
import time
import urllib.request
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gateway.connection import Connection
from gateway.timing import DEFAULT
from quickpoll.keys import PartitionKeys
from tests.gateway.standin import QUIZ, House, house, until, with_timing
from tests.redis_client import Client


async def get(home: House, path: str) -> tuple[int, str]:
    """Status and text of a GET."""
    reader, writer = await asyncio.open_connection("127.0.0.1", home.gateway.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    async with asyncio.timeout(5):
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body.strip()


async def test_pages_of_other_hosts_may_not_connect(home: House, caplog: pytest.LogCaptureFixture) -> None:
    for origin in ("https://evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(home.url, additional_headers={"Origin": origin})
        assert refused.value.response.status_code == 403
        assert b"another address" in refused.value.response.body
        assert f"(Origin: {origin}, Host: 127.0.0.1:{home.gateway.port})" in caplog.text
    own = f"http://127.0.0.1:{home.gateway.port}"
    client = await home.client(additional_headers={"Origin": own})
    assert (await client.ask("sync_clock", t0=1))["type"] == "clock"


async def test_pages_of_allowed_hosts_may(redis: Client, redis_url: str) -> None:
    async with house(
        redis, redis_url, allowed_origins=("https://quiz.example",), public_url="https://play.example"
    ) as home:
        for origin in ("https://quiz.example", "https://play.example"):
            client = await home.client(additional_headers={"Origin": origin})
            assert (await client.ask("sync_clock", t0=1))["type"] == "clock"
        with pytest.raises(InvalidStatus):
            await connect(home.url, additional_headers={"Origin": "http://quiz.example"})


@pytest.mark.parametrize(
    ("origin", "refuses"),
    [("http://h", "null"), ("http://h:8080", "null"), ("https://quiz.example", '"origin"'), ("", "null")],
)
async def test_a_page_is_told_whether_its_websocket_is_refused(home: House, origin: str, refuses: str) -> None:
    status, text = await get(home, f"/reached?origin={quote(origin)}")
    assert (status, text) == (200, f'{{"host":"h","refuses":{refuses},"forwarded":"none","over_tls":false}}')


async def test_a_page_is_told_that_the_gateway_is_full(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, max_connections=1) as home:
        await home.client()
        _, text = await get(home, "/reached?origin=http://h")
        assert '"refuses":"full"' in text


async def test_programs_without_an_origin_may(home: House) -> None:
    client = await home.client()
    assert (await client.ask("sync_clock", t0=1))["type"] == "clock"


async def test_the_host_is_told_the_address_that_it_came_by(home: House) -> None:
    own = f"http://127.0.0.1:{home.gateway.port}"
    without = await home.client()
    assert (await without.ask("create_session", quiz=QUIZ))["base_url"] == own
    behind_tls = await home.client(additional_headers={"Origin": own.replace("http:", "https:")})
    assert (await behind_tls.ask("create_session", quiz=QUIZ))["base_url"] == own.replace("http:", "https:")


async def test_a_connection_knows_its_client(redis: Client, redis_url: str) -> None:
    forged = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    for trusted, address, scheme in ((["127.0.0.1"], "192.0.2.7", "https"), ([], "127.0.0.1", "http")):
        async with house(redis, redis_url, trusted_proxies=[ip_network(network) for network in trusted]) as home:
            client = await home.client(additional_headers=forged)
            created = await client.ask("create_session", quiz=QUIZ)
            (its,) = home.connections
            assert its.address == address
            assert created["base_url"] == f"{scheme}://127.0.0.1:{home.gateway.port}"


async def refusal(home: House) -> tuple[int, str]:
    """Status and Retry-After of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as refused:
        await connect(home.url)
    return refused.value.response.status_code, refused.value.response.headers["Retry-After"]


async def test_a_full_gateway_tells_who_comes_to_come_back(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, max_connections=2) as home:
        player, _ = await home.player(), await home.client()
        assert await refusal(home) == (503, "5")
        assert await get(home, "/livez") == (200, "ok")
        await player.socket.close()
        await until(lambda: len(home.connections) < 2)
        await home.player("Ben")


async def test_connections_without_anybody_who_joins_are_limited_by_address(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, players_per_address=3, trusted_proxies=[ip_network("127.0.0.1")]) as home:
        for number in range(3):
            await home.player(f"p{number}")
        for _ in range(3):
            await home.client()
        assert await refusal(home) == (429, "20")
        await home.client(additional_headers={"X-Forwarded-For": "192.0.2.7"})


async def test_alive_is_alive(home: House) -> None:
    assert await get(home, "/livez") == await get(home, "/healthz") == (200, "ok")


@with_timing(readiness_s=0.0)
async def test_whether_it_is_ready_is_told_and_nothing_of_the_inside(home: House) -> None:
    for path in ("/readyz", "/readyz?verbose"):
        assert await get(home, path) == (200, "ok")
    await home.redis.delete(PartitionKeys(0).lease)
    for path in ("/readyz", "/readyz?verbose"):
        assert await get(home, path) == (503, "not ready")


async def test_the_websocket_path_wants_a_websocket(home: House, caplog: pytest.LogCaptureFixture) -> None:
    status, explanation = await get(home, "/ws")
    assert status == 426
    assert "WebSocket" in explanation
    assert "pass on the Upgrade and Connection headers (Origin: none, Host: h)" in caplog.text


async def test_an_ordinary_http_client_is_served(home: House) -> None:
    def fetch() -> tuple[int, bytes]:
        with urllib.request.urlopen(f"http://127.0.0.1:{home.gateway.port}/livez", timeout=5) as response:
            return response.status, response.read()

    assert await asyncio.to_thread(fetch) == (200, b"ok\n")


@with_timing(swept_per_turn=1)
async def test_everyone_is_measured_though_the_event_loop_has_turns_in_between(home: House) -> None:
    clients = [await home.client() for _ in range(3)]
    measures = [connection.round_trip for connection in home.connections]
    for one in measures:
        await until(lambda one=one: one.is_due(one.due_at))  # type: ignore[misc]  # its first ping is answered
        one.due_at = 0.0
    before = [one.pinged_at for one in measures]
    await until(lambda: all(one.pinged_at > then for one, then in zip(measures, before, strict=True)))
    assert len(clients) == len(measures)


@with_timing(late_s=0.1, ping_after_s=0.3, gone_after_s=0.3)
async def test_a_held_up_event_loop_is_not_the_silence_of_the_clients(home: House) -> None:
    client = await home.client()
    (its,) = home.connections
    await until(lambda: its.round_trip.is_due(its.round_trip.due_at))  # its first ping is answered
    its.round_trip.ping(time.monotonic())
    heard_at = its.heard_at
    time.sleep(0.8)  # noqa: ASYNC251  (the point of it)
    await until(lambda: its.heard_at > heard_at or not its.is_open)
    assert its.is_open
    assert (await client.ask("sync_clock", t0=1))["type"] == "clock"


async def test_compression_is_not_offered(home: House) -> None:
    async with connect(home.url, compression="deflate") as client:
        assert client.response
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_who_was_accepted_just_before_the_end_is_cut_off(home: House) -> None:
    server, loop = home.gateway.server, asyncio.get_running_loop()
    await server.stop(0)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours:
        transport, _ = await loop.connect_accepted_socket(lambda: Connection(server, 1, DEFAULT), theirs)
        assert transport.is_closing()
        async with asyncio.timeout(5):
            assert await loop.sock_recv(ours, 1) == b""
    assert not server.connections
