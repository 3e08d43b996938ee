from pathlib import Path

from program.findings import Finding, Grade
from program.redis_check import look
from tests.certificates import Authority
from tests.redis_client import Client
from tests.system.servers import Server, redis_cluster, sentinels, serving

NEAR_MS = 10_000.0
"""A machine that does other things may take long for an answer: here it is always near enough."""


def grades(findings: list[Finding]) -> dict[str, Grade]:
    return {finding.about: finding.grade for finding in findings}


async def test_a_server_that_is_near_and_keeps_what_it_takes_is_good(redis_url: str) -> None:
    assert grades(await look(redis_url, NEAR_MS)) == {"Redis's distance": Grade.GOOD, "Redis's disk": Grade.GOOD}


async def test_each_master_of_a_cluster_is_looked_at(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path) as cluster:
        found = await look(cluster.url, NEAR_MS)
    assert len(found) == 2 * len(cluster.masters)
    assert set(grades(found).values()) == {Grade.GOOD}


async def test_the_master_is_found_by_its_sentinels(tmp_path: Path) -> None:
    async with sentinels(tmp_path) as redis:
        assert grades(await look(redis.url, NEAR_MS)) == {"Redis's distance": Grade.GOOD, "Redis's disk": Grade.GOOD}


async def test_tls_is_trusted_as_the_url_says(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "IP:127.0.0.1")
    server = Server(tmp_path / "server", authority=authority)
    await server.start()
    url = f"rediss://{server.address}"
    try:
        trusted = await look(f"{url}?ssl_ca_certs={authority.file}", NEAR_MS)
        (refused,) = await look(url)
    finally:
        await server.stop()
    assert grades(trusted)["Redis's distance"] is Grade.GOOD
    assert (refused.about, refused.grade) == ("redis-py", Grade.WRONG)
    assert "CERTIFICATE_VERIFY_FAILED" in refused.found


async def test_a_server_without_a_file_and_nearly_full_is_doubtful(tmp_path: Path) -> None:
    async with serving(tmp_path, "--appendonly", "no", "--maxmemory", "1100000") as server:
        found = {finding.about: finding for finding in await look(f"redis://{server.address}")}
    assert found["Redis's disk"].grade is found["Redis's memory"].grade is Grade.DOUBTFUL
    assert "appendonly" in found["Redis's disk"].change
    assert "maxmemory" in found["Redis's memory"].change


async def test_a_server_that_is_far_is_doubtful(redis_url: str) -> None:
    finding = (await look(redis_url, far_ms=0.0))[0]
    assert (finding.about, finding.grade) == ("Redis's distance", Grade.DOUBTFUL)


async def test_what_cannot_be_reached_is_said_without_its_password(redis: Client) -> None:
    (finding,) = await look("redis://user:secret@127.0.0.1:1")
    assert finding.grade is Grade.WRONG
    assert "127.0.0.1:1" in finding.found
    assert "secret" not in finding.found
