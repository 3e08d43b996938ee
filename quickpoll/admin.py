"""The internal port: whether this process lives, and whether it can do its work.

`/livez` (and `/healthz`, its older name) asks nobody else: 200 as long as the event loop turns.
`/readyz` is 200 while work can be done here, else 503. The status is the contract; with `?verbose`
the text says why.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from quickpoll import __version__

Ready = Callable[[], Awaitable[tuple[bool, str]]]
"""Whether the process can do its work, and the reason in a few words."""


async def health(path: str, ready: Ready) -> tuple[HTTPStatus, str] | None:
    """The answer to a health path (with its query), None for any other path."""
    parts = urlsplit(path)
    if parts.path in ("/livez", "/healthz"):
        good, reason = True, "alive"
    elif parts.path == "/readyz":
        good, reason = await ready()
    else:
        return None
    text = "ok\n" if good else "not ready\n"
    if "verbose" in parse_qs(parts.query, keep_blank_values=True):
        text += f"{reason}\nquickpoll {__version__}\n"
    return (HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE), text


class Admin:
    """Serves the health paths on a port of their own."""

    def __init__(self, host: str, port: int, ready: Ready) -> None:
        self.port = port
        """The port it listens on; where 0 was asked for, known once it is started."""
        self._host = host
        self._ready = ready
        self._server: Server | None = None

    async def start(self) -> None:
        """Listens; raises OSError if the port is not to be had."""
        self._server = await serve(_no_websocket, self._host, self.port, process_request=self._respond)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Closes the port."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _respond(self, connection: ServerConnection, request: Request) -> Response:
        answer = await health(request.path, self._ready)
        status, text = answer or (HTTPStatus.NOT_FOUND, "not found\n")
        return connection.respond(status, text)


async def _no_websocket(_connection: ServerConnection) -> None:
    raise AssertionError("every request is answered before it can become a WebSocket")
