"""(b) What a gateway pays to deliver one frame of a broadcast, against the loops of others.

The gateway is the real one with real players; the broadcasts are Steps on their session's channel, as
the coordinator publishes them.
"""

import asyncio
from statistics import median
from typing import Any, Final

from benchmarks.anchors import INTERVAL_MS, ROUNDS, send_ns, websockets_ns, ws_ns
from benchmarks.results import Row
from benchmarks.rig import Rig, cpu_ns, rig
from benchmarks.seats import seated
from quickpoll.envelope import Audience, Shared, Step, encode
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.redis import connect

TITLE: Final = "Gateway CPU per delivered frame: 300 bytes to each of 2,000 connections"
CONNECTIONS: Final = 2000
FRAME_BYTES: Final = 300
TARGET_RATIO: Final = 1.2
TRIES: Final = 3
PARTITIONS: Final = 64
SETTLE_S: Final = 2.5
"""After joining, until the lobby has told its last count."""


async def measure() -> tuple[Row, ...]:
    """All of them by turns, several times; medians."""
    tries: dict[str, list[float]] = {}
    for _ in range(TRIES):
        tries.setdefault("send() in C", []).append(await send_ns(CONNECTIONS, FRAME_BYTES))
        tries.setdefault("gateway", []).append(await _gateway_ns())
        tries.setdefault("websockets.broadcast", []).append(await websockets_ns(CONNECTIONS, FRAME_BYTES))
        if (node := await ws_ns(CONNECTIONS, FRAME_BYTES)) is not None:
            tries.setdefault("ws on Node", []).append(node)
    floor = tries["send() in C"]
    rows = []
    for name, values in tries.items():
        ratio = round(median(value / least for value, least in zip(values, floor, strict=True)), 2)
        rows.append(Row(what=name, value=round(median(values) / 1000, 2), unit="µs", anchor="send() in C", ratio=ratio))
        if name == "gateway":
            rows.append(Row(what="gateway, as a multiple of send() in C", value=ratio, unit="×", target=TARGET_RATIO))
    return tuple(rows)


async def _gateway_ns() -> float:
    async with rig() as server, seated(server.urls, CONNECTIONS) as code:
        await asyncio.sleep(SETTLE_S)
        before = cpu_ns(server.pids["gateway0"])
        await _broadcast(server, code)
        return (cpu_ns(server.pids["gateway0"]) - before) / (CONNECTIONS * ROUNDS)


async def _broadcast(server: Rig, code: str) -> None:
    keys = PartitionKeys(partition_of(code, PARTITIONS))
    redis: Any = connect(server.redis_url)
    token = int(await redis.get(keys.token))
    step = int(await redis.hget(keys.session(code), "step"))
    text = b"%*s" % (FRAME_BYTES - 4, b'{"type":"lobby","player_count":1}')
    for number in range(1, ROUNDS + 1):
        message = encode(Step(token, step + number, (Shared(Audience.PLAYERS, 0, text),)))
        await redis.execute_command("SPUBLISH", keys.channel(code), message)
        await asyncio.sleep(INTERVAL_MS / 1000)
    await redis.aclose()
