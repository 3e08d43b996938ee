"""TLS to Redis, to real servers with certificates of an authority of their own.

Quizzes on them while the servers change are in `test_cluster.py`.
"""

import asyncio
import re
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from program.preflight import examine
from quickpoll.settings import Failure
from quickpoll.store.link import open_link
from quickpoll.store.node import Node, Trust, tls_context
from quickpoll.store.nodes import open_node
from quickpoll.store.sentinel import SentinelNodes
from quickpoll.store.url import parse
from tests.certificates import Authority
from tests.system.harness import Process, coordinator, gateway, running
from tests.system.servers import Server, redis_cluster, sentinels
from tests.system.speed import python_slowness

CALM_S = 4.0
WINDOWS = 5
"""One of them must be calm; where others use the machine, a process may get no time for longer than a lease lasts."""
CORE_IN_CALM = 0.25
"""Of a core, on a busy machine: a plain Cluster takes 0.04 on a quiet one, a TLS context per connect took 0.88."""


def cpu_s(process: Process) -> float:
    """CPU time of all threads of a process until now."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _metrics(process: Process) -> bytes:
    with urllib.request.urlopen(process.health + "/metrics", timeout=20) as response:  # noqa: S310
        return bytes(response.read())


async def leases_lost(process: Process) -> float:
    """How many leases a coordinator has lost until now."""
    found = re.search(rb"^quickpoll_leases_lost_total (\S+)", await asyncio.to_thread(_metrics, process), re.MULTILINE)
    assert found
    return float(found[1])


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path / "server", authority=Authority(tmp_path, "DNS:localhost"))
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def test_a_cluster_in_calm_costs_next_to_nothing_and_loses_no_lease(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path, Authority(tmp_path, "IP:127.0.0.1")) as redis:
        sessions, connections = coordinator(tmp_path, redis.url), gateway(tmp_path, redis.url)
        async with running(sessions, connections):
            for _ in range(WINDOWS):
                lost, before, began = await leases_lost(sessions), cpu_s(sessions), time.monotonic()
                await asyncio.sleep(CALM_S)
                cores = (cpu_s(sessions) - before) / (time.monotonic() - began)
                lost = await leases_lost(sessions) - lost
                if is_calm := cores < CORE_IN_CALM and not lost:
                    break
            assert is_calm, f"{cores:.2f} of a core, {lost} leases lost"


async def test_a_connect_holds_the_event_loop_up_for_less_than_5_ms(server: Server, tmp_path: Path) -> None:
    node = Node("localhost", server.peer_port, tls=tls_context(Trust(str(Authority(tmp_path).file))))
    spent = []
    for _ in range(10):
        slower = python_slowness()
        before = time.thread_time()
        (await open_link(node)).close()
        spent.append((time.thread_time() - before) / slower)
    assert min(spent) < 0.005  # the whole of it; others on the machine only add


@pytest.mark.parametrize(("host", "made_out_to"), [("localhost", "DNS:localhost"), ("127.0.0.1", "IP:127.0.0.1")])
async def test_sentinels_and_their_master_are_reached_by_the_name_or_address_that_they_tell(
    tmp_path: Path, host: str, made_out_to: str
) -> None:
    async with sentinels(tmp_path, Authority(tmp_path, made_out_to), host) as redis:
        nodes = SentinelNodes(parse(redis.url))
        await nodes.start()
        assert nodes.of(0).host == host
        link = await open_node(nodes.of(0))
        assert await link.call([("ECHO", "hi")]) == [b"hi"]
        link.close()
        await nodes.close()


async def test_a_certificate_that_is_not_trusted_is_told_so(server: Server, tmp_path: Path) -> None:
    url = f"rediss://localhost:{server.peer_port}/0"
    with pytest.raises(Failure, match=r"certificate that is not trusted .* \?ssl_ca_certs=/path/to/ca.pem"):
        await examine(url, 64)
    with pytest.raises(Failure, match="certificate that is not trusted"):  # made out to the name only
        await examine(f"rediss://127.0.0.1:{server.peer_port}/0?ssl_ca_certs={Authority(tmp_path).file}", 64)
    with pytest.raises(Failure, match="does not answer"):
        await examine(f"redis://localhost:{server.peer_port}/0", 64)


@pytest.mark.parametrize(
    "trust", ["ssl_ca_certs={ca}", "ssl_cert_reqs=none", "ssl_ca_certs={ca}&ssl_check_hostname=false"]
)
async def test_own_authorities_are_trusted_where_the_url_says_so(server: Server, tmp_path: Path, trust: str) -> None:
    await server.admin.config_set("maxmemory-policy", "noeviction")
    options = trust.format(ca=Authority(tmp_path).file)
    host = "127.0.0.1" if "hostname" in options or "none" in options else "localhost"
    await examine(f"rediss://{host}:{server.peer_port}/0?{options}", 64)


async def test_a_client_shows_its_certificate_where_the_server_asks_for_one(server: Server, tmp_path: Path) -> None:
    await server.admin.config_set("tls-auth-clients", "yes")
    authority = Authority(tmp_path)
    certificate, key = authority.certify("client", "DNS:quickpoll")
    own = Trust(str(authority.file), str(certificate), str(key))
    link = await open_link(Node("localhost", server.peer_port, tls=tls_context(own)))
    assert link.id
    link.close()
    assert isinstance(tls_context(own), ssl.SSLContext)
