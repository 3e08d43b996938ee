"""The internal port: the health of the process with its reasons (`quickpoll.health`), and its metrics.

`/metrics` is for Prometheus.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from quickpoll.beat import BEAT_S, until_beat
from quickpoll.health import Ready, health
from quickpoll.listening import addresses_of, port_for
from quickpoll.metrics import Figures, ProcessFigures

if TYPE_CHECKING:
    from program.exposition import Exposition

LAG_EVERY_S: Final = 2 * BEAT_S


class Admin:
    """Serves health and figures on a port of their own."""

    def __init__(
        self,
        host: str,
        port: int,
        ready: Ready,
        figures: Sequence[Figures] = (),
        *,
        lag_every_s: float = LAG_EVERY_S,
    ) -> None:
        """`lag_every_s` is how often it looks how late the event loop is."""
        self.port = port
        """The port it listens on; where 0 was asked for, known once it is started."""
        self._host = host
        self._ready = ready
        self._lag_every_s = lag_every_s
        self._process = ProcessFigures()
        self._figures = (*figures, self._process)
        self._exposition: Exposition | None = None
        self._server: Server | None = None
        self._lag: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listens; raises OSError if the port is not to be had."""
        addresses = addresses_of(self._host)
        port = port_for(addresses, self.port)
        self._server = await serve(_no_websocket, host=addresses, port=port, process_request=self._respond)  # type: ignore[arg-type]  # as create_server takes them
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._lag = asyncio.create_task(self._measure_lag())

    async def stop(self) -> None:
        """Closes the port."""
        if self._lag is not None:
            self._lag.cancel()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _respond(self, connection: ServerConnection, request: Request) -> Response:
        if urlsplit(request.path).path == "/metrics":
            return await self._tell_figures()
        answer = await health(request.path, self._ready, tells_why=True)
        status, text = answer or (HTTPStatus.NOT_FOUND, "not found\n")
        return connection.respond(status, text)

    async def _tell_figures(self) -> Response:
        if self._exposition is None:
            # Importing it takes some 40 ms, during which players are not to wait.
            module = await asyncio.to_thread(import_module, "program.exposition")
            self._exposition = module.Exposition(self._figures)
        headers = Headers({"Content-Type": self._exposition.content_type, "Connection": "close"})
        body = self._exposition.text()
        headers["Content-Length"] = str(len(body))
        return Response(HTTPStatus.OK, HTTPStatus.OK.phrase, headers, body)

    async def _measure_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            wait_s = until_beat(self._lag_every_s)
            due = loop.time() + wait_s
            await asyncio.sleep(wait_s)
            self._process.event_loop_lag_seconds.observe(loop.time() - due)


async def _no_websocket(_connection: ServerConnection) -> None:
    raise AssertionError("every request is answered before it can become a WebSocket")
