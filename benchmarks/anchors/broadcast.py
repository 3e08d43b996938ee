"""`websockets.broadcast`, as the library's documentation recommends it.

broadcast.py PORT CONNECTIONS BYTES ROUNDS INTERVAL_MS
Prints "ready" when all are connected, starts at a line on stdin, prints "done".
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

PORT, CONNECTIONS, BYTES, ROUNDS, INTERVAL_MS = map(int, sys.argv[1:])


def say(line: str) -> None:
    """Tells whoever measures."""
    print(line, flush=True)


async def main() -> None:
    """Serves one crowd and broadcasts to it."""
    connections: set[ServerConnection] = set()
    complete = asyncio.Event()

    async def handle(websocket: ServerConnection) -> None:
        connections.add(websocket)
        if len(connections) == CONNECTIONS:
            complete.set()
        await websocket.wait_closed()

    async with serve(handle, "127.0.0.1", PORT, compression=None, ping_interval=None, backlog=4096):
        say("listening")
        await complete.wait()
        say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        text = "x" * BYTES
        for _ in range(ROUNDS):
            broadcast(connections, text)
            await asyncio.sleep(INTERVAL_MS / 1000)
        say("done")
        await asyncio.to_thread(sys.stdin.readline)


asyncio.run(main())
