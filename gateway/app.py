"""A gateway: wiring and lifecycle only.

start -> run -> drain -> stop. It keeps nothing: whoever was connected resumes at any other gateway.
"""

import asyncio
import ipaddress
import logging
import random
import resource
import secrets
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.address import Proxies
from gateway.connection import Connection
from gateway.heartbeat import Heartbeat
from gateway.hub import Hub
from gateway.intake import Intake
from gateway.limits import Limits
from gateway.pages import Pages
from gateway.readiness import Readiness
from gateway.relay import REPLY_TIMEOUT_S, Relay
from gateway.resync import Resync
from gateway.server import Server
from gateway.subscriber import Handlers, Subscriber
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import CloseCode, Role
from quickpoll.settings import Failure, ProcessSettings
from quickpoll.store.clock import Clocks
from quickpoll.store.deployment import nodes_of
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links
from quickpoll.tokens import Tokens

# On top of the closes being spread over the drain: so many ms are drawn for each client to wait.
RECONNECT_WITHIN_MS: Final = 1000
FLUSH_S: Final = 2.0
LAST_CLOSE_S: Final = 1.0

SPARE_FILES: Final = 100
"""Open files that are no connections of clients: to Redis, the embedded server's, the log, and requests for pages."""

_log: Final = logging.getLogger(__name__)


class Gateway:
    """One gateway process's worth of connections."""

    def __init__(
        self, redis_url: str, tokens: Tokens, settings: ProcessSettings, *, lan_url: str | None = None
    ) -> None:
        """Builds it; nothing is opened yet.

        Args:
            redis_url: as for `quickpoll.store.url.parse`; that of `settings`, or of an embedded server.
            tokens: verifies what clients resume with.
            settings: those that name the gateway as their user.
            lan_url: what stands in for a loopback address of the host's page.
        """
        self.id = secrets.token_urlsafe(6)
        self.port = settings.port
        self._host = settings.host
        self._public_url = settings.public_url
        self._lan_url = lan_url
        self._draining = False
        partitions = settings.partitions
        self._tasks: list[asyncio.Task[None]] = []
        self._nodes = nodes_of(redis_url, partitions)
        self._links = Links(self._nodes)
        self._clocks = Clocks(self._links)
        self.figures = self._make_figures()
        self._subscriber = Subscriber(self._nodes, self.id, partitions, self.figures.pubsub_lag_seconds)
        limits = Limits(settings.players_per_address, settings.sessions_per_address)
        self._relay = Relay(self._nodes, self.id, partitions, self._subscriber, self._base_url, limits, self.figures)
        self._resync = Resync(self._links, partitions)
        self._hub = Hub(self.id, self._relay, self._subscriber, self._resync, limits, self.figures)
        self._heartbeat = Heartbeat(self._links, self.id, self._hub.resume_all)
        self._readiness = Readiness(self._links, partitions, self._own_checks)
        intake = Intake(self._relay, limits, tokens, self._clocks, partitions, self.figures)
        self._server = Server(
            self._hub,
            intake,
            Pages(),
            self._readiness,
            limits,
            self.figures,
            allowed_origins=[*settings.allowed_origins, *([settings.public_url] if settings.public_url else [])],
            proxies=Proxies(settings.trusted_proxies),
            max_connections=_room_for(settings.max_connections),
        )

    async def start(self) -> None:
        """Subscribes, then listens; `port` is the bound one afterwards.

        Raises:
            OSError: the port is taken.
            Failure: Redis does not answer, or takes no writes.
        """
        try:
            await self._enter()
            handlers = Handlers(self._hub.replies, self._hub.step, self._restored)
            self._run(self._subscriber.run(handlers), "subscriber")
            self._run(self._relay.run(), "relay")
            self._run(self._relay.sweep(), "reply timeouts")
            self._run(self._resync.run(self._hub), "resync")
            self._run(self._heartbeat.run(), "heartbeat")
            self._run(self._clocks.keep(), "clock")
            await self._subscriber.live()
            self._run(self._server.sweep(), "connection timeouts")
            self.port = await self._server.listen(self._host, self.port)
        except BaseException:
            await self.stop()
            raise

    async def ready(self) -> tuple[bool, str]:
        """Whether it can serve players now, and if not, why."""
        return await self._readiness.ready()

    async def ended(self) -> str:
        """Returns when something in it has ended by a bug, with its name; before `stop` nothing should."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().get_name()

    async def drain(self, seconds: float) -> None:
        """Sends all clients away, spread over so many seconds; those that wait for a reply get it first."""
        self._draining = True
        self._server.stop_listening()
        pause_s = seconds / max(1, len(self._hub.connections))
        for connection in tuple(self._hub.connections.values()):
            if connection.number not in self._relay.waiting():
                self._send_away(connection)
            await asyncio.sleep(pause_s)
        await self._relay.settled(REPLY_TIMEOUT_S + 1)
        for connection in tuple(self._hub.connections.values()):
            self._send_away(connection)

    async def stop(self) -> None:
        """Closes everything, and leaves no task behind."""
        self._draining = True
        self._server.stop_listening()
        for connection in tuple(self._hub.connections.values()):
            self._send_away(connection)
        await self._server.stop(LAST_CLOSE_S)
        if self._tasks:
            await self._relay.flush(FLUSH_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hub.stop()
        with suppress(StoreError):
            await self._heartbeat.end()
        self._subscriber.close()
        self._relay.close()
        self._links.close()
        await self._nodes.close()

    # -- inside -----------------------------------------------------------------------------

    def _make_figures(self) -> GatewayFigures:
        return GatewayFigures(
            connections=lambda: len(self._hub.connections),
            connected_sessions=lambda: self._hub.session_count,
            connected_hosts=lambda: self._hub.count(Role.HOST),
            connected_players=lambda: self._hub.count(Role.PLAYER),
            pending_commands=lambda: len(self._relay),
            draining=lambda: self._draining,
            gateway_redis_round_trip_seconds=lambda: self._clocks.round_trip_ms / 1000,
        )

    async def _enter(self) -> None:
        try:
            await self._nodes.start()
            await self._clocks.synchronise()
            await self._heartbeat.begin()
        except StoreError as error:
            advice = "start it, or correct QUICKPOLL_REDIS_URL"
            raise Failure(f"Redis cannot be used ({error}); {advice}") from None

    def _restored(self) -> None:
        self._relay.append_again()
        self._hub.resync_all()

    def _send_away(self, connection: Connection) -> None:
        connection.close(CloseCode.GATEWAY_DRAINING, str(random.randrange(RECONNECT_WITHIN_MS)))  # noqa: S311

    def _base_url(self, reached: str) -> str:
        if self._public_url:
            return self._public_url
        if self._lan_url and (not reached or _is_loopback(reached)):
            return self._lan_url
        return reached

    def _own_checks(self) -> dict[str, str]:
        return {
            "draining": "draining" if self._draining else "",
            "subscriptions": "" if self._subscriber.is_live else "not subscribed",
        }

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(_report)
        self._tasks.append(task)


def _room_for(wanted: int | None) -> int:
    """How many connections the open files allow, of which as many as may be are asked for.

    Raises:
        Failure: fewer than `wanted`.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # the usual 1,024 are too few for a hall; macOS allows fewer than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = sys.maxsize if allowed == resource.RLIM_INFINITY else allowed - SPARE_FILES
    if wanted is not None and wanted > room:
        raise Failure(
            f"this process may open {allowed} files, too few for {wanted} connections; "
            "raise its limit (ulimit -n, LimitNOFILE) or lower QUICKPOLL_MAX_CONNECTIONS"
        )
    return room if wanted is None else wanted


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.critical("the gateway's %s ended", task.get_name(), exc_info=error)


def _is_loopback(url: str) -> bool:
    name = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
