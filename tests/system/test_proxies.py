"""What the doctor and the page `/check` say of real proxies: as the documentation has them, and set up wrongly."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from playwright.async_api import expect

from program.doctor import way_in
from program.findings import Finding, Grade
from tests.certificates import Authority
from tests.deploy.balancer import balancing
from tests.gateway.standin import CODE, house
from tests.redis_client import Client
from tests.system.browser import PHONE, chromium, enter, hurried, new_page, page_with_clock
from tests.system.harness import free_port, is_ready
from tests.system.servers import eventually

PAGE = (Path(__file__).parents[2] / "docs/deployment.md").read_text()
QUIET_S = 10.0
"""A gateway pings who is new, which a proxy does not take for quiet; one that cuts does so long before."""
READY_WITHIN_S = 10.0
SAYS_WITHIN_MS = 15_000
FORWARDED = """
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
"""


def program(name: str) -> str:
    """Debian has some where users do not look."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or name


@asynccontextmanager
async def started(port: int, log: Path, *arguments: str) -> AsyncIterator[str]:
    """A proxy, when it listens; its address."""
    with log.open("w") as file:
        process = await asyncio.create_subprocess_exec(
            *arguments, stdout=file, stderr=file, env=os.environ | {"HOME": str(log.parent)}
        )

    async def listens() -> bool:
        assert process.returncode is None, log
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True

    try:
        await eventually(listens, within_s=READY_WITHIN_S)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def nginx(folder: Path, to: int, how: str, listen: str = "") -> AsyncIterator[str]:
    """Nginx that passes everything on, with these directives."""
    port = free_port()
    config = folder / "nginx.conf"
    server = f"server {{ listen 127.0.0.1:{port} {listen}; location / {{ proxy_pass http://127.0.0.1:{to}; {how} }} }}"
    config.write_text(_nginx(folder, server))
    async with started(port, folder / "nginx.log", program("nginx"), "-c", str(config)) as url:
        yield url


def _nginx(folder: Path, servers: str) -> str:
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off; pid {folder}/pid; error_log stderr; events {{ worker_connections 256; }}"
    return f"{main}\nhttp {{ access_log off; {places}\n{servers} }}\n"


def sample(language: str, public: int, gateway: int) -> str:
    """A sample of the documentation, with one gateway and ports of this machine."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    text = re.sub(r"\n    server 127.0.0.1:8002[^\n]*", "", text).replace(" 127.0.0.1:8002 {", " {")
    text = text.replace("127.0.0.1:8001", f"127.0.0.1:{gateway}").replace("listen 80;", f"listen 127.0.0.1:{public};")
    return str(text.replace("quiz.example.org {", f"http://127.0.0.1:{public} {{"))


async def found(url: str, quiet_s: float = QUIET_S) -> dict[str, Finding]:
    return {finding.about: finding async for finding in way_in(url, quiet_s)}


def wrong(findings: dict[str, Finding]) -> dict[str, str]:
    return {about: finding.change for about, finding in findings.items() if finding.grade is not Grade.GOOD}


@pytest.mark.parametrize("proxy", ["nginx", "caddyfile", "haproxy"])
async def test_the_documented_proxies_are_well(proxy: str, tmp_path: Path, redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, trusted_proxies=(ip_network("127.0.0.1"),)) as home:
        if proxy == "haproxy":
            async with balancing(tmp_path, [home.gateway.port]) as balancer:
                findings = await found(f"http://127.0.0.1:{balancer.public}", 0.05)
        else:
            port = free_port()
            config = tmp_path / proxy
            if proxy == "nginx":
                config.write_text(_nginx(tmp_path, sample("nginx", port, home.gateway.port)))
                arguments: Sequence[str] = (program("nginx"), "-c", str(config))
            else:
                config.write_text("{\n\tadmin off\n}\n" + sample("caddyfile", port, home.gateway.port))
                arguments = (program("caddy"), "run", "--adapter", "caddyfile", "--config", str(config))
            async with started(port, tmp_path / "log", *arguments) as url:
                await eventually(is_ready, f"{url}/livez", within_s=READY_WITHIN_S)
                findings = await found(url, 0.05)
    assert wrong(findings) == {}
    assert findings["addresses of players"].found == "the proxy tells them"


@pytest.mark.parametrize(
    ("how", "about", "change"),
    [
        (FORWARDED.replace('proxy_set_header Connection "upgrade";', ""), "WebSocket", "proxy_set_header Upgrade"),
        (FORWARDED.replace("$http_host", "gateway:8000"), "WebSocket", "proxy_set_header Host $http_host"),
        (FORWARDED + "proxy_read_timeout 1s;", "quiet connection", "proxy_read_timeout 75s"),
        (FORWARDED + "location /ws { deny all; }", "WebSocket", "it is not QuickPoll that refuses"),
    ],
)
async def test_what_is_set_up_wrongly_is_said_with_what_to_change(
    how: str, about: str, change: str, tmp_path: Path, redis: Client, redis_url: str
) -> None:
    async with (
        house(redis, redis_url, trusted_proxies=(ip_network("127.0.0.1"),)) as home,
        nginx(tmp_path, home.gateway.port, how) as url,
    ):
        changes = wrong(await found(url))
    assert list(changes) == [about]
    assert change in changes[about]


async def test_a_proxy_that_is_not_trusted_is_told_apart_from_none(
    tmp_path: Path, redis: Client, redis_url: str
) -> None:
    async with house(redis, redis_url) as home, nginx(tmp_path, home.gateway.port, FORWARDED) as url:
        changes = wrong(await found(url, 0.05))
    assert list(changes) == ["addresses of players"]
    assert "QUICKPOLL_TRUSTED_PROXIES" in changes["addresses of players"]


@pytest.mark.parametrize(
    ("how", "changes"),
    [
        (FORWARDED, {"certificate": "renew it"}),
        (FORWARDED.replace("X-Forwarded-Proto", "X-Other"), {"addresses of players": "X-Forwarded-Proto"}),
        (FORWARDED.replace("X-Forwarded", "X-Other"), {"addresses of players": "option forwardfor"}),
    ],
)
async def test_tls_is_looked_at(
    how: str, changes: dict[str, str], tmp_path: Path, redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.certify("quiz", "IP:127.0.0.1")
    tls = f"ssl; ssl_certificate {certificate}; ssl_certificate_key {key}"
    async with (
        house(redis, redis_url, trusted_proxies=(ip_network("127.0.0.1"),)) as home,
        nginx(tmp_path, home.gateway.port, how, tls) as url,
    ):
        url = url.replace("http:", "https:")
        assert "its whole chain" in (await found(url))["page"].change
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        said = wrong(await found(url, 0.05))
    for about, change in changes.items():
        assert change in said[about]
    assert set(said) == changes.keys() | {"certificate"}  # it ends in two days


async def test_an_address_that_leads_elsewhere_is_said(tmp_path: Path, redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url) as home:
        there = f"http://127.0.0.1:{home.gateway.port}"
        async with nginx(tmp_path, home.gateway.port, f"return 301 {there}$request_uri;") as url:
            assert f"--url {there}" in (await found(url))["page"].change


async def test_the_page_that_checks_says_what_a_player_can_do(tmp_path: Path, redis: Client, redis_url: str) -> None:
    async with (
        house(redis, redis_url) as home,
        nginx(tmp_path, home.gateway.port, FORWARDED.replace("$http_host", "gateway:8000")) as refused,
        chromium(60) as browser,
    ):
        page = await new_page(browser, PHONE)
        for url, says in (
            (f"http://127.0.0.1:{home.gateway.port}", "Yes. You can play here."),
            (refused, "The server refuses this page."),
        ):
            await page.goto(f"{url}/check")
            await expect(page.get_by_text(says)).to_be_visible()
        await expect(page.get_by_text("gateway:8000")).to_be_visible()


async def test_a_page_says_that_a_proxy_has_changed_the_host_and_a_lost_port_does_no_harm(
    tmp_path: Path, redis: Client, redis_url: str
) -> None:
    async with house(redis, redis_url) as home, chromium(60) as browser:
        page = await page_with_clock(browser, PHONE)
        async with nginx(tmp_path, home.gateway.port, FORWARDED.replace("$http_host", "localhost")) as changed:
            await page.goto(f"{changed}/join/{CODE}")
            await enter(page, "Ada")
            said = page.get_by_text(f"it was opened as {changed[7:]}, but the server was asked for localhost")
            await hurried(page, expect(said).to_be_visible, SAYS_WITHIN_MS)
        async with nginx(tmp_path, home.gateway.port, FORWARDED.replace("$http_host", "$host")) as lost:
            async with page.expect_websocket() as opening:
                await page.goto(lost)
            assert await (await opening.value).wait_for_event("framereceived")


async def test_a_page_with_a_certificate_of_ones_own_says_why_no_websocket_passes(
    tmp_path: Path, redis: Client, redis_url: str
) -> None:
    certificate, key = Authority(tmp_path).certify("quiz", "IP:127.0.0.1")
    tls = f"ssl; ssl_certificate {certificate}; ssl_certificate_key {key}"
    # As in Safari, where the warning was only clicked away; here the proxy refuses it.
    refused = FORWARDED + "location /ws { return 444; }"
    async with (
        house(redis, redis_url) as home,
        nginx(tmp_path, home.gateway.port, refused, tls) as url,
        chromium(60) as browser,
    ):
        context = await browser.new_context(ignore_https_errors=True, locale="en-GB")
        page = await context.new_page()
        await page.clock.install()
        await page.goto(url.replace("http:", "https:"))
        said = page.get_by_text("Safari lets no WebSocket through until that certificate")
        await hurried(page, expect(said).to_be_visible, SAYS_WITHIN_MS)


async def test_below_a_path_of_another_site_a_page_is_not_blank(tmp_path: Path, redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url) as home, chromium(60) as browser:
        below = f"return 404; }} location /quiz/ {{ proxy_pass http://127.0.0.1:{home.gateway.port}/;"
        async with nginx(tmp_path, home.gateway.port, below) as site:
            page = await new_page(browser, PHONE)
            await page.goto(f"{site}/quiz/")
            await expect(page.get_by_text("at the root of a host name of its own")).to_be_visible()
