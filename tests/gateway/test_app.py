"""The life of a gateway: start, drain, stop."""

import asyncio
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.connection import Connection
from gateway.whereabouts import Whereabouts
from quickpoll.envelope import Command
from quickpoll.settings import Failure
from tests.gateway.standin import PARTITIONS, QUICK, QUIZ, TOKENS, WITHIN_S, House, house, with_timing
from tests.redis_client import Client
from tests.settings import settings_with


async def test_a_stopped_gateway_leaves_nothing_behind(redis: Client, redis_url: str) -> None:
    before = asyncio.all_tasks()
    async with house(redis, redis_url) as home:
        await home.host()
        for number in range(5):
            await home.player(str(number))
        await home.gateway.stop()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", home.gateway.port)
        assert await redis.execute_command("PUBSUB", "SHARDCHANNELS") == []  # type: ignore[no-untyped-call]
    assert asyncio.all_tasks() == before


async def test_stopping_reports_everyone_as_disconnected(home: House) -> None:
    players = [await home.player(name) for name in ("Ann", "Bob")]
    await home.gateway.stop()
    for player in players:
        assert (await player.closed())[0] == 1012
    gone = {(await home.coordinator.disconnected()).identity.player_id for _ in players}
    assert gone == {"Ann", "Bob"}


@with_timing(last_close_s=0.1)
async def test_stopping_cuts_who_does_not_go(home: House) -> None:
    player = await home.player()
    player.socket.transport.pause_reading()
    async with asyncio.timeout(2):
        await home.gateway.stop()


async def test_a_drain_sends_clients_away_one_by_one_and_is_not_ready(home: House) -> None:
    clients = [await home.client() for _ in range(5)]
    assert (await home.gateway.ready())[0]
    loop = asyncio.get_running_loop()
    began = loop.time()
    closing = [asyncio.create_task(client.closed()) for client in clients]
    moments: list[float] = []
    for task in closing:
        task.add_done_callback(lambda _: moments.append(loop.time() - began))
    draining = asyncio.create_task(home.gateway.drain(0.5))
    for code, reason in await asyncio.gather(*closing):
        assert code == 1012
        assert 0 <= int(reason or "") <= 1000
    assert max(moments) - min(moments) > 0.3
    assert await home.gateway.ready() == (False, "draining")
    await draining
    with pytest.raises(OSError):
        await home.client()


async def test_a_drain_waits_for_replies(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    home.coordinator.answers = False
    await player.say("submit_answer", id="x", question=0, answer=0)
    command = await home.coordinator.command()
    draining = asyncio.create_task(home.gateway.drain(0.0))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(draining), 0.2)
    await home.coordinator.answer(command)
    assert (await player.hear())["reply_to"] == "x"
    assert (await player.closed())[0] == 1012
    await draining


async def test_a_port_in_use_is_told(home: House) -> None:
    before = asyncio.all_tasks()
    second = Gateway(home.redis_url, TOKENS, settings_with(partitions=PARTITIONS, port=home.gateway.port))
    with pytest.raises(OSError, match="in use"):
        await second.start()
    assert asyncio.all_tasks() == before


async def test_without_redis_it_does_not_start() -> None:
    gateway = Gateway("unix:///nowhere", TOKENS, settings_with(partitions=PARTITIONS))
    with pytest.raises(Failure, match="QUICKPOLL_REDIS_URL"):
        await gateway.start()


async def test_where_redis_takes_no_writes_it_does_not_start(redis: Client, redis_url: str) -> None:
    gateway = Gateway(redis_url, TOKENS, settings_with(partitions=PARTITIONS))
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(Failure, match="memory"):
            await gateway.start()
    finally:
        await redis.config_set("maxmemory", 0)


async def test_each_start_has_an_id_of_its_own(home: House, redis_url: str) -> None:
    other = Gateway(redis_url, TOKENS, settings_with(partitions=PARTITIONS))
    assert len(other.id) == len(home.gateway.id) == 8
    assert other.id != home.gateway.id
    await other.stop()


async def test_a_part_that_ends_is_noticed(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(connection: Connection, now: float) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(Connection, "sweep", bug)
    await home.client()
    async with asyncio.timeout(WITHIN_S):
        assert await home.gateway.ended() == "connection timeouts"
    assert "the gateway's connection timeouts ended" in caplog.text


def at_home() -> Whereabouts:
    return Whereabouts(("http://192.168.1.5:8000", "http://10.8.0.6:8000"))


@pytest.mark.parametrize(
    ("options", "join_base"),
    [
        ({}, "http://127.0.0.1:{port}"),
        ({"look": at_home}, "http://192.168.1.5:8000"),
        ({"look": at_home, "public_url": "https://play.example"}, "https://play.example"),
    ],
)
async def test_the_address_for_players(redis: Client, redis_url: str, options: dict[str, Any], join_base: str) -> None:
    async with house(redis, redis_url, **options) as home:
        host = await home.client()
        created = await host.ask("create_session", quiz=QUIZ)
        assert created["base_url"] == join_base.format(port=home.gateway.port)


async def test_a_host_that_came_by_another_address_keeps_it(redis_url: str) -> None:
    gateway = Gateway(redis_url, TOKENS, settings_with(partitions=1), look=at_home)
    for reached in ("https://quiz.example", "http://192.168.1.7:8000"):
        assert gateway.base_url(reached) == reached
    for reached in ("http://localhost:8000", "http://[::1]:8000", ""):
        assert gateway.base_url(reached) == "http://192.168.1.5:8000"
    await gateway.stop()


async def test_pending_commands_end_with_the_gateway(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    home.coordinator.answers = False
    await player.say("submit_answer", question=0, answer=0)
    assert isinstance(await home.coordinator.entry(), Command)
    async with asyncio.timeout(QUICK.reply_s):
        await home.gateway.stop()
    assert (await player.closed())[0] == 1012


async def test_more_connections_than_files_are_no_setting(redis_url: str) -> None:
    with pytest.raises(Failure, match="too few for 1000000000 connections"):
        Gateway(redis_url, TOKENS, settings_with(partitions=PARTITIONS, max_connections=1_000_000_000))
