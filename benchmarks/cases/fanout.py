"""(b) What a gateway pays to deliver one frame of a broadcast, against the loops of others.

The gateway is the real one with real players; the broadcasts are Steps on their session's channel, as
the coordinator publishes them.
"""

from typing import Final

from benchmarks.anchors import send_ns, websockets_ns, ws_ns
from benchmarks.broadcast import delivery_ns
from benchmarks.results import Row

TITLE: Final = "Gateway CPU per delivered frame: 300 bytes to each of 2,000 connections"
CONNECTIONS: Final = 2000
FRAME_BYTES: Final = 300
TARGET_RATIO: Final = 1.2


async def measure() -> tuple[Row, ...]:
    """All of them in turn."""
    costs = {
        "send() in C": await send_ns(CONNECTIONS, FRAME_BYTES),
        "gateway": await delivery_ns(1, CONNECTIONS, FRAME_BYTES),
        "websockets.broadcast": await websockets_ns(CONNECTIONS, FRAME_BYTES),
    }
    if (node := await ws_ns(CONNECTIONS, FRAME_BYTES)) is not None:
        costs["ws on Node"] = node
    floor = costs["send() in C"]
    ratio = round(costs["gateway"] / floor, 3)
    return (
        Row(what="gateway, as a multiple of send() in C", value=ratio, unit="×", target=TARGET_RATIO),
        *(
            Row(
                what=name,
                key=name.partition(" ")[0],
                value=round(cost / 1000, 2),
                unit="µs",
                anchor=None if cost is floor else "send() in C",
                ratio=None if cost is floor else round(cost / floor, 2),
            )
            for name, cost in costs.items()
        ),
    )
