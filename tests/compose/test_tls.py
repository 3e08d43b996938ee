"""deploy/compose.tls.yaml: Caddy before the balancer, with a certificate of its own and with one from files."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.compose.deployment import Deployment, deployed
from tests.system.harness import free_port

OVERRIDE = ["deploy/compose.tls.yaml"]
UNKNOWN_AUTHORITY = ssl._create_unverified_context()  # noqa: S323  (Caddy's own, for tests)


def environment(tls: str, certificates: str = "certificates") -> dict[str, str]:
    return {
        "QUICKPOLL_DOMAIN": "localhost",
        "QUICKPOLL_TLS": tls,
        "QUICKPOLL_CERTIFICATES": certificates,
        "QUICKPOLL_HTTP_PORT": f"127.0.0.1:{free_port()}",
        "QUICKPOLL_HTTPS_PORT": f"127.0.0.1:{free_port()}",
    }


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return environment("internal")


@pytest.fixture(scope="module")
def deployment(settings: dict[str, str]) -> Iterator[Deployment]:
    with deployed(OVERRIDE, settings, also=["caddy"], gateway=2) as running:
        yield running


def port(settings: dict[str, str]) -> str:
    return settings["QUICKPOLL_HTTPS_PORT"].removeprefix("127.0.0.1:")


async def test_websockets_come_by_tls_and_only_from_our_pages(deployment: Deployment, settings: dict[str, str]) -> None:
    url = f"wss://localhost:{port(settings)}/ws"
    async with connect(url, ssl=UNKNOWN_AUTHORITY, additional_headers={"Origin": "https://localhost"}) as socket:
        await socket.send('{"type":"sync_clock","t0":1}')
        assert '"clock"' in str(await socket.recv())
    with pytest.raises(InvalidStatus):
        await connect(url, ssl=UNKNOWN_AUTHORITY, additional_headers={"Origin": "https://elsewhere.example"})


def test_pages_are_strict_about_tls_behind_it_and_only_there(deployment: Deployment, settings: dict[str, str]) -> None:
    with urlopen(f"https://localhost:{port(settings)}/", context=UNKNOWN_AUTHORITY, timeout=5) as response:
        assert response.status == 200
        assert response.headers["Strict-Transport-Security"]
    forged = Request(f"http://127.0.0.1:{deployment.port}/", headers={"X-Forwarded-Proto": "https"})
    with urlopen(forged, timeout=5) as response:  # noqa: S310  (our own address)
        assert response.headers["Strict-Transport-Security"] is None


def test_a_certificate_from_files(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    tmp_path.chmod(0o755)
    (tmp_path / "key.pem").chmod(0o644)
    files = environment("/certificates/cert.pem /certificates/key.pem", str(tmp_path))
    ours = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with (
        deployed(OVERRIDE, files, also=["caddy"], gateway=1),
        urlopen(f"https://localhost:{port(files)}/", context=ours, timeout=5) as response,
    ):
        assert response.status == 200


def test_without_a_domain_it_says_what_to_do() -> None:
    done = Deployment(OVERRIDE, environment("internal") | {"QUICKPOLL_DOMAIN": ""}).compose("config")
    assert done.returncode != 0
    assert "such as quiz.example.org" in done.stderr
