"""A long way between a client and its server: a TCP relay whose bytes arrive later, in order.

Data behind data does not wait twice, as it would behind a proxy that sleeps before it reads on. For pages, too:
Chromium's own network emulation leaves the frames of WebSockets alone (version 156).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

CHUNK_BYTES = 65_536
# Data that is due at the same moment would go in any order.
LATER_S = 1e-6

Way = Callable[[], float]
"""How many seconds the next piece of data is under way."""


def steady(way_ms: float) -> Way:
    """Always the same."""
    return lambda: way_ms / 1000


def jittery(way_ms: float, jitter: float, seed: int) -> Way:
    """Up to `jitter` (a share) longer, each way and each time by chance."""
    chance = Random(seed)
    return lambda: way_ms * (1 + chance.random() * jitter) / 1000


@asynccontextmanager
async def far(port: int, way: Way) -> AsyncIterator[int]:
    """A port of 127.0.0.1 from which the server at `port` is so far away, each way."""
    tasks = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        for source, sink in ((reader, to_server), (from_server, writer)):
            task = asyncio.create_task(_carry(source, sink, way))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
    loop = asyncio.get_running_loop()
    due = 0.0
    try:
        while data := await source.read(CHUNK_BYTES):
            due = max(due + LATER_S, loop.time() + way())
            loop.call_at(due, _deliver, sink, data)
        await asyncio.sleep(due - loop.time())
    except ConnectionError:
        pass
    finally:
        sink.close()


def _deliver(sink: asyncio.StreamWriter, data: bytes) -> None:
    if not sink.is_closing():
        sink.write(data)
