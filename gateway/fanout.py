"""One Step to the connections of a session here: what each is to get, in one write each.

Nearly all connections get the same bytes, and the cost of one more should be that of its `send`: so what is special
(a personal message, a connection that is behind, or has seen a part already) is looked at apart.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from gateway.connection import Connection
from gateway.frames import StepFrames
from quickpoll.protocol import Role

WRITES_PER_TURN: Final = 500
"""After so many the event loop has a turn; who has left meanwhile is left out."""


class Fanout:
    """A Step on its way. `writes` and `sent_bytes` tell what has been written."""

    def __init__(self, step: int, frames: StepFrames, let_go: Callable[[Connection], None]) -> None:
        """Begins nothing yet.

        Args:
            step: its number.
            frames: its frames.
            let_go: called with a connection that the Step closes, before that is done.
        """
        self._step = step
        self._frames = frames
        self._let_go = let_go
        self.writes = 0
        self.sent_bytes = 0

    def write(self, role: Role, members: Mapping[int, Connection]) -> Iterator[bool]:
        """Writes to the connections of one role; yields True when the event loop should have a turn."""
        common = self._frames.cut(role).common
        is_special = self._frames.is_special(role)
        seen = self._step - 1
        everyone = list(members.items())
        for start in range(0, len(everyone), WRITES_PER_TURN):
            turn = everyone[start : start + WRITES_PER_TURN]
            if start:
                yield True
            self.writes += len(turn)
            for number, connection in turn:
                if start and number not in members:
                    continue
                if is_special or connection.is_clogged or connection.bound_step >= seen:
                    self._write_special(role, connection)
                elif common:
                    connection.write(common)
                    self.sent_bytes += len(common)

    def _write_special(self, role: Role, connection: Connection) -> None:
        if connection.bound_step >= self._step:
            return  # it saw this in its `joined` or `resumed`
        after_seq = connection.bound_seq if connection.bound_step == self._step - 1 else 0
        data = self._frames.cut(role, after_seq, lean=connection.is_behind).bytes_for(connection.number)
        close = self._frames.close_of(connection.number)
        if close:
            data += close[2]
        if data:
            connection.write(data)
            self.sent_bytes += len(data)
        if close:
            self._let_go(connection)  # the engine has let go of it already
            connection.close(close[0], close[1])
