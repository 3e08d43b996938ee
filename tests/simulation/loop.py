"""An event loop without a machine: its time passes when nothing is left to do, and its dice have a seed.

It is asyncio's own loop with another core. Everything that runs belongs to a `Host`, a machine of one process, which
the context of each task and callback names. Within a host, callbacks run first come, first served, as asyncio promises;
hosts promise each other nothing, so whose turn is next is drawn. There are no threads, no signals and no real sockets.
"""

import asyncio
import heapq
import random
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextvars import Context, ContextVar, copy_context
from typing import Any, Final

ENDLESS: Final = 100_000
"""So many callbacks at one moment: something goes round in circles."""

_host: ContextVar["Host"] = ContextVar("host")


class Stuck(Exception):
    """Nothing is left that could ever happen, or time stands still."""


class _Handle(asyncio.Handle):
    """As asyncio's own, without its questions about debugging: hundreds are made for each virtual second."""

    __slots__ = ()

    def __init__(self, callback: Any, args: Any, loop: Any, context: Context | None) -> None:
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = context or copy_context()
        self._cancelled = False
        self._repr = self._source_traceback = None


class _Timer(_Handle, asyncio.TimerHandle):
    """As well."""

    __slots__ = ()

    def __init__(self, when: float, callback: Any, args: Any, loop: Any, context: Context | None) -> None:
        super().__init__(callback, args, loop, context)
        self._when = when


class SimulatedTask(asyncio.Task[Any]):
    """A task whose place in a set does not depend on where it lies in memory."""

    def __init__(self, coro: Any, number: int, host: "Host", **options: Any) -> None:
        self.number = number
        self.host = host
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self.number


class Host:
    """A machine with one process: what runs there, and what is wrong with it."""

    def __init__(self, loop: "SimulatedLoop", name: str) -> None:
        """Made by `SimulatedLoop.host`."""
        self.name = name
        self.ready: deque[asyncio.Handle] = deque()
        self.is_dead = False
        """As by SIGKILL: its connections are gone, and what still runs is its tasks being cancelled."""
        self.clock_error_s = 0.0
        """By how much its wall clock is wrong."""
        self.steps = 0
        """How many callbacks it has run."""
        self._is_time: Callable[[], bool] | None = None
        self._strike: Callable[[], None] = lambda: None
        self.context = copy_context()
        self.context.run(_host.set, self)
        self._loop = loop
        self._is_paused = False

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        """As by SIGSTOP: what is ready waits."""
        return self._is_paused

    @is_paused.setter
    def is_paused(self, is_so: bool) -> None:
        if self.ready and is_so is not self._is_paused:
            if is_so:
                self._loop.busy.remove(self)
            else:
                self._loop.busy.append(self)
        self._is_paused = is_so

    def add(self, handle: asyncio.Handle) -> None:
        """Something is ready to be called there."""
        if not self.ready and not self._is_paused:
            self._loop.busy.append(self)
        self.ready.append(handle)

    def run(self, work: Coroutine[Any, Any, Any], name: str = "") -> SimulatedTask:
        """Starts a task there."""
        return self._loop.create_task(work, name=name, context=self.context.copy())

    def soon(self, callback: Callable[..., object], *args: object) -> None:
        """Has something called there."""
        self.add(_Handle(callback, args, self._loop, self.context))

    def at(self, when: float, callback: Callable[..., object], *args: object) -> None:
        """Has something called there at a moment of the loop's time; it cannot be cancelled."""
        self._loop.later(when, self, _Handle(callback, args, self._loop, self.context))

    def strike_when(self, is_time: Callable[[], bool], strike: Callable[[], None]) -> None:
        """Calls `strike` once, before the first callback of which `is_time` says so."""
        self._is_time, self._strike = is_time, strike

    def strike_after(self, steps: int, strike: Callable[[], None]) -> None:
        """Calls `strike` when it has run so many more callbacks, and before it runs another."""
        at = self.steps + steps
        self.strike_when(lambda: self.steps >= at, strike)

    def step(self) -> None:
        """Runs its next callback."""
        if self._is_time and self._is_time():
            self._is_time = None
            self._strike()
            return
        handle: Any = self.ready.popleft()
        if not self.ready:
            self._loop.busy.remove(self)
        if not handle._cancelled:
            self.steps += 1
            try:
                handle._context.run(handle._callback, *handle._args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # as asyncio does
                what = f"Exception in callback {handle._callback} on {self}"
                self._loop.call_exception_handler({"message": what, "exception": error})

    def tasks(self) -> list[SimulatedTask]:
        """What runs there, the oldest first."""
        return [task for task in self._loop.tasks() if task.host is self]


class SimulatedLoop(asyncio.BaseEventLoop):
    """The time and the turns of one world. What is no part of it runs on `supervisor`."""

    def __init__(self, seed: object) -> None:
        super().__init__()
        self.errors: list[str] = []
        """What a callback or a task raised that nobody took in."""
        self.network: Any = None
        """Opens connections and listens; see `network.Network`."""
        self._now = 0.0
        self.busy: list[Host] = []
        """Those on which something is ready, and which are not paused."""
        self._rng = random.Random(f"{seed}/turns")
        self._timers: list[tuple[float, int, Host, asyncio.Handle]] = []
        """A heap. Of what is due at the same moment, the first to be asked for is the first to be called."""
        self._timer_number = 0
        self._tasks: list[SimulatedTask] = []
        self._task_number = 0
        self._at_one_moment = 0
        self.supervisor = self.host("supervisor")
        self.set_exception_handler(self._note_error)

    def host(self, name: str) -> Host:
        """A new machine."""
        return Host(self, name)

    def tasks(self) -> Iterator[SimulatedTask]:
        """All that are not done, the oldest first."""
        self._tasks = [task for task in self._tasks if not task.done()]
        return iter(self._tasks)

    def timers(self) -> Iterator[tuple[Host, asyncio.Handle]]:
        """All callbacks that wait for their time."""
        for _, _, host, handle in self._timers:
            if not handle.cancelled():
                yield host, handle

    def later(self, when: float, host: Host, handle: asyncio.Handle) -> None:
        """Has something called on a host at a moment of this loop's time."""
        self._timer_number += 1
        heapq.heappush(self._timers, (when, self._timer_number, host, handle))

    # -- as asyncio sees it -----------------------------------------------------------------

    def time(self) -> float:
        """Seconds since the world began."""
        return self._now

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:  # type: ignore[override]
        """See `asyncio.AbstractEventLoop`."""
        context = context or copy_context()
        handle = _Handle(callback, args, self, context)
        context.get(_host, self.supervisor).add(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See `asyncio.AbstractEventLoop`."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Context | None = None) -> asyncio.TimerHandle:  # type: ignore[override]
        """See `asyncio.AbstractEventLoop`."""
        context = context or copy_context()
        timer = _Timer(when, callback, args, self, context)
        self.later(when, context.get(_host, self.supervisor), timer)
        return timer

    def create_task(self, coro: Any, *, name: Any = None, context: Context | None = None) -> SimulatedTask:
        """See `asyncio.AbstractEventLoop`."""
        self._task_number += 1
        context = context or copy_context()
        host = context.get(_host, self.supervisor)
        task = SimulatedTask(coro, self._task_number, host, loop=self, name=name, context=context)
        self._tasks.append(task)
        if len(self._tasks) > 1000:
            self.tasks()
        return task

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        """See `asyncio.AbstractEventLoop`."""
        return await self.network.connect(here(), protocol_factory, host, port)

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        """See `asyncio.AbstractEventLoop`."""
        (address,) = host
        return self.network.listen(here(), protocol_factory, address, port)

    def run_in_executor(self, *_: Any) -> Any:  # type: ignore[override]
        """Threads would run when the real machine likes."""
        raise NotImplementedError("there are no threads in a simulated world")

    def _run_once(self) -> None:
        """Runs one callback after the other until it is to stop; which one and when follows from the seed."""
        busy, draw = self.busy, self._rng.random
        while not self._stopping:  # type: ignore[attr-defined]
            while not busy:
                self._pass_time()
            host = busy[0] if len(busy) == 1 else busy[int(draw() * len(busy))]
            self._at_one_moment += 1
            if self._at_one_moment > ENDLESS:
                self._at_one_moment = 0
                raise Stuck(f"time stands still at {self._now:.3f} s, last on {host}: {host.ready[0]}")
            host.step()

    def _pass_time(self) -> None:
        """Goes on to the next moment at which something is due."""
        timers = self._timers
        if not timers:
            raise Stuck(f"nothing will ever happen after {self._now:.3f} s")
        self._now, self._at_one_moment = max(self._now, timers[0][0]), 0
        while timers and timers[0][0] <= self._now:
            _, _, host, handle = heapq.heappop(timers)
            if not handle._cancelled:
                host.add(handle)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It stays in the heap, and is skipped when its time comes."""

    def _note_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.errors.append(f"{context['message']}: {error!r}")

    def _write_to_self(self) -> None:
        """Nothing outside could wait to be woken."""


def here() -> Host:
    """The host on which the caller runs."""
    return _host.get()
