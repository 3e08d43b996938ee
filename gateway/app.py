"""A gateway: wiring and lifecycle only.

start -> run -> drain -> stop. It keeps nothing: whoever was connected resumes at any other gateway.
"""

import asyncio
import random
import resource
import secrets
import sys
from contextlib import suppress
from typing import Final

from gateway.address import Proxies
from gateway.connection import Connection
from gateway.drain import drain
from gateway.heartbeat import Heartbeat
from gateway.hub import Hub
from gateway.intake import Intake
from gateway.limits import Limits
from gateway.pages import Pages
from gateway.readiness import Readiness
from gateway.relay import Relay
from gateway.resync import Resync
from gateway.server import Server
from gateway.shared_files import SharedFiles
from gateway.subscriber import Handlers, Subscriber
from gateway.tasks import Tasks
from gateway.timing import DEFAULT, Timing
from gateway.whereabouts import Look, Whereabouts, join_base
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import CloseCode, Role
from quickpoll.settings import Failure, ProcessSettings
from quickpoll.store.clock import Clocks
from quickpoll.store.deployment import nodes_of
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links
from quickpoll.store.outage import Unreachable
from quickpoll.tokens import Tokens

SPARE_FILES: Final = 100
"""Open files that are no connections of clients: to Redis, the embedded server's, the log, and requests for pages."""


class Gateway:
    """One gateway process's worth of connections."""

    def __init__(
        self,
        redis_url: str,
        tokens: Tokens,
        settings: ProcessSettings,
        *,
        look: Look = Whereabouts,
        pages: Pages | None = None,
        timing: Timing = DEFAULT,
    ) -> None:
        """Builds it; nothing is opened yet.

        Args:
            redis_url: as for `quickpoll.store.url.parse`; that of `settings`, or of an embedded server.
            tokens: verifies what clients resume with.
            settings: those that name the gateway as their user.
            look: finds the address that others can use where the host's page was opened by a loopback address.
            pages: what is served beside the WebSocket; None: what `make pages` has built.
            timing: all its time limits.
        """
        self.id = secrets.token_urlsafe(6)
        self.port = settings.port
        self._host = settings.host
        self._public_url = settings.public_url
        self._look: Look = look
        if settings.public_url:
            known = Whereabouts((settings.public_url,))
            self._look = lambda: known
        self._draining = False
        self._is_running = False
        self._timing = timing
        self._tasks = Tasks()
        self._nodes = nodes_of(redis_url, settings.partitions)
        self._links = Links(self._nodes)
        self._clocks = Clocks(self._links)
        self.figures = self._make_figures()
        self._wire(tokens, settings, pages or Pages(links=settings.links))

    def _wire(self, tokens: Tokens, settings: ProcessSettings, pages: Pages) -> None:
        """Makes its parts in the order in which they need each other."""
        partitions, figures, timing = settings.partitions, self.figures, self._timing
        away: Unreachable = set()
        limits = Limits(settings.players_per_address, settings.sessions_per_address, timing)
        self.subscriber = Subscriber(self._nodes, self.id, partitions, figures.pubsub_lag_seconds, timing, away)
        self.relay = Relay(
            self._nodes, self.id, partitions, self.subscriber, self.base_url, limits, figures, timing, away
        )
        self.resync = Resync(self._links, partitions, timing, away)
        self.hub = Hub(self.id, self.relay, self.subscriber, self.resync, limits, figures, self._tasks, timing)
        self._heartbeat = Heartbeat(self._links, self.id, timing, self.hub.resume_all)
        self._shared_files = SharedFiles(self._links, pages, tokens, timing, away)
        self._readiness = Readiness(self._links, partitions, timing, self._own_checks)
        self.server = Server(
            self.hub,
            Intake(self.relay, limits, tokens, self._clocks, partitions, figures),
            pages,
            self._shared_files,
            self._readiness,
            limits,
            figures,
            self._tasks,
            timing,
            self._look,
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
            self._is_running = True
            handlers = Handlers(self.hub.replies, self.hub.step, self._restored)
            self._tasks.run(self.subscriber.run(handlers), "subscriber")
            self._tasks.run(self.relay.run(), "relay")
            self._tasks.run(self.relay.sweep(), "reply timeouts")
            self._tasks.run(self.resync.run(self.hub.found), "resync")
            self._tasks.run(self._heartbeat.run(), "heartbeat")
            self._tasks.run(self._clocks.keep(), "clock")
            self._tasks.run(self._shared_files.run(), "shared files")
            await self.subscriber.live()
            self._tasks.run(self.server.sweep(), "connection timeouts")
            self.port = await self.server.listen(self._host, self.port)
        except BaseException:
            await self.stop()
            raise

    async def ready(self) -> tuple[bool, str]:
        """Whether it can serve players now, and if not, why."""
        return await self._readiness.ready()

    async def ended(self) -> str:
        """Returns the name of a task that has ended by a bug; before `stop` none should."""
        return await self._tasks.ended()

    async def drain(self, seconds: float) -> None:
        """Sends all clients away, spread over so many seconds; those that wait for a reply get it first."""
        self._draining = True
        self.server.stop_listening()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + self._timing.reply_s):
                await drain(
                    self.hub.connections.values(),
                    seconds,
                    self._timing.drain_step_s,
                    waiting=self.relay.waiting,
                    send_away=self._send_away,
                )
        self._send_all_away()

    async def stop(self) -> None:
        """Closes everything, and leaves no task behind."""
        self._draining = True
        self.server.stop_listening()
        self._send_all_away()
        await self.server.stop(self._timing.last_close_s)
        if self._is_running:
            await self.relay.flush(self._timing.flush_s)
        await self._tasks.stop()
        with suppress(StoreError):
            await self._heartbeat.end()
        self.subscriber.close()
        self.relay.close()
        self._links.close()
        await self._nodes.close()

    # -- inside -----------------------------------------------------------------------------

    def _make_figures(self) -> GatewayFigures:
        return GatewayFigures(
            connections=lambda: len(self.hub.connections),
            connected_sessions=lambda: self.hub.session_count,
            connected_hosts=lambda: self.hub.count(Role.HOST),
            connected_players=lambda: self.hub.count(Role.PLAYER),
            pending_commands=lambda: len(self.relay),
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
        self.relay.append_again()
        self.hub.resync_all()

    def _send_all_away(self) -> None:
        for connection in tuple(self.hub.connections.values()):
            self._send_away(connection)

    def _send_away(self, connection: Connection) -> None:
        connection.close(CloseCode.GATEWAY_DRAINING, str(random.randrange(self._timing.reconnect_within_ms)))  # noqa: S311

    def base_url(self, reached: str) -> str:
        """The URL for others to join by, from the one under which a host reached this gateway."""
        return self._public_url or join_base(reached, self._look)

    def _own_checks(self) -> dict[str, str]:
        return {
            "draining": "draining" if self._draining else "",
            "subscriptions": "" if self.subscriber.is_live else "not subscribed",
        }


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
    if room < 1:
        raise Failure(
            f"this process may open {allowed} files, and needs {SPARE_FILES} and one more for each connection; "
            "raise its limit (ulimit -n, LimitNOFILE)"
        )
    if wanted is not None and wanted > room:
        raise Failure(
            f"this process may open {allowed} files, too few for {wanted} connections; "
            "raise its limit (ulimit -n, LimitNOFILE) or lower QUICKPOLL_MAX_CONNECTIONS"
        )
    return room if wanted is None else wanted
