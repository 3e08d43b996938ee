import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from program import doctor
from program.doctor import machine, redis, way_in
from program.findings import Finding, Grade
from quickpoll.settings import BadSetting
from tests.gateway.standin import house
from tests.redis_client import Client
from tests.settings import settings_with


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.about: finding for finding in findings}


async def found(url: str, quiet_s: float = 0.05) -> dict[str, Finding]:
    return by_subject([finding async for finding in way_in(url, quiet_s)])


@asynccontextmanager
async def proxy(page: bytes, upgrade: bytes) -> AsyncIterator[str]:
    """Something in front that answers the page and the upgrade so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(upgrade if b"GET /ws" in asked else page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def answer(status: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


PAGE = answer("200 OK", b"<title>QuickPoll</title>")


@pytest.mark.parametrize(
    ("limit", "grade"),
    [(64, Grade.WRONG), (1024, Grade.DOUBTFUL), (65_536, Grade.GOOD), (resource.RLIM_INFINITY, Grade.GOOD)],
)
def test_few_open_files_are_said(limit: int, grade: Grade, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert by_subject(list(machine(settings_with(data_dir=tmp_path))))["open files"].grade is grade


def test_a_data_folder_that_is_a_file_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = by_subject(list(machine(settings_with(data_dir=tmp_path / "file"))))["data folder"]
    assert finding.grade is Grade.WRONG
    assert "--data-dir" in finding.change


def test_a_folder_that_is_not_there_yet_is_good(tmp_path: Path) -> None:
    assert by_subject(list(machine(settings_with(data_dir=tmp_path / "a/b"))))["data folder"].grade is Grade.GOOD


async def test_a_redis_is_tried_as_a_start_would(redis_url: str) -> None:
    findings = by_subject(await redis(settings_with(), redis_url))
    assert set(findings) == {"Redis", "Redis's distance", "Redis's disk"}
    assert findings["Redis"].grade is findings["Redis's disk"].grade is Grade.GOOD
    away = by_subject(await redis(settings_with(), "redis://127.0.0.1:1"))
    assert {about: finding.grade for about, finding in away.items()} == {"Redis": Grade.WRONG, "redis-py": Grade.WRONG}
    assert "does not answer" in away["Redis"].found


async def test_a_way_in_that_works_is_good(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url) as home:
        findings = await found(f"http://127.0.0.1:{home.gateway.port}")
    assert {about: finding.grade for about, finding in findings.items()} == {
        "page": Grade.GOOD,
        "addresses of players": Grade.GOOD,
        "WebSocket": Grade.GOOD,
        "quiet connection": Grade.GOOD,
    }


@pytest.mark.parametrize(
    ("page", "upgrade", "about", "change"),
    [
        (answer("502 Bad Gateway"), b"", "page", "let the proxy pass /"),
        (answer("200 OK", b"the school"), b"", "page", "the whole host"),
        (PAGE, answer("403 Forbidden"), "WebSocket", "proxy_set_header Host $http_host"),
        (PAGE, answer("400 Bad Request"), "WebSocket", "proxy_set_header Upgrade"),
        (PAGE, b"", "WebSocket", "proxy_set_header Upgrade"),
    ],
)
async def test_what_a_proxy_does_wrong_is_said_with_what_to_change(
    page: bytes, upgrade: bytes, about: str, change: str
) -> None:
    async with proxy(page, upgrade) as url:
        finding = (await found(url))[about]
    assert finding.grade is Grade.WRONG
    assert change in finding.change


async def test_a_path_and_an_address_that_nobody_answers_are_wrong(unused_tcp_port: int) -> None:
    assert (await found("https://school.example/quiz"))["address"].grade is Grade.WRONG
    assert (await found(f"http://127.0.0.1:{unused_tcp_port}"))["page"].grade is Grade.WRONG


def test_it_prints_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QUICKPOLL_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    assert doctor.main([]) == 1
    assert "WRONG    open files: 64 at most" in capsys.readouterr().out
    assert doctor.main(["--json"]) == 1
    assert {"about", "grade", "found", "change"} == set(json.loads(capsys.readouterr().out)[0])


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadSetting, match="--url"):
        doctor.main(["--url", "quiz.example.org"])
