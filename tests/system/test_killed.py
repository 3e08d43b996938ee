"""Processes are killed in the middle of a question: every answer that was accepted counts, once."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from clients.player import QuizClient
from quickpoll.protocol import Phase, StartQuiz
from tests.system.game import SLOW, Playing, ask, check_results, join, open_session
from tests.system.harness import coordinator, gateway, running, serve, websocket_url


async def _players(stack: AsyncExitStack, url: str, code: str, count: int) -> list[Playing]:
    clients = [await stack.enter_async_context(QuizClient.connect(url)) for _ in range(count)]
    return [await join(client, code, f"Player {number}") for number, client in enumerate(clients)]


async def test_the_whole_process_is_killed_and_started_again(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(quickpoll)))
        created = await open_session(host, SLOW)
        players = await _players(stack, websocket_url(quickpoll), created.code, 6)
        asked = await ask(host, players, StartQuiz())
        for player in players[:4]:
            await player.answer(asked, 1, SLOW)

        await quickpoll.stop(signal.SIGKILL)
        await quickpoll.start()

        again = await host.resume(created.host_token)
        assert (again.session.phase, again.session.answered) == (Phase.QUESTION, 4)
        for player in players:
            resumed = await player.client.resume(player.joined.player_token)
            assert resumed.session.opens_at == asked.opens_at
            assert resumed.you
            assert resumed.you.answered == (player in players[:4])
        for player in players[4:]:
            await player.answer(asked, 0, SLOW)
        assert (await check_results(host, players)).counts == (2, 4, 0)


async def test_the_owner_of_the_session_is_killed(tmp_path: Path, redis_url: str) -> None:
    front = gateway(tmp_path, redis_url)
    first = coordinator(tmp_path, redis_url, 0)
    second = coordinator(tmp_path, redis_url, 1)
    async with running(front, first), AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(front)))
        created = await open_session(host, SLOW)
        players = await _players(stack, websocket_url(front), created.code, 4)
        asked = await ask(host, players, StartQuiz())
        for player in players[:2]:
            await player.answer(asked, 1, SLOW)

        await first.stop(signal.SIGKILL)
        async with running(second):
            for player in players[2:]:
                await player.answer(asked, 1, SLOW)
            assert (await check_results(host, players)).counts == (0, 4, 0)


async def test_a_gateway_is_killed_and_its_players_resume_on_another(tmp_path: Path, redis_url: str) -> None:
    stays, dies = gateway(tmp_path, redis_url, 0), gateway(tmp_path, redis_url, 1)
    async with running(stays, dies, coordinator(tmp_path, redis_url)), AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(stays)))
        created = await open_session(host, SLOW)
        staying = await _players(stack, websocket_url(stays), created.code, 1)
        client = await stack.enter_async_context(QuizClient.connect(websocket_url(dies)))
        moving = await join(client, created.code, "Moves")
        players = [*staying, moving]
        asked = await ask(host, players, StartQuiz())
        await moving.answer(asked, 1, SLOW)

        await dies.stop(signal.SIGKILL)
        await client.closed()
        # Its players count as away when its heartbeat has ended; the question waits for the other one only.
        elsewhere = await stack.enter_async_context(QuizClient.connect(websocket_url(stays)))
        resumed = await elsewhere.resume(moving.joined.player_token)
        assert resumed.you
        assert resumed.you.answered
        moving.client = elsewhere
        await staying[0].answer(asked, 0, SLOW)
        assert (await check_results(host, players)).counts == (1, 1, 0)


async def test_players_of_a_dead_gateway_are_not_waited_for(tmp_path: Path, redis_url: str) -> None:
    stays, dies = gateway(tmp_path, redis_url, 0), gateway(tmp_path, redis_url, 1)
    async with running(stays, dies, coordinator(tmp_path, redis_url)), AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(stays)))
        created = await open_session(host, SLOW)
        staying = await _players(stack, websocket_url(stays), created.code, 1)
        client = await stack.enter_async_context(QuizClient.connect(websocket_url(dies)))
        gone = await join(client, created.code, "Gone")
        asked = await ask(host, [*staying, gone], StartQuiz())
        await staying[0].answer(asked, 1, SLOW)
        await dies.stop(signal.SIGKILL)
        # Closed long before its 60 s are over, because nobody who is there has yet to answer.
        assert (await check_results(host, staying, board=False)).answered == 1


async def test_a_gateway_that_is_told_to_stop_sends_its_players_away_first(tmp_path: Path, redis_url: str) -> None:
    stays, leaves = gateway(tmp_path, redis_url, 0), gateway(tmp_path, redis_url, 1)
    async with running(stays, leaves, coordinator(tmp_path, redis_url)), AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(leaves)))
        created = await open_session(host, SLOW)
        players = await _players(stack, websocket_url(leaves), created.code, 2)
        leaves.send_signal(signal.SIGTERM)
        for client in (host, *(player.client for player in players)):
            code, reason = await client.closed(timeout_s=15)
            assert (code, reason.isdigit()) == (1012, True)
        async with asyncio.timeout(20):
            assert await leaves.wait() == 0
        moved = await stack.enter_async_context(QuizClient.connect(websocket_url(stays)))
        resumed = await moved.resume(players[0].joined.player_token)
        assert resumed.session.code == created.code
