"""deploy/haproxy.cfg in a real HAProxy, in front of real gateways."""

import asyncio
import subprocess
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from clients.player import Lost, QuizClient
from quickpoll.protocol import StartQuiz
from tests.deploy.balancer import CONFIG, HAPROXY, Balancer, balancing
from tests.gateway.standin import QUIZ, house, until
from tests.redis_client import Client as Redis
from tests.system.game import ask, check_results, join, open_session
from tests.system.harness import Process, coordinator, gateway, http_status, running

PROXY = [ip_network("127.0.0.1")]
FORGED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}


def port_of(process: Process) -> int:
    port = urlsplit(process.health).port
    assert port
    return port


def connections(balancer: Balancer) -> list[float]:
    """How many each of two gateways has."""
    return [balancer.count("haproxy_server_current_sessions", f"gateway{number}") for number in (1, 2)]


def test_the_file_is_valid() -> None:
    done = subprocess.run([HAPROXY, "-c", "-f", str(CONFIG)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


async def test_a_game_through_it_and_a_gateway_that_leaves_during_it(tmp_path: Path, redis_url: str) -> None:
    stays, leaves = gateway(tmp_path, redis_url, 0), gateway(tmp_path, redis_url, 1)
    async with (
        running(stays, leaves, coordinator(tmp_path, redis_url)),
        balancing(tmp_path, [port_of(stays), port_of(leaves)]) as balancer,
        AsyncExitStack() as stack,
    ):
        host = await stack.enter_async_context(QuizClient.connect(f"ws://127.0.0.1:{port_of(stays)}/ws"))
        created = await open_session(host)
        clients = [await stack.enter_async_context(QuizClient.connect(balancer.url())) for _ in range(6)]
        players = [await join(client, created.code, f"Player {number}") for number, client in enumerate(clients)]
        await until(lambda: sum(shares := connections(balancer)) == 6 and min(shares) >= 2)

        asked = await ask(host, players, StartQuiz())
        assert await leaves.stop() == 0
        for player in players:
            try:
                await player.answer(asked, 1)
            except Lost:
                code, _ = await player.client.closed()
                assert code == 1012
                player.client = await stack.enter_async_context(QuizClient.connect(balancer.url()))
                await player.client.resume(player.joined.player_token)
                await player.answer(asked, 1)
        assert (await check_results(host, players)).counts == (0, 6, 0)
        await until(lambda: connections(balancer) == [6, 0])


async def test_newcomers_do_not_notice_that_a_gateway_left(tmp_path: Path, redis_url: str) -> None:
    """Nor wait for a health check, though the one that left has the fewest connections."""
    stays, leaves = gateway(tmp_path, redis_url, 0), gateway(tmp_path, redis_url, 1)
    async with (
        running(stays, leaves, coordinator(tmp_path, redis_url)),
        balancing(tmp_path, [port_of(stays), port_of(leaves)]) as balancer,
        AsyncExitStack() as stack,
    ):
        await leaves.stop()
        for _ in range(20):
            client = await stack.enter_async_context(QuizClient.connect(balancer.url()))
            await client.clock_ahead_ms()


async def test_whom_a_full_gateway_sends_away_another_one_takes(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    async with (
        house(redis, redis_url, max_connections=3) as small,
        house(redis, redis_url) as large,
        balancing(tmp_path, [small.gateway.port, large.gateway.port]) as balancer,
    ):
        for _ in range(12):
            await large.client(balancer.url())
        assert small.gateway.figures.connections() <= 3
        assert large.gateway.figures.connections() >= 9
        assert small.gateway.figures.connections_refused["full"] > 0


async def test_what_clients_claim_about_themselves_is_overwritten(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    async with (
        house(redis, redis_url, trusted_proxies=PROXY) as home,
        balancing(tmp_path, [home.gateway.port]) as balancer,
    ):
        client = await home.client(balancer.url(), additional_headers=FORGED, local_addr=("127.0.0.2", 0))
        created = await client.ask("create_session", quiz=QUIZ)
        assert created["base_url"] == f"http://127.0.0.1:{balancer.public}"
        assert [connection.address for connection in home.gateway.server.connections] == ["127.0.0.2"]


async def test_what_a_proxy_before_it_tells_is_passed_on(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    async with (
        house(redis, redis_url, trusted_proxies=PROXY) as home,
        balancing(tmp_path, [home.gateway.port]) as balancer,
    ):
        client = await home.client(balancer.url(balancer.behind_tls), additional_headers=FORGED)
        created = await client.ask("create_session", quiz=QUIZ)
        assert created["base_url"].startswith("https://")
        assert [connection.address for connection in home.gateway.server.connections] == ["192.0.2.7"]


async def test_without_a_gateway_it_says_so(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(house(redis, redis_url))
        async with balancing(tmp_path, [home.gateway.port]) as balancer:
            await stack.aclose()
            reader, writer = await asyncio.open_connection("127.0.0.1", balancer.public)
            writer.write(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            response = (await reader.read()).decode()
            writer.close()
    assert response.startswith("HTTP/1.1 503")
    assert "retry-after: 2" in response.lower()
    assert "try again in a moment" in response


async def test_its_figures_are_on_a_port_of_their_own(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    async with house(redis, redis_url) as home, balancing(tmp_path, [home.gateway.port]) as balancer:
        assert balancer.count("haproxy_server_current_sessions", "gateway1") == 0
        for port, path in ((balancer.metrics, "/"), (balancer.metrics, "/stats"), (balancer.public, "/metrics")):
            assert await asyncio.to_thread(http_status, f"http://127.0.0.1:{port}{path}") == 404
