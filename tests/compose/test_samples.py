"""The samples of docs/deployment.md, as they stand there, in front of real gateways; nginx and Caddy as containers."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from clients.player import QuizClient
from quickpoll.protocol import CreateSession, StartQuiz, encode_command
from tests.compose.deployment import ROOT, docker
from tests.system.game import QUIZ, ask, check_results, join, open_session
from tests.system.harness import Process, coordinator, free_port, gateway, http_status, running

PAGE = (ROOT / "docs/deployment.md").read_text()
READY_WITHIN_S = 10.0
FORGED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
PLACES = {
    "nginx": ("nginx:1", "/etc/nginx/nginx.conf", "events {{ worker_connections 1024; }}\nhttp {{\n{}\n}}\n"),
    "caddyfile": ("caddy:2", "/etc/caddy/Caddyfile", "{{\n\tadmin off\n}}\n{}"),
}


def sample(language: str, public: int, gateways: list[Process]) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    (text,) = found
    text = text.replace("listen 80;", f"listen 127.0.0.1:{public};")
    text = text.replace("quiz.example.org {", f"http://127.0.0.1:{public} {{")
    for number, process in enumerate(gateways, 1):
        assert f"127.0.0.1:800{number}" in text
        text = text.replace(f"127.0.0.1:800{number}", process.health.removeprefix("http://"))
    return text


@asynccontextmanager
async def proxying(language: str, folder: Path, gateways: list[Process]) -> AsyncIterator[int]:
    """The proxy in a container on the network of this machine; its port."""
    image, place, frame = PLACES[language]
    public = free_port()
    file = folder / "proxy.conf"
    file.write_text(frame.format(sample(language, public, gateways)))
    start = ("run", "--detach", "--network", "host", "--volume", f"{file}:{place}:ro", image)
    container = (await asyncio.to_thread(docker, *start)).strip()
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while await asyncio.to_thread(http_status, f"http://127.0.0.1:{public}/readyz") != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        yield public
    finally:
        (folder / "proxy.log").write_text(await asyncio.to_thread(docker, "logs", container))
        await asyncio.to_thread(docker, "rm", "--force", container)


@pytest.mark.parametrize("language", list(PLACES))
async def test_a_game_through_it_while_a_gateway_leaves(language: str, tmp_path: Path, redis_url: str) -> None:
    fronts = [gateway(tmp_path, redis_url, number) for number in range(2)]
    for front in fronts:
        front.environment["QUICKPOLL_TRUSTED_PROXIES"] = "127.0.0.1"
    async with (
        running(*fronts, coordinator(tmp_path, redis_url)),
        proxying(language, tmp_path, fronts) as port,
        AsyncExitStack() as stack,
    ):
        url = f"ws://127.0.0.1:{port}/ws"
        host = await stack.enter_async_context(QuizClient.connect(url))
        created = await open_session(host)
        assert created.join_url.startswith(f"http://127.0.0.1:{port}/")
        players = [
            await join(await stack.enter_async_context(QuizClient.connect(url)), created.code, f"Player {number}")
            for number in range(4)
        ]
        asked = await ask(host, players, StartQuiz())
        for player in players:
            await player.answer(asked, 1)
        await check_results(host, players)

        async with connect(url, additional_headers=FORGED) as socket:
            command = CreateSession(id="forged", quiz=QUIZ)
            await socket.send(encode_command(command).decode())
            assert f'"join_url":"http://127.0.0.1:{port}/' in str(await socket.recv())

        await fronts[0].stop()
        for _ in range(10):
            client = await stack.enter_async_context(QuizClient.connect(url))
            await client.clock_ahead_ms()
        again = await stack.enter_async_context(QuizClient.connect(url))
        assert (await again.resume(players[0].joined.player_token)).code == created.code
