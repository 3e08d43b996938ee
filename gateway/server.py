"""Listens: the WebSocket at /ws for pages of this host, health, and the pages.

Also the one timer of all connections: it ends what takes too long, and pings clients that are silent or to be measured.
"""

import asyncio
import itertools
import logging
import math
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qs

from websockets.http11 import Request, Response

from gateway import whereabouts
from gateway.address import Hearsay, Proxies
from gateway.connection import Connection
from gateway.hub import Hub
from gateway.intake import Intake
from gateway.limits import Limits
from gateway.origin import UpgradeRefusals, is_same_host, may_connect
from gateway.pages import Pages, is_host, json_response, text_response
from gateway.readiness import Readiness
from gateway.shared_files import SharedFiles
from gateway.tasks import Tasks
from gateway.timing import Timing
from gateway.whereabouts import Look
from quickpoll.beat import until_beat
from quickpoll.health import HEALTH_PATHS, health
from quickpoll.listening import addresses_of, port_for
from quickpoll.metrics import GatewayFigures

BACKLOG: Final = 1024
# Then the connected clients have their turn. It takes some turns until a connection that is cut off has freed its file,
# and where no file is left, asyncio tries (and logs) as often in vain.
ACCEPTS_PER_TURN: Final = 8
# A gateway listens to this many more than it takes, to tell them that it is full; any further one is cut off at once.
HEARD_OUT: Final = 16
# It has room again when so large a part of the places is taken.
ROOM_AGAIN: Final = 0.95
FULL_RETRY_S: Final = 5
REACHED_PATH: Final = "/reached"
"""With `?origin=` that of a page."""
WRONG_ORIGIN: Final = (
    "This page was served under another address than the one that it connects to, so it may not open a WebSocket here. "
    "The server's log says what to change."
)

_log: Final = logging.getLogger(__name__)


Refuses: TypeAlias = Literal["origin", "full"]


@dataclass(frozen=True)
class Reached:
    """How a page reaches this gateway, for one that gets no WebSocket (a browser does not tell it why), and the doctor.

    It tells nothing of the inside: no address but the one that was asked for.
    """

    host: str
    """The Host header as it comes here."""
    refuses: Refuses | None
    """Why a WebSocket of the page with this origin would be refused."""
    forwarded: Hearsay
    """What becomes of what a proxy says about the client's address."""
    over_tls: bool
    """Whether the client is known to come by TLS."""


def _host_of(request: Request) -> str:
    """Its Host header; empty if there is none that can be used."""
    hosts = request.headers.get_all("Host")
    return hosts[0] if len(hosts) == 1 and is_host(hosts[0]) else ""


def _come_back(status: HTTPStatus, reason: str, seconds: int) -> Response:
    response = text_response(status, reason)
    response.headers["Retry-After"] = str(seconds)
    return response


class Server:
    """Accepts connections and hands their requests on; a `ConnectionOwner`."""

    def __init__(
        self,
        hub: Hub,
        intake: Intake,
        pages: Pages,
        shared_files: SharedFiles,
        readiness: Readiness,
        limits: Limits,
        figures: GatewayFigures,
        tasks: Tasks,
        timing: Timing,
        look: Look,
        *,
        allowed_origins: Collection[str],
        proxies: Proxies,
        max_connections: int,
    ) -> None:
        self._hub = hub
        self.received = intake.received  # of `ConnectionOwner`: a message goes straight there
        self._pages = pages
        self._shared_files = shared_files
        self._readiness = readiness
        self._allowed_origins = frozenset(allowed_origins)
        self._proxies = proxies
        self._limits = limits
        self._tasks = tasks
        self._timing = timing
        self._look = look
        self._figures = figures
        self._max_connections = max_connections
        self._refusals = UpgradeRefusals()
        self._is_full = False
        self._numbers = itertools.count(1)
        self.connections: dict[Connection, None] = {}
        """Every TCP connection, of a WebSocket or not, in the order in which they came."""
        self._all_ended = asyncio.Event()
        self._is_over = False
        self._listener: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Starts to accept connections and returns the port; raises OSError if it is taken."""
        addresses = addresses_of(host)
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: Connection(self, next(self._numbers), self._timing),
            addresses,
            port_for(addresses, port),
            backlog=ACCEPTS_PER_TURN,
            reuse_port=False,
        )
        for listening in self._listener.sockets:
            with listening.dup() as same:
                same.listen(BACKLOG)  # so many may wait in the kernel
        return int(self._listener.sockets[0].getsockname()[1])

    def stop_listening(self) -> None:
        """Accepts no new connections."""
        if self._listener:
            self._listener.close()

    async def sweep(self) -> None:
        """Ends what takes too long, pings clients that are silent or to be measured, until it is cancelled."""
        timing = self._timing
        clock = asyncio.get_running_loop().time
        last = clock()
        while True:
            await asyncio.sleep(until_beat(timing.sweep_every_s))
            now = clock()
            late = now - last - timing.sweep_every_s
            for number, connection in enumerate(tuple(self.connections), 1):
                if late > timing.late_s:
                    connection.excuse(late)
                connection.sweep(now)
                if number % timing.swept_per_turn == 0:
                    await asyncio.sleep(0)
            last = now

    async def stop(self, seconds: float) -> None:
        """Waits for the connections to end, and cuts those that have not ended after so many seconds."""
        self.stop_listening()
        self._is_over = True
        if self.connections:
            self._all_ended.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._all_ended.wait()
            except TimeoutError:
                for connection in tuple(self.connections):
                    connection.abort()
                await self._all_ended.wait()

    # -- as a connection sees it ------------------------------------------------------------

    def made(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""
        self.connections[connection] = None
        if self._is_over:  # it was accepted just before nobody listened any more
            connection.abort()
        elif len(self.connections) > self._max_connections + HEARD_OUT:
            self._refuse_for_want_of_room()
            connection.abort()

    def requested(self, connection: Connection, request: Request) -> None:
        """See `ConnectionOwner`."""
        peer = connection.address
        connection.address, connection.over_tls = self._proxies.client(connection.address, request.headers)
        path = request.path.partition("?")[0]
        if path == "/ws":
            self._upgrade(connection, request)
        elif path in HEALTH_PATHS:
            self._tasks.spawn(self._tell_health(connection, request.path), "answer to a health check")
        elif path == whereabouts.PATH and (told := whereabouts.told(connection.address, request.headers, self._look)):
            connection.respond(json_response(told))
        elif path == REACHED_PATH:
            connection.respond(json_response(self._reached(connection, peer, request)))
        elif lacking := self._pages.lacks(request):
            self._tasks.spawn(self._pass_on(connection, request, lacking), "answer with a file of another version")
        else:
            connection.respond(self._pages.answer(request, over_tls=connection.over_tls))

    def holds_large(self, connection: Connection) -> bool:
        """See `ConnectionOwner`."""
        return self._limits.holds_large(connection.address, connection.heard_at)

    def lets_go(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""
        self._limits.lets_go(connection.address, connection.heard_at)

    def closed(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""
        self._figures.closed(connection.close_code)
        self._hub.closed(connection)

    def lost(self, connection: Connection) -> None:
        """See `ConnectionOwner`."""
        self.connections.pop(connection, None)
        if self._is_full and len(self.connections) < ROOM_AGAIN * self._max_connections:
            self._is_full = False
            _log.info("there is room again")
        if not self.connections:
            self._all_ended.set()

    # -- inside -----------------------------------------------------------------------------

    def _reached(self, connection: Connection, peer: str, request: Request) -> Reached:
        host = _host_of(request)
        origins = parse_qs(request.path.partition("?")[2]).get("origin", [])
        refuses: Refuses | None = "full" if len(self.connections) > self._max_connections else None
        if not may_connect(origins, host, self._allowed_origins):
            refuses = "origin"
        return Reached(host, refuses, self._proxies.hearsay(peer, request.headers), connection.over_tls)

    def _upgrade(self, connection: Connection, request: Request) -> None:
        host, origins = _host_of(request), request.headers.get_all("Origin")
        if not may_connect(origins, host, self._allowed_origins):
            self._figures.connections_refused["origin"] += 1
            self._refusals.tell(
                "the page was served under another name than it connects to; a proxy has to pass on the Host header, "
                "or QUICKPOLL_ALLOWED_ORIGINS has to name the page",
                request,
                connection.address,
                connection.heard_at,
            )
            connection.respond(text_response(HTTPStatus.FORBIDDEN, WRONG_ORIGIN))
            return
        if len(self.connections) > self._max_connections:
            self._refuse_for_want_of_room()
            connection.respond(_come_back(HTTPStatus.SERVICE_UNAVAILABLE, "This gateway is full.", FULL_RETRY_S))
            return
        if wait_ms := self._limits.connects(connection.address, connection.heard_at):
            self._figures.connections_refused["address"] += 1
            reason = "Too many connections came from your network."
            connection.respond(_come_back(HTTPStatus.TOO_MANY_REQUESTS, reason, math.ceil(wait_ms / 1000)))
            return
        # The origin also tells the scheme, which a proxy that is not trusted would hide.
        scheme = "https" if connection.over_tls else "http"
        ours = next((origin for origin in origins if is_same_host(origin, host)), "")
        connection.base_url = ours or (f"{scheme}://{host}" if host else "")
        connection.accept(request)
        if connection.is_open:
            self._figures.connections_accepted += 1
            self._hub.opened(connection)
        else:
            self._figures.connections_refused["handshake"] += 1
            reason = "it is no WebSocket's handshake; a proxy has to pass on the Upgrade and Connection headers"
            self._refusals.tell(reason, request, connection.address, connection.heard_at)

    def _refuse_for_want_of_room(self) -> None:
        self._figures.connections_refused["full"] += 1
        if not self._is_full:
            self._is_full = True
            _log.warning("full with %d connections: further ones are told to come back", self._max_connections)

    async def _pass_on(self, connection: Connection, request: Request, path: str) -> None:
        file = await self._shared_files.find(path)
        connection.respond(self._pages.answer(request, over_tls=connection.over_tls, lacking=file))

    async def _tell_health(self, connection: Connection, target: str) -> None:
        answer = await health(target, self._readiness.ready, tells_why=False)
        if answer:
            status, text = answer
            connection.respond(text_response(status, text.strip()))
