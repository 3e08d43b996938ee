"""`quickpoll doctor`: looks at the machine, the Redis and the way in, and says for each finding what to change.

Exit codes: 0 nothing is wrong, 1 something is, 2 an argument or setting is not allowed.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from program.findings import Finding, Grade
from quickpoll.listening import addresses_of, is_free
from quickpoll.printable import printable
from quickpoll.protocol import SyncClock, encode_command
from quickpoll.settings import BadSetting, Failure, ProcessSettings, load
from quickpoll.store.node import trusting

ENOUGH_FILES: Final = 4096
FEW_FILES: Final = 256
ENOUGH_BYTES: Final = 200 * 1024 * 1024
ANSWER_WITHIN_S: Final = 10.0
QUIET_S: Final = 60.0
"""A connection of a player who only watches is quiet for as long; the server pings it every 20 s."""
SOON_DAYS: Final = 14
_UPGRADE: Final = (
    'nginx: proxy_http_version 1.1, and proxy_set_header Upgrade $http_upgrade; Connection "upgrade"; Apache: '
    "mod_proxy_wstunnel; HAProxy, Caddy and Traefik need nothing; Cloudflare: Network > WebSockets on"
)
_HOST: Final = (
    "pass on the Host header with its port (nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On; "
    "HAProxy: no http-request set-header Host; Caddy: no header_up Host; Traefik: passHostHeader true), or add the "
    "address of the page to QUICKPOLL_ALLOWED_ORIGINS"
)
_TIMEOUT: Final = (
    "let quiet connections live for 60 s and more: nginx proxy_read_timeout 75s; HAProxy timeout tunnel 1h; Caddy: no "
    "stream_timeout; AWS load balancers idle timeout 120 s; Traefik and Cloudflare need nothing"
)
_TRUST: Final = (
    "set QUICKPOLL_TRUSTED_PROXIES to the address or network of the proxy (127.0.0.1 on the same machine; in Docker "
    "the network of the containers, such as 172.16.0.0/12; with systemd in /etc/quickpoll.env)"
)
_RULE: Final = (
    "it is not QuickPoll that refuses: look for a rule for /ws or WebSockets there (nginx: deny, auth_basic; HAProxy: "
    "http-request deny; Cloudflare: Security > Events; a firewall that filters applications)"
)
_FORWARD: Final = (
    "nginx: proxy_set_header X-Forwarded-For $remote_addr and X-Forwarded-Proto $scheme; HAProxy: option forwardfor "
    "and http-request set-header X-Forwarded-Proto https if { ssl_fc }; Caddy, Traefik and Cloudflare send both"
)


def main(arguments: Sequence[str]) -> int:
    """Looks at everything, prints what was found, and returns the exit code."""
    given = _parser().parse_args(arguments)
    settings = load({}, os.environ)
    if given.url and urlsplit(given.url).scheme not in ("http", "https"):
        raise BadSetting("--url: it must be an address such as https://quiz.example.org")
    findings = asyncio.run(_all(settings, given.url, given.quiet))
    if given.json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=1) + "\n")
    else:
        for finding in findings:
            sys.stdout.write(printable(f"{finding.grade.upper():9}{finding.about}: {finding.found}") + "\n")
            if finding.change:
                sys.stdout.write(printable(f"{'':9}{finding.change}") + "\n")
    return 1 if any(finding.grade is Grade.WRONG for finding in findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="quickpoll doctor",
        description="Looks at this machine, at the Redis of QUICKPOLL_REDIS_URL and, with --url, at the way that "
        "players take, and says what to change. It reads the same QUICKPOLL_* variables as the servers.",
    )
    parser.add_argument("--url", metavar="URL", help="the address that players open, such as https://quiz.example.org")
    parser.add_argument(
        "--quiet",
        metavar="S",
        type=float,
        default=QUIET_S,
        help="how long a quiet connection has to live (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    return parser


async def _all(settings: ProcessSettings, url: str | None, quiet_s: float) -> list[Finding]:
    findings = list(machine(settings))
    if settings.redis_url is not None:
        findings += await redis(settings, settings.redis_url)
    if url:
        findings += [finding async for finding in way_in(url.rstrip("/"), quiet_s)]
    return findings


# -- the machine ----------------------------------------------------------------------------


def machine(settings: ProcessSettings) -> Iterator[Finding]:
    """Open files, the clock, the port and the data folder."""
    yield _open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    yield _clock(time.time(), Path(__file__).stat().st_mtime)
    free = all(is_free(address, settings.port) for address in addresses_of(settings.host))
    yield (
        Finding("port", Grade.GOOD, f"{settings.port} is free")
        if free
        else Finding("port", Grade.DOUBTFUL, f"{settings.port} is in use", "fine if that is quickpoll; else set --port")
    )
    if settings.redis_url is None:
        yield _folder(settings.data_dir)


def _open_files(limit: int) -> Finding:
    if limit == resource.RLIM_INFINITY or limit >= ENOUGH_FILES:
        return Finding("open files", Grade.GOOD, "as many as a hall needs")
    grade = Grade.WRONG if limit < FEW_FILES else Grade.DOUBTFUL
    change = "raise it: ulimit -n, LimitNOFILE= in systemd, --ulimit nofile= in Docker"
    return Finding("open files", grade, f"{limit} at most, one for each connection", change)


def _clock(now: float, built: float) -> Finding:
    if now < built - 86_400:
        return Finding(
            "clock", Grade.WRONG, "it is before this program was made", "set it, or wait for the time server"
        )
    return Finding("clock", Grade.GOOD, time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now)))


def _folder(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        change = f"chown -R {os.getuid()} {existing}, or choose another folder with --data-dir"
        return Finding("data folder", Grade.WRONG, f"{existing} cannot be written", change)
    free = shutil.disk_usage(existing).free
    if free < ENOUGH_BYTES:
        return Finding("data folder", Grade.WRONG, f"{free // 1024**2} MiB are free on its disk", "free some space")
    return Finding("data folder", Grade.GOOD, f"{folder}, with {free // 1024**2:,} MiB free")


async def redis(settings: ProcessSettings, redis_url: str) -> list[Finding]:
    """What a start would say of the Redis (see `preflight`), and what another client sees of it."""
    from program import preflight, redis_check  # noqa: PLC0415  (only where there is one)

    try:
        await preflight.examine(redis_url, settings.partitions, settings.durability)
    except Failure as failure:
        tried = Finding("Redis", Grade.WRONG, str(failure))
    else:
        tried = Finding("Redis", Grade.GOOD, "everything that QuickPoll needs works there")
    return [tried, *await redis_check.look(redis_url)]


# -- the way in -----------------------------------------------------------------------------


async def way_in(url: str, quiet_s: float) -> AsyncIterator[Finding]:
    """The page, its WebSocket, and how long a quiet connection lives, as a player's browser meets them."""
    if urlsplit(url).path:
        yield Finding("address", Grade.WRONG, "it has a path", "QuickPoll needs a host name of its own")
        return
    page = await asyncio.to_thread(_page, url)
    yield page
    if page.grade is Grade.WRONG:
        return
    reached = await asyncio.to_thread(_reached, url)
    for finding in (*await asyncio.to_thread(_certificate, url), *_addresses(url, reached)):
        yield finding
    try:
        async with connect(
            "ws" + url.removeprefix("http") + "/ws",
            origin=Origin(url),
            open_timeout=ANSWER_WITHIN_S,
            ssl=trusting() if url.startswith("https") else None,
        ) as websocket:
            await websocket.send(encode_command(SyncClock(t0=0)).decode())
            await asyncio.wait_for(websocket.recv(), ANSWER_WITHIN_S)
            yield Finding("WebSocket", Grade.GOOD, "opens and answers")
            yield await _quiet(websocket.wait_closed(), quiet_s)
    except InvalidStatus as refused:
        status = refused.response.status_code
        by_us = _HOST if reached.get("refuses", "origin") else _RULE
        yield Finding("WebSocket", Grade.WRONG, f"refused with {status}", by_us if status == 403 else _UPGRADE)
    except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as error:
        yield Finding("WebSocket", Grade.WRONG, f"does not open ({error or type(error).__name__})", _UPGRADE)


async def _quiet(closed: Coroutine[Any, Any, None], quiet_s: float) -> Finding:
    try:
        await asyncio.wait_for(closed, quiet_s)
    except TimeoutError:
        return Finding("quiet connection", Grade.GOOD, f"lives for {quiet_s:.0f} s and more")
    return Finding("quiet connection", Grade.WRONG, f"was cut within {quiet_s:.0f} s", _TIMEOUT)


def _page(url: str) -> Finding:
    try:
        with urllib.request.urlopen(url + "/", timeout=ANSWER_WITHIN_S, context=trusting()) as response:  # noqa: S310  (http or https)
            text = response.read(65_536)
            arrived = urlsplit(response.url)
    except urllib.error.HTTPError as error:
        return Finding("page", Grade.WRONG, f"answered with {error.code}", "let the proxy pass / on to the gateways")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLError):
            change = "use a certificate that devices trust, with its whole chain, for this very name"
            return Finding("page", Grade.WRONG, f"its certificate is refused ({reason})", change)
        return Finding("page", Grade.WRONG, f"cannot be reached ({reason})", "look at DNS, the firewall and the port")
    if (arrived.scheme, arrived.netloc) != urlsplit(url)[:2]:
        change = f"open that address, and ask for it here: --url {arrived.scheme}://{arrived.netloc}"
        return Finding("page", Grade.WRONG, "it leads to another address", change)
    if b"quickpoll" not in text.lower():
        change = "let the proxy pass the whole host on to the gateways: /, /assets, /images, /join and /ws"
        return Finding("page", Grade.WRONG, "another site answers", change)
    return Finding("page", Grade.GOOD, "loads")


def _certificate(url: str) -> list[Finding]:
    """For how long it is good; that it is good now has shown."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return []
    with (
        socket.create_connection((parts.hostname, parts.port or 443), ANSWER_WITHIN_S) as connection,
        trusting().wrap_socket(connection, server_hostname=parts.hostname) as encrypted,
    ):
        certificate = encrypted.getpeercert() or {}
    days = int((ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86_400)
    if days < SOON_DAYS:
        change = "renew it, and check that it renews by itself"
        return [Finding("certificate", Grade.DOUBTFUL, f"ends in {days} days", change)]
    return [Finding("certificate", Grade.GOOD, f"is good for {days} days")]


def _reached(url: str) -> dict[str, Any]:
    """What the gateway says of how it is reached; empty: an older one, or something in between answers."""
    asked = f"{url}/reached?origin={quote(url, safe='')}"
    try:
        with urllib.request.urlopen(asked, timeout=ANSWER_WITHIN_S, context=trusting()) as response:  # noqa: S310  (http or https)
            reached = json.loads(response.read(65_536))
    except (OSError, ValueError):
        return {}
    return reached if isinstance(reached, dict) else {}


def _addresses(url: str, reached: dict[str, Any]) -> list[Finding]:
    """Whether the gateway knows the players' addresses, by which it limits what each may do."""
    about, one = "addresses of players", "so all of them count as one"
    encrypted = url.startswith("https")
    match reached.get("forwarded"), reached.get("over_tls"):
        case None, _:
            return []
        case "ignored", _:
            return [Finding(about, Grade.WRONG, f"a proxy tells them and is not trusted, {one}", _TRUST)]
        case "none", _ if encrypted:
            return [Finding(about, Grade.WRONG, f"the proxy that ends TLS does not tell them, {one}", _FORWARD)]
        case _, False if encrypted:
            return [Finding(about, Grade.DOUBTFUL, "the proxy does not tell that they come by TLS", _FORWARD)]
        case "none", _:
            return [Finding(about, Grade.GOOD, "they come directly")]
    return [Finding(about, Grade.GOOD, "the proxy tells them")]
