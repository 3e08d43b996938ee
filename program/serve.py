"""Wires the processes: everything in one, a gateway alone, a coordinator alone.

Each starts what it is made of at the same time, runs until SIGTERM or Ctrl-C, and ends in reverse
order with nothing left behind; a second signal cuts the draining short. What a person can put right
raises `Failure`. The parts are imported where they are used: a gateway needs no coordinator, and
the embedded server starts while they are imported.
"""

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from program.embedded import EmbeddedServer, find_server, kept_secret
from program.server_watch import ServerWatch
from quickpoll.settings import Failure, ProcessSettings

if TYPE_CHECKING:
    from quickpoll.health import Ready
    from quickpoll.metrics import Figures

GATEWAY_DRAIN_S: Final = 5.0
"""The clients of a gateway leave it spread over this time; containers are given 10 s to stop."""
READY_POLL_S: Final = 0.01

log = logging.getLogger(__name__)


class Startable(Protocol):
    """Something that a process starts and stops."""

    async def start(self) -> None:
        """Works when this returns."""

    async def stop(self) -> None:
        """Leaves nothing behind."""


class Component(Protocol):
    """A gateway or a coordinator."""

    async def ended(self) -> str:
        """Returns when something in it has ended by a bug, with its name."""


def _collect_seldom() -> None:
    """What was imported stays, and nearly all that is made is freed by its count of references.

    The collector would look at it after every 700 objects: a twentieth of all CPU under load.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def everything(settings: ProcessSettings) -> None:
    """Everything in one process, until it is told to end."""
    if settings.redis_url is not None:
        _run(_serve(settings, settings.redis_url, _given_secret(settings), kept_in="the Redis given"))
        return
    program = find_server()
    if program is None:
        raise Failure(
            "there is no embedded Valkey for this system; start a Valkey or Redis, and set QUICKPOLL_REDIS_URL "
            "to it, such as redis://localhost:6379/0"
        )
    server = EmbeddedServer(program, settings.data_dir)
    try:
        server.start()
        secret = settings.secret or kept_secret(settings.data_dir)
        for module in ("coordinator.app", "gateway.app"):  # while the server starts
            import_module(module)
        server.wait_ready()
        _run(_serve(settings, server.url, secret, kept_in=str(settings.data_dir), server=server))
    finally:
        server.stop()


def gateway_alone(settings: ProcessSettings) -> None:
    """A gateway alone, until it is told to end."""
    _run(_gateway(settings, _given_redis_url(settings), _given_secret(settings)))


def coordinator_alone(settings: ProcessSettings) -> None:
    """A coordinator alone, until it is told to end."""
    _run(_coordinator(settings, _given_redis_url(settings), _given_secret(settings)))


def _run(process: Coroutine[Any, Any, None]) -> None:
    with suppress(ToldToEnd):
        asyncio.run(process)


async def _serve(
    settings: ProcessSettings, redis_url: str, secret: str, *, kept_in: str, server: EmbeddedServer | None = None
) -> None:
    from coordinator.app import Coordinator
    from gateway.app import Gateway
    from program.preflight import examine
    from program.welcome import Surroundings, welcome, whereabouts
    from quickpoll.tokens import Tokens

    _collect_seldom()
    signals = Signals()
    with _words_of(server):
        await signals.unless_told(examine(redis_url, settings.partitions, settings.durability))
        if server:
            await _forget_clock_steps(redis_url, settings.partitions)
    tokens = Tokens(secret, settings.secret_previous)
    around = Surroundings.now()
    connections = Gateway(redis_url, tokens, settings, look=lambda: whereabouts(settings, Surroundings.now()))
    # On a Redis of our own nobody else can hold a lease: none has to run out first.
    sessions = Coordinator(redis_url, tokens, settings, take_over=settings.redis_url is None)
    public = Listening(connections, settings.host, settings.port, "port")
    admin = _admin(settings, connections.ready, connections.figures, sessions.figures)
    async with started(signals, sessions, public, *admin, *([ServerWatch(server)] if server else [])):
        told = asyncio.create_task(_until_told(signals, connections, sessions))
        ready = asyncio.create_task(_until(connections.ready))
        await asyncio.wait((told, ready), return_when=asyncio.FIRST_COMPLETED)
        if not ready.cancel():
            welcome(sys.stdout, settings, connections.port, kept_in, around)
        await told


@contextmanager
def _words_of(server: EmbeddedServer | None) -> Iterator[None]:
    """If an embedded server ends in here, its last words say why, and not those of whoever misses it."""
    from quickpoll.store.link import StoreError

    try:
        yield
    except (Failure, StoreError) as error:
        if server and server.ends_now():
            raise Failure(f"the embedded server has ended: {server.last_words()}") from None
        raise error if isinstance(error, Failure) else Failure(f"the embedded server cannot be used: {error}") from None


async def _forget_clock_steps(redis_url: str, partitions: int) -> None:
    from quickpoll.store.clock import forget_steps
    from quickpoll.store.deployment import nodes_of
    from quickpoll.store.nodes import Links

    nodes = nodes_of(redis_url, partitions)
    links = Links(nodes)
    await nodes.start()
    try:
        await forget_steps(links, partitions)
    finally:
        links.close()
        await nodes.close()


async def _gateway(settings: ProcessSettings, redis_url: str, secret: str) -> None:
    from gateway.app import Gateway
    from program.preflight import examine
    from quickpoll.tokens import Tokens

    _collect_seldom()
    signals = Signals()
    await signals.unless_told(examine(redis_url, settings.partitions))
    connections = Gateway(redis_url, Tokens(secret, settings.secret_previous), settings)
    public = Listening(connections, settings.host, settings.port, "port")
    async with started(signals, public, *_admin(settings, connections.ready, connections.figures)):
        log.info("gateway listens", extra={"host": settings.host, "port": connections.port})
        await _until_told(signals, connections)
        log.info("gateway drains", extra={"seconds": GATEWAY_DRAIN_S})
        await signals.unless_again(connections.drain(GATEWAY_DRAIN_S))


async def _coordinator(settings: ProcessSettings, redis_url: str, secret: str) -> None:
    from coordinator.app import Coordinator
    from program.preflight import examine
    from quickpoll.tokens import Tokens

    _collect_seldom()
    signals = Signals()
    await signals.unless_told(examine(redis_url, settings.partitions, settings.durability))
    sessions = Coordinator(redis_url, Tokens(secret, settings.secret_previous), settings)
    async with started(signals, sessions, *_admin(settings, sessions.ready, sessions.figures)):
        log.info("coordinator runs")
        await _until_told(signals, sessions)


def _given_redis_url(settings: ProcessSettings) -> str:
    if settings.redis_url is None:
        raise Failure(
            "QUICKPOLL_REDIS_URL is not set; gateways and coordinators need the Valkey or Redis that they share, "
            "such as redis://localhost:6379/0 (`quickpoll` without a command needs none)"
        )
    return settings.redis_url


def _given_secret(settings: ProcessSettings) -> str:
    if settings.secret is None:
        raise Failure(
            "QUICKPOLL_SECRET is not set; all processes on one Redis need the same secret: "
            "make one with `openssl rand -hex 32`"
        )
    return settings.secret


class ToldToEnd(Exception):
    """A signal came before the process was ready."""


class Signals:
    """SIGTERM and Ctrl-C, from when it is made; only inside a running event loop."""

    def __init__(self) -> None:
        self._first = asyncio.Event()
        self._second = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._arrived)

    def _arrived(self) -> None:
        (self._second if self._first.is_set() else self._first).set()

    async def wait(self) -> None:
        """Returns at the first signal."""
        await self._first.wait()

    async def unless_told(self, work: Coroutine[Any, Any, None]) -> None:
        """Returns when `work` is done; a start can be ended at any moment.

        Raises:
            ToldToEnd: a signal came first, and `work` has been cancelled.
        """
        working, told = asyncio.create_task(work), asyncio.create_task(self._first.wait())
        await asyncio.wait((working, told), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            raise ToldToEnd
        await working

    async def unless_again(self, work: Coroutine[Any, Any, object]) -> None:
        """Returns when `work` is done, or has been cancelled by a second signal."""
        working, again = asyncio.create_task(work), asyncio.create_task(self._second.wait())
        await asyncio.wait((working, again), return_when=asyncio.FIRST_COMPLETED)
        again.cancel()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _until_told(signals: Signals, *workers: Component) -> None:
    """Returns at the first signal.

    Raises:
        Failure: something in a worker has ended. It cannot be relied on any more, and others can do its work:
            the process ends, and whatever started it starts it again.
    """
    told = asyncio.create_task(signals.wait())
    ends = [asyncio.create_task(worker.ended()) for worker in workers]
    await asyncio.wait((told, *ends), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    for end in ends:
        if not end.cancel():
            raise Failure(f"a bug has ended its part {end.result()!r}, as the log says; start it again, and report it")


async def _until(ready: "Ready") -> None:
    while not (await ready())[0]:  # noqa: ASYNC110  (what it waits for happens in Redis)
        await asyncio.sleep(READY_POLL_S)


@asynccontextmanager
async def started(signals: Signals, *parts: Startable) -> AsyncIterator[None]:
    """Starts the parts at the same time, and stops those that started, the last one first.

    Raises:
        ToldToEnd: a signal came before all of them had started.
    """
    has_started = dict.fromkeys(parts, False)

    async def start(part: Startable) -> None:
        await part.start()
        has_started[part] = True

    async def start_all() -> None:
        outcomes = await asyncio.gather(*map(start, parts), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    try:
        await signals.unless_told(start_all())
        yield
    finally:
        async with AsyncExitStack() as stack:
            for part, started in has_started.items():
                if started:
                    stack.push_async_callback(part.stop)


def _admin(settings: ProcessSettings, ready: "Ready", *figures: "Figures") -> list[Startable]:
    if settings.admin_port is None:
        return []
    from program.admin import Admin

    admin = Admin(settings.host, settings.admin_port, ready, figures)
    return [Listening(admin, settings.host, settings.admin_port, "admin-port")]


class Listening:
    """A part that listens, with a clear word for when it cannot."""

    def __init__(self, part: Startable, host: str, port: int, flag: str) -> None:
        self._part = part
        self._host, self._port, self._flag = host, port, flag

    async def start(self) -> None:
        """As the part does; raises Failure if its address cannot be had."""
        try:
            await self._part.start()
        except OSError as error:
            variable = "QUICKPOLL_" + self._flag.upper().replace("-", "_")
            if error.errno == errno.EADDRINUSE:
                raise Failure(
                    f"port {self._port} is in use; stop the program that uses it, "
                    f"or choose another port with --{self._flag} or {variable}"
                ) from None
            # Without a number: Python 3.13 says that of all addresses none could be bound.
            if isinstance(error, socket.gaierror) or error.errno in (errno.EACCES, errno.EADDRNOTAVAIL, None):
                reason = error.strerror or os.strerror(errno.EADDRNOTAVAIL)
                raise Failure(
                    f"cannot listen on {self._host} port {self._port} ({reason}); "
                    f"choose others with --host and --{self._flag}"
                ) from None
            raise

    async def stop(self) -> None:
        """As the part does."""
        await self._part.stop()
