"""Steps to the connections of one session here: in order, and to each connection its part in one write.

Nearly all connections get the same bytes, and one more of them should cost no more than its `send`: the special cases
(a personal message, a connection that is behind, or has seen a part already) are handled apart. After a number of
writes the event loop has a turn; only this module knows that rule.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from gateway.connection import Connection
from gateway.frames import StepFrames
from quickpoll.envelope import Step
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import Role


class Fanout:
    """The deliveries of one session."""

    def __init__(
        self,
        gateway: str,
        members: Mapping[Role, Mapping[int, Connection]],
        let_go: Callable[[Connection], None],
        figures: GatewayFigures,
        writes_per_turn: int,
    ) -> None:
        """Nothing is delivered yet.

        Args:
            gateway: the id of this gateway.
            members: the session's connections here, by role and number; it changes while Steps are delivered.
            let_go: called with a connection that a Step closes, before that is done.
            figures: count what is written.
            writes_per_turn: after so many the event loop has a turn.
        """
        self._gateway = gateway
        self._members = members
        self._let_go = let_go
        self._figures = figures
        self._writes_per_turn = writes_per_turn
        self._backlog: deque[Step] = deque()
        self._is_delivering = False
        self._left = 0
        """How many more connections may be written to in this turn."""

    def add(self, step: Step) -> bool:
        """Queues a Step; returns whether `deliver` has to be called, since nobody is delivering."""
        self._backlog.append(step)
        return not self._is_delivering

    def deliver(self) -> Iterator[None]:
        """Writes all Steps that are queued, also those that come while it does; yields for a turn of the event loop.

        Raises:
            msgspec.DecodeError: a Step is damaged. Whatever is raised: the rest of the queue is dropped, since its
                Steps would not follow any more.
        """
        assert not self._is_delivering, "two deliveries at once would mix the order of Steps"
        self._is_delivering = True
        self._left = self._writes_per_turn
        try:
            while self._backlog:
                step = self._backlog.popleft()
                began = time.perf_counter()
                frames = StepFrames(step, self._gateway)
                for role, members in self._members.items():
                    yield from self._write(step.step, frames, role, members)
                self._figures.broadcast_seconds.observe(time.perf_counter() - began)
        finally:
            self._is_delivering = False
            self._backlog.clear()

    def _write(self, number: int, frames: StepFrames, role: Role, members: Mapping[int, Connection]) -> Iterator[None]:
        common = frames.cut(role).common
        is_special = frames.is_special(role)
        seen = number - 1
        everyone = list(members.items())
        start = 0
        while start < len(everyone):
            if not self._left:
                yield
                self._left = self._writes_per_turn
            turn = everyone[start : start + self._left]
            self._left -= len(turn)
            sent_bytes = 0
            for key, connection in turn:
                if start and key not in members:
                    continue  # it has left during the turn of the others
                if is_special or connection.is_clogged or connection.seat.seen_step >= seen:
                    sent_bytes += self._write_special(number, frames, role, connection)
                elif common:
                    connection.write(common)
                    sent_bytes += len(common)
            start += len(turn)
            self._figures.deliveries += len(turn)
            self._figures.delivered_bytes += sent_bytes

    def _write_special(self, number: int, frames: StepFrames, role: Role, connection: Connection) -> int:
        seat = connection.seat
        if seat.seen_step >= number:
            return 0  # it saw this in its `joined` or `resumed`
        after_seq = seat.seen_seq if seat.seen_step == number - 1 else 0
        data = frames.cut(role, after_seq, lean=connection.is_behind).bytes_for(connection.number)
        close = frames.close_of(connection.number)
        if close:
            data += close[2]
        if data:
            connection.write(data)
        if close:
            self._let_go(connection)  # the engine has let go of it already
            connection.close(close[0], close[1])
        return len(data)
