"""One clock of a session in all processes: that of the Redis node that holds it, without the steps of that clock.

The difference to this process's monotonic clock is measured by the quickest of several round trips, and moves between
samples with the monotonic clock. Where Redis's clock was set (by a time server, by hand, by a laptop that wakes up),
what is measured leaps. It is not followed: a coordinator writes the step down in Redis, and all count it out. So a step
moves no deadline, and a process that starts later goes by the same clock (decision 38).
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from quickpoll.beat import BEAT_S, until_beat
from quickpoll.keys import CLOCK_STEPS, PartitionKeys
from quickpoll.store.link import RedisLink, Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links

SAMPLES: Final = 5
STEP_MS: Final = 500.0
"""More than a clock drifts, or is slowed down or hurried up, between two measurements."""


@dataclass(frozen=True)
class ClockTimes:
    """How often the clocks are looked at."""

    every_s: float = 45 * BEAT_S
    """From one measurement to the next."""
    watch_s: float = 3 * BEAT_S
    """From one look at whether a clock was set to the next, for who writes steps down, and for who has just started."""
    again_s: float = 1.0
    """After a failure or a step, and while a node was never measured."""
    believe_s: float = 30.0
    """A step that nobody has written down for so long is one of our own clock: the machine stood still."""


CLOCK_TIMES: Final = ClockTimes()

_log: Final = logging.getLogger(__name__)


class Measured(NamedTuple):
    """What a node's clock shows."""

    offset_ms: float
    """How far it is ahead of this process's monotonic clock."""
    round_trip_ms: float


class RedisClock:
    """Tells the time of one node without asking it each time."""

    def __init__(self, monotonic: Callable[[], float] | None = None) -> None:
        """Goes by this process's wall clock until it was measured.

        Args:
            monotonic: what moves it between two measurements, in seconds; None: the event loop's clock.
        """
        self._monotonic = monotonic or asyncio.get_running_loop().time
        self._offset_ms = time.time() * 1000 - self._monotonic() * 1000
        self.round_trip_ms = float("inf")
        self.ahead_ms = 0.0
        """How far Redis's own clock is ahead of it: the sum of its steps."""

    @property
    def is_measured(self) -> bool:
        """Whether it goes by Redis's clock yet."""
        return self.round_trip_ms < float("inf")

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch; off by half a round trip at most."""
        return int(self._monotonic() * 1000 + self._offset_ms)

    def seconds_until(self, moment_ms: int) -> float:
        """How long it is until a moment of this clock; negative if it has passed."""
        return (moment_ms - self._offset_ms) / 1000 - self._monotonic()

    async def measure(self, link: RedisLink, samples: int = SAMPLES) -> Measured:
        """Measures what Redis's own clock shows, by the quickest of so many round trips; changes nothing.

        Raises:
            StoreError: the node does not tell the time now.
        """
        best, offset = float("inf"), 0.0
        for _ in range(samples):
            sent = self._monotonic() * 1000
            (there,) = await link.call([("TIME",)])
            back = self._monotonic() * 1000
            if isinstance(there, Refusal):
                raise there
            if back - sent < best:
                # Redis truncates to whole milliseconds: half of one is the expected rest.
                best, offset = back - sent, ms_of(there) + 0.5 - (sent + back) / 2
        return Measured(offset, best)

    def step_ms(self, measured: Measured, ahead_ms: float, model: "RedisClock") -> float:
        """By how much Redis's own clock was set, beyond the steps that are known; 0: it was not.

        Args:
            measured: what it shows now.
            ahead_ms: the sum of the steps that are known.
            model: goes as it should: this clock, or that of another node while this one was never measured.
        """
        step = measured.offset_ms - ahead_ms - model._offset_ms
        return step if abs(step) > STEP_MS + measured.round_trip_ms else 0.0

    def follow(self, measured: Measured, ahead_ms: float) -> None:
        """Goes by what was measured from now on, less the steps that are known."""
        self.round_trip_ms, self.ahead_ms = measured.round_trip_ms, ahead_ms
        self._offset_ms = measured.offset_ms - ahead_ms

    def go_on(self, measured: Measured, model: "RedisClock") -> None:
        """Redis's clock was set: goes on as `model` does."""
        self.round_trip_ms, self._offset_ms = measured.round_trip_ms, model._offset_ms
        self.ahead_ms = measured.offset_ms - model._offset_ms


class _Steps(NamedTuple):
    """Those of one node that are written down."""

    how_many: int
    sum_ms: int


_NO_STEPS: Final = _Steps(0, 0)


class _Arrival(NamedTuple):
    """When this process first measured a node's clock."""

    at: float
    steps: int
    """How many steps were written down then, or since: further ones may be older."""


class Clocks:
    """The clocks of all nodes."""

    def __init__(
        self,
        links: Links,
        times: ClockTimes = CLOCK_TIMES,
        *,
        sets_right: bool = False,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Nothing is measured yet.

        Args:
            links: to the nodes.
            times: how often to measure.
            sets_right: whether this process writes down by how much a node's clock was set, for all others.
            monotonic: in seconds; None: the event loop's clock.
        """
        self._links = links
        self._times = times
        self._sets_right = sets_right
        self._monotonic = monotonic or asyncio.get_running_loop().time
        self._clocks: defaultdict[Node, RedisClock] = defaultdict(lambda: RedisClock(self._monotonic))
        self._steps: dict[str, _Steps] = {}
        self._written: dict[Node, int] = {}
        """Nodes of which we have written a step down, and how many steps there were then."""
        self._leapt_at: dict[Node, float] = {}
        """Nodes whose clock has leapt, and nobody has written it down."""
        self._measured_at: dict[Node, float] = {}
        self._arrivals: dict[Node, _Arrival] = {}
        """Nodes measured so lately that a step from before may not have been written down yet."""

    def of(self, partition: int) -> RedisClock:
        """The clock by which the sessions of a partition go.

        Where its node was never measured, such as a new master, it is that of one that was: our own clock may be wrong
        by hours, and with it each deadline that is set by it.
        """
        clock = self._clocks[self._links.nodes.of(partition)]
        return clock if clock.is_measured else self._model() or clock

    @property
    def round_trip_ms(self) -> float:
        """The longest to any node, of the quickest to each; infinite before it was measured."""
        return max((self._clocks[node].round_trip_ms for node in self._links.nodes.all), default=float("inf"))

    def roughly_ms(self) -> int:
        """Milliseconds since the Unix epoch by the clock of some node, for what needs no exact moment."""
        return self.of(0).now_ms()

    async def synchronise(self) -> None:
        """Looks at all of them, and measures where it is time; raises what the links raise if none of them answers."""
        nodes = list(self._links.nodes.all)
        with suppress(StoreError):  # where the node of the steps is away, those known here are all there are
            await self._read_steps()
        # A node that comes later, such as a new master, has to agree with those that are known.
        model = self._model()
        outcomes = await asyncio.gather(*(self._synchronise(node, model) for node in nodes), return_exceptions=True)
        failures = [outcome for outcome in outcomes if outcome is not None]
        if len(failures) == len(nodes):
            raise failures[0]
        for failure in failures:
            _log.debug("a clock was not synchronised: %r", failure)

    async def keep(self, synchronised: Callable[[], None] = lambda: None) -> None:
        """Looks now and then, and when the map of nodes has changed, until cancelled; then calls `synchronised`."""
        changed = asyncio.Event()
        unwatch = self._links.nodes.watch(changed.set)
        failed = False
        try:
            while True:
                # One that was never measured goes by our own clock, whatever that is worth.
                soon = failed or self._leapt_at or self._written or self.round_trip_ms == float("inf")
                calm_s = self._times.watch_s if self._sets_right or self._arrivals else self._times.every_s
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._times.again_s if soon else until_beat(calm_s)):
                        await changed.wait()
                changed.clear()
                try:
                    await self.synchronise()
                except StoreError as error:
                    _log.debug("the clocks were not synchronised: %r", error)
                    failed = True
                else:
                    failed = False
                    synchronised()
        finally:
            unwatch()

    # -- inside -----------------------------------------------------------------------------

    def _model(self) -> RedisClock | None:
        """A clock with which all others have to agree."""
        return next((clock for clock in self._clocks.values() if clock.is_measured), None)

    async def _synchronise(self, node: Node, model: RedisClock | None) -> None:
        clock, link = self._clocks[node], await self._links.to(node)
        steps = self._steps.get(_name(node), _NO_STEPS)
        if self._is_calm(node, steps):
            look = await clock.measure(link, 1)
            # A way that is quicker now than when it was measured allows to measure better.
            if look.round_trip_ms > clock.round_trip_ms / 2 and not clock.step_ms(look, steps.sum_ms, clock):
                return
        measured = await clock.measure(link)
        self._measured_at[node] = self._monotonic()
        model = clock if clock.is_measured else model
        is_older = self._is_from_before(node, steps, is_first=model is None)
        step = clock.step_ms(measured, steps.sum_ms, model) if model and not is_older else 0.0
        if model and step and await self._is_set_right(node, steps, step):
            clock.go_on(measured, model)
        else:
            clock.follow(measured, steps.sum_ms)
            self._leapt_at.pop(node, None)
            self._written.pop(node, None)

    def _is_calm(self, node: Node, steps: _Steps) -> bool:
        """Whether one round trip, which shows that the clock was not set, is enough."""
        measured_at = self._measured_at.get(node)
        # What is due at the next look is due now: looks are a little late or early.
        is_due = measured_at is None or self._monotonic() - measured_at > self._times.every_s - self._times.watch_s / 2
        is_settled = node not in self._leapt_at and node not in self._written and node not in self._arrivals
        return not is_due and is_settled and self._clocks[node].ahead_ms == steps.sum_ms

    def _is_from_before(self, node: Node, steps: _Steps, *, is_first: bool) -> bool:
        """Whether a step was written down that may be older than this process, which then has seen nothing of it."""
        now = self._monotonic()
        if is_first:
            self._arrivals[node] = _Arrival(now, steps.how_many)
        arrival = self._arrivals.get(node)
        if arrival is None:
            return False
        if now - arrival.at > 3 * self._times.watch_s:  # whoever was there has looked, and so have we since
            del self._arrivals[node]
            return False
        self._arrivals[node] = arrival._replace(steps=steps.how_many)
        return steps.how_many > arrival.steps

    async def _is_set_right(self, node: Node, steps: _Steps, step_ms: float) -> bool:
        """Sees to a step; returns False where it is not the node's clock that has leapt, but ours."""
        now = self._monotonic()
        leapt_at = self._leapt_at.setdefault(node, now)
        if not self._sets_right:
            return now - leapt_at < self._times.believe_s
        # Somebody who answers for sessions, too, has written down the opposite, or sees no step.
        if self._written.get(node, steps.how_many) < steps.how_many:
            return False
        written = ("HSETNX", CLOCK_STEPS, f"{_name(node)}#{steps.how_many}", round(step_ms))
        (is_new,) = await self._links.ask(self._links.nodes.at(CLOCK_STEPS), written)
        if is_new:
            self._written[node] = steps.how_many + 1
            if node in self._arrivals:
                self._arrivals[node] = self._arrivals[node]._replace(steps=steps.how_many + 1)
            by_s = step_ms / 1000
            _log.warning("the clock of Redis (%s) was set by %+.1f s; sessions go on by the old one", node, by_s)
        return True

    async def _read_steps(self) -> None:
        (found,) = await self._links.ask(self._links.nodes.at(CLOCK_STEPS), ("HGETALL", CLOCK_STEPS))
        self._steps = {}
        for field, value in found.items():
            name = field.decode().rpartition("#")[0]
            how_many, sum_ms = self._steps.get(name, _NO_STEPS)
            self._steps[name] = _Steps(how_many + 1, sum_ms + int(value))


async def forget_steps(links: Links, partitions: int) -> None:
    """Where no session lives, its clock is Redis's own again; to be called while no other process goes by it.

    Raises:
        StoreError: a node does not answer.
    """
    counts = await links.ask_all({number: ("ZCARD", PartitionKeys(number).deadlines) for number in range(partitions)})
    if all(count == 0 for count in counts.values()):
        await links.ask(links.nodes.at(CLOCK_STEPS), ("DEL", CLOCK_STEPS))


def _name(node: Node) -> str:
    """The same in all processes, and after a restart: the socket of an embedded server may lie elsewhere then."""
    return "embedded" if node.path else str(node)


def ms_of(reply: Sequence[bytes]) -> int:
    """The reply to `TIME`, in milliseconds since the Unix epoch."""
    seconds, microseconds = reply
    return int(seconds) * 1000 + int(microseconds) // 1000
