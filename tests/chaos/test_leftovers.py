"""What sessions leave behind in Valkey: nothing that stays, however they ended."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from clients.player import QuizClient as Device
from quickpoll.keys import COORDINATORS, GATEWAYS, HANDOVERS, LAYOUT, PAGE_FILE_PREFIX, PartitionKeys
from quickpoll.protocol import EndSession, StartQuiz
from tests.redis_client import Client
from tests.system.game import ask, check_results, join, open_session
from tests.system.harness import coordinator, gateway, running, websocket_url

KEYS = PartitionKeys(0)
OF_PARTITION = {KEYS.stream, KEYS.fence, KEYS.meta, KEYS.deadlines, KEYS.gateways, KEYS.served}
STAYING = {*OF_PARTITION, LAYOUT, COORDINATORS, GATEWAYS, HANDOVERS}
"""A fixed number of keys for a partition and a deployment, each of bounded size."""
A_DAY_MS = 24 * 60 * 60 * 1000
GONE_WITHIN_S = 15.0


async def test_every_key_of_a_session_expires_and_the_others_do_not_grow(
    tmp_path: Path, redis: Client, redis_url: str
) -> None:
    front, owner = gateway(tmp_path, redis_url), coordinator(tmp_path, redis_url)
    for process in (front, owner):
        process.environment["QUICKPOLL_PARTITIONS"] = "1"
    async with running(front, owner):
        for ends in (True, True, False):  # the third is abandoned
            await _play(websocket_url(front), ends=ends)
            assert await _lasting(redis) <= STAYING
            assert len(await _of_sessions(redis)) > len(STAYING)
        # Nobody is connected any more: the gateway listens to no session, and nothing waits in the stream.
        await _until(lambda: _has_no_session_channel(redis))
        assert await redis.xlen(KEYS.stream) == 0
        assert await redis.zcard(KEYS.deadlines) == 1
        await front.stop()
        await _until(lambda: _is_empty(redis, KEYS.gateways))
        assert await redis.xlen(KEYS.stream) == 0


async def _play(url: str, *, ends: bool) -> None:
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(Device.connect(url))
        created = await open_session(host)
        player = await join(await stack.enter_async_context(Device.connect(url)), created.code, "Ann")
        asked = await ask(host, [player], StartQuiz())
        await player.answer(asked, 1)
        await check_results(host, [player])
        if ends:
            await host.call(EndSession())


async def _of_sessions(redis: Client) -> set[str]:
    """All keys but those of the files of pages, which come and go with versions of the program."""
    names = {name.decode() async for name in redis.scan_iter("*")}
    return {name for name in names if not name.startswith(PAGE_FILE_PREFIX)}


async def _lasting(redis: Client) -> set[str]:
    """Keys that do not expire within a day."""
    lasting = set()
    for name in await _of_sessions(redis):
        left_ms = await redis.pttl(name)
        if left_ms == -1 or left_ms > A_DAY_MS:
            lasting.add(name)
    return lasting


async def _has_no_session_channel(redis: Client) -> bool:
    channels: Any = await redis.pubsub_shardchannels(KEYS.channel("*"))
    return not channels


async def _is_empty(redis: Client, name: str) -> bool:
    return not await redis.exists(name)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(GONE_WITHIN_S):
        while not await condition():  # noqa: ASYNC110  (another process)
            await asyncio.sleep(0.05)
