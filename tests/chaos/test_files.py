"""More connections come than a gateway has files for."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.exceptions import InvalidHandshake

from clients.player import QuizClient
from quickpoll.protocol import StartQuiz, SyncClock
from tests.system.game import ask, check_results, join, open_session
from tests.system.harness import allow_open_files, coordinator, gateway, running, websocket_url

FILES = 200
ROOM = FILES - 100
STORM = 1000
AGAIN_WITHIN_S = 10.0


async def test_a_storm_of_connections_is_refused_and_who_is_there_plays_on(tmp_path: Path, redis_url: str) -> None:
    front, behind = gateway(tmp_path, redis_url), coordinator(tmp_path, redis_url)
    await front.start(ready=False)
    front.limit_files(FILES)
    async with running(behind), AsyncExitStack() as stack:
        stack.push_async_callback(front.stop)
        await front.ready()
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(front)))
        created = await open_session(host)
        ann = await join(await stack.enter_async_context(QuizClient.connect(websocket_url(front))), created.code, "Ann")

        port = int(front.health.rpartition(":")[2])
        allow_open_files()
        storm = [await asyncio.open_connection("127.0.0.1", port) for _ in range(STORM)]
        with pytest.raises((InvalidHandshake, ConnectionError)):
            async with QuizClient.connect(websocket_url(front)):
                pass
        await ann.client.call(SyncClock(t0=0))
        asked = await ask(host, [ann], StartQuiz())
        await ann.answer(asked, 1)
        await check_results(host, [ann])

        for _, writer in storm:
            writer.transport.abort()
        async with asyncio.timeout(AGAIN_WITHIN_S):
            while "there is room again" not in front.log.read_text():  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.02)
        ben = await join(await stack.enter_async_context(QuizClient.connect(websocket_url(front))), created.code, "Ben")
        assert ben.joined.session.player_count == 2
        log = front.log.read_text()
        assert log.count(f"full with {ROOM} connections") == 1
        assert "Too many open files" not in log
