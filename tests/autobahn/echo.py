"""An echo server made of the gateway's own `Connection`, as the Autobahn test suite wants to talk to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.http11 import Request

from gateway.connection import Connection
from gateway.frames import text_frame


class Unpinging(Connection):
    """The suite sends some frames in pieces, and would put its pong between them."""

    __slots__ = ()

    def _ping(self, now: float) -> None:
        self._flush()


class Echo:
    """A `ConnectionOwner` that says every text again."""

    def made(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""

    def requested(self, connection: Connection, request: Request) -> None:
        """See `ConnectionOwner`."""
        connection.accept(request)

    def received(self, connection: Connection, text: bytes) -> None:
        """See `ConnectionOwner`."""
        connection.write(text_frame(text))

    def holds_large(self, connection: Connection) -> bool:
        """See `ConnectionOwner`."""
        return True

    def lets_go(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""

    def closed(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""

    def lost(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""


@asynccontextmanager
async def echoing() -> AsyncIterator[str]:
    """The URL of an echo server on loopback."""
    echo = Echo()
    server = await asyncio.get_running_loop().create_server(lambda: Unpinging(echo, 1), "127.0.0.1", 0)
    yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
