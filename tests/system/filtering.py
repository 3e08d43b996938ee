"""A filter as schools have: pages pass, and what becomes of a WebSocket is for the filter to say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.chaos.proxy import Proxy

BLOCKED: Final = b"<h1>Blocked by policy</h1>"
ANSWERS: Final = {
    "403": b"403 Forbidden\r\nContent-Type: text/html",
    "302": b"302 Found\r\nLocation: http://filter.invalid/blocked",
    "200": b"200 OK\r\nContent-Type: text/html",
}
SILENCE: Final = "silence"


class Filter(Proxy):
    """Answers in place of the server who asks for a WebSocket; those that are open live on."""

    mode: str | None = None
    """One of ANSWERS, or SILENCE; None: everything passes."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes = b"") -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if self.mode is None or not head.startswith(b"GET /ws "):
                await super()._serve(reader, writer, head)
            elif self.mode == SILENCE:
                await reader.read()
            else:
                length = f"\r\nContent-Length: {len(BLOCKED)}\r\nConnection: close\r\n\r\n"
                writer.write(b"HTTP/1.1 " + ANSWERS[self.mode] + length.encode() + BLOCKED)
                writer.close()
                await writer.wait_closed()
        except (asyncio.IncompleteReadError, OSError):
            pass  # A browser opens some connections ahead, and asks nothing.
        finally:
            writer.transport.abort()


@asynccontextmanager
async def filtered(port: int) -> AsyncIterator[Filter]:
    """A filter in front of the server at `port`, through which everything passes at first."""
    network = Filter(port)
    await network.start()
    try:
        yield network
    finally:
        await network.stop()
