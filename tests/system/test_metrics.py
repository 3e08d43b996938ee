"""What a game looks like in the figures of a gateway and a coordinator."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clients.player import CommandRefused, QuizClient
from quickpoll.protocol import CloseCode, EndSession, NextQuestion, StartQuiz
from tests.system.game import ask, check_results, join, open_session
from tests.system.harness import Process, coordinator, free_port, gateway, running, websocket_url

PLAYERS = 5
Figures = dict[str, float]
"""Samples by name; those with labels as `name{value}`."""


def figures(process: Process) -> Figures:
    url = f"http://127.0.0.1:{process.environment['QUICKPOLL_ADMIN_PORT']}/metrics"
    with urlopen(url, timeout=5) as response:
        text = response.read().decode()
    return {
        sample.name.removeprefix("quickpoll_")
        + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def figures_when(process: Process, condition: Callable[[Figures], bool]) -> Figures:
    """What is told as soon as something is so that nobody is told of."""
    async with asyncio.timeout(10):
        while not condition(told := await asyncio.to_thread(figures, process)):  # noqa: ASYNC110  (the point of it)
            await asyncio.sleep(0.05)
    return told


async def test_a_game_in_figures(tmp_path: Path, redis_url: str) -> None:
    front, owner = gateway(tmp_path, redis_url), coordinator(tmp_path, redis_url)
    front.environment["QUICKPOLL_ADMIN_PORT"] = str(free_port())
    async with running(front, owner), AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(front)))
        created = await open_session(host)
        clients = [await stack.enter_async_context(QuizClient.connect(websocket_url(front))) for _ in range(PLAYERS)]
        players = [await join(client, created.code, f"Player {number}") for number, client in enumerate(clients)]
        told = await asyncio.to_thread(figures, front)
        assert told["connections"] == told["connections_accepted_total"] == 1 + PLAYERS
        assert (told["connected_sessions"], told["connected_hosts"], told["connected_players"]) == (1, 1, PLAYERS)
        assert told["messages_received_total"] == told["command_seconds_count"] == 1 + PLAYERS
        assert told["received_bytes_total"] > 50 * PLAYERS
        assert (told["pending_commands"], told["draining"]) == (0, 0)
        assert 0 < told["gateway_redis_round_trip_seconds"] < 1
        assert told["pubsub_lag_seconds_count"] >= 1
        assert told["pubsub_lag_seconds_sum"] < told["pubsub_lag_seconds_count"]
        before = told["delivered_bytes_total"]
        # Players are told their number once a second: what came within it waits for a deadline.
        await figures_when(owner, lambda owned: owned["timer_lateness_seconds_count"] >= 1)

        asked = await ask(host, players, StartQuiz())
        for player in players:
            await player.answer(asked, 1)
        await check_results(host, players)
        told = await asyncio.to_thread(figures, front)
        assert told["broadcast_seconds_count"] >= 3
        assert told["delivered_bytes_total"] - before > 500 * PLAYERS

        again = await stack.enter_async_context(QuizClient.connect(websocket_url(front)))
        with pytest.raises(CommandRefused):
            await again.resume("no token")
        await again.resume(players[0].joined.player_token)
        assert (await clients[0].closed())[0] == CloseCode.CONNECTED_ELSEWHERE
        told = await asyncio.to_thread(figures, front)
        assert told["messages_refused_total{invalid_token}"] == 1
        assert told["resumes_total{true}"] == 1
        assert told["connections_closed_total{4502}"] == 1

        owned = await asyncio.to_thread(figures, owner)
        assert (owned["partitions_owned"], owned["partitions_ownerless"]) == (64, 0)
        assert owned["leases_taken_total"] == 64
        assert (owned["sessions"], owned["sessions_in_memory"], owned["players"]) == (1, 1, PLAYERS)
        assert owned["sessions_created_total"] == 1
        assert owned["batches_total{committed}"] == owned["stream_lag_seconds_count"] >= 3
        assert 0 < owned["commit_seconds_sum"] < 10
        assert owned.get("entries_quarantined_total") == 0

        await host.call(NextQuestion())
        await host.call(EndSession())
        for client in (host, again, *clients[1:]):
            await client.closed()
        told = await figures_when(front, lambda told: told["connections"] == 0)
        assert told["connections_closed_total{4500}"] == 1 + PLAYERS
        await figures_when(owner, lambda owned: owned["sessions"] == 0)


async def test_a_coordinator_that_comes_shows_that_it_takes_its_share(tmp_path: Path, redis_url: str) -> None:
    first, second = coordinator(tmp_path, redis_url, 0), coordinator(tmp_path, redis_url, 1)
    async with running(first), running(second):
        told = await figures_when(second, lambda told: told["partitions_owned"] == 32)
        assert told["leases_taken_total"] == 32
        told = await figures_when(first, lambda told: told["partitions_owned"] == 32)
        assert told["leases_lost_total"] == 32
