"""Starts `quickpoll` so that a test can kill it at a chosen point of its work, or set its clock wrong.

    python -m tests.chaos.launcher CONTROL coordinator

CONTROL is a folder that belongs to this process alone. It writes its id into `id`; a file `armed` says what it does
when it gets to one of the points of its work that `prepare` names (see `Deed`); a file `clock` holds how many seconds
`time.time` is wrong. The program knows nothing of this: its methods are wrapped from here.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import coordinator.app
import coordinator.batch.commit
import coordinator.batch.partition
import coordinator.ownership.leases
import coordinator.reader
import coordinator.timers
import gateway.app
import gateway.appender
from program.cli import main

BLOCK_S = 2.0


class Deed(StrEnum):
    """What happens at a point."""

    KILL = "kill"
    """As by `kill -9`."""
    RAISE = "raise"
    """An error that nobody foresaw, once."""
    BLOCK = "block"
    """The event loop is held up for `BLOCK_S`, once."""


class Bug(Exception):
    """What nobody foresaw."""


class Control:
    """What the test wants of this process."""

    def __init__(self, folder: Path) -> None:
        self._armed = folder / "armed"
        self._clock = folder / "clock"
        self._id = folder / "id"

    def reached(self, point: str) -> None:
        """Does what the test has armed for this point."""
        try:
            deed, _, armed = self._armed.read_text().partition(" ")
        except FileNotFoundError:
            return
        if armed != point:
            return
        if deed == Deed.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        self._armed.unlink(missing_ok=True)
        if deed == Deed.RAISE:
            raise Bug(point)
        time.sleep(BLOCK_S)

    def clock_is_off_by(self) -> float:
        """In seconds."""
        return float(self._clock.read_text()) if self._clock.exists() else 0.0

    def named(self, name: str) -> None:
        """Tells the test which id this process has drawn."""
        self._id.write_text(name)


def wrap(owner: Any, name: str, before: Callable[[], None], after: Callable[[Any], None]) -> None:
    """Replaces a coroutine function by one that calls `before`, it, and `after` with its result."""
    original = getattr(owner, name)

    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        result = await original(*args, **kwargs)
        after(result)
        return result

    setattr(owner, name, wrapped)


def wrap_plain(owner: Any, name: str, before: Callable[[], None], after: Callable[[Any], None]) -> None:
    """As `wrap`, for a function that is no coroutine."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        result = original(*args, **kwargs)
        after(result)
        return result

    setattr(owner, name, wrapped)


def name_at_birth(kind: Any, control: Control) -> None:
    """Tells the test the id of each new object of this class."""
    original = kind.__init__

    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        control.named(self.id)

    kind.__init__ = wrapped


def _nothing(*_: Any) -> None:
    pass


def prepare(control: Control) -> None:
    """Wraps each step of a coordinator's loop, and what a gateway appends."""

    def point(name: str) -> Callable[..., None]:
        return lambda *_: control.reached(name)

    def after_read(found: dict[str, Any]) -> None:
        if found:
            control.reached("after read")

    wrap_plain(coordinator.reader, "begin_read", point("before read"), _nothing)
    wrap_plain(coordinator.reader, "streams_in", _nothing, after_read)
    wrap(coordinator.batch.partition.Partition, "apply", _nothing, point("after engine"))
    wrap(coordinator.batch.commit.Committer, "commit", point("before commit"), point("after commit"))
    wrap(coordinator.timers.Timers, "_append", point("before tick"), point("after tick"))
    wrap(coordinator.ownership.leases.Leases, "take", _nothing, point("after acquire"))
    wrap(gateway.appender.Appender, "_append_batch", point("before append"), point("after append"))
    for kind in (coordinator.app.Coordinator, gateway.app.Gateway):
        name_at_birth(kind, control)
    right = time.time
    time.time = lambda: right() + control.clock_is_off_by()


if __name__ == "__main__":
    prepare(Control(Path(sys.argv[1])))
    sys.exit(main(sys.argv[2:]))
