"""(b) What a gateway pays to deliver one frame of a broadcast, against the loops of others.

The gateway is the real one with real players; the broadcasts are Steps on their session's channel, as
the coordinator publishes them.
"""

from statistics import median
from typing import Final

from benchmarks.anchors import send_ns, websockets_ns, ws_ns
from benchmarks.broadcast import delivery_ns
from benchmarks.results import Row, of_runs

TITLE: Final = "Gateway CPU per delivered frame: 300 bytes to each of 2,000 connections"
CONNECTIONS: Final = 2000
FRAME_BYTES: Final = 300
TARGET_RATIO: Final = 1.2
TRIES: Final = 3


async def measure() -> tuple[Row, ...]:
    """All of them in turn, several times; medians, and the median of the ratios of one turn."""
    tries: dict[str, list[float]] = {}
    for _ in range(TRIES):
        tries.setdefault("send() in C", []).append(await send_ns(CONNECTIONS, FRAME_BYTES))
        tries.setdefault("gateway", []).append(await delivery_ns(1, CONNECTIONS, FRAME_BYTES))
        tries.setdefault("websockets.broadcast", []).append(await websockets_ns(CONNECTIONS, FRAME_BYTES))
        if (node := await ws_ns(CONNECTIONS, FRAME_BYTES)) is not None:
            tries.setdefault("ws on Node", []).append(node)
    floor = tries["send() in C"]
    ratios = {
        name: [value / least for value, least in zip(values, floor, strict=True)] for name, values in tries.items()
    }
    return (
        of_runs("gateway, as a multiple of send() in C", ratios["gateway"], "×", target=TARGET_RATIO),
        *(
            Row(
                what=name,
                key=name.partition(" ")[0],
                value=round(median(values) / 1000, 2),
                unit="µs",
                anchor=None if values is floor else "send() in C",
                ratio=None if values is floor else round(median(ratios[name]), 2),
            )
            for name, values in tries.items()
        ),
    )
