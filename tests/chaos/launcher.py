"""Starts `quickpoll` so that a test can kill it at a chosen point of its work, or set its clock wrong.

    python -m tests.chaos.launcher CONTROL coordinator

CONTROL is a folder that belongs to this process alone. It writes its id into `id`; when a file `kill` names one of
POINTS, it dies there at its next batch, as by `kill -9`; a file `clock` holds how many seconds `time.time` is wrong.
The program knows nothing of this: its methods are wrapped from here.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coordinator.app
import coordinator.commit
import coordinator.partition
import coordinator.reader
import gateway.app
from quickpoll.cli import main

POINTS = ("before read", "after read", "after engine", "before commit", "after commit")


class Control:
    """What the test wants of this process."""

    def __init__(self, folder: Path) -> None:
        self._kill = folder / "kill"
        self._clock = folder / "clock"
        self._id = folder / "id"

    def die_at(self, point: str) -> None:
        """Does not return if the test has armed this point."""
        if self._kill.exists() and self._kill.read_text() == point:
            os.kill(os.getpid(), signal.SIGKILL)

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


def name_at_birth(kind: Any, control: Control) -> None:
    """Tells the test the id of each new object of this class."""
    original = kind.__init__

    def wrapped(self: Any, **kwargs: Any) -> None:
        original(self, **kwargs)
        control.named(self.id)

    kind.__init__ = wrapped


def _nothing(*_: Any) -> None:
    pass


def prepare(control: Control) -> None:
    """Wraps what is between reading a batch and having committed it."""

    def point(name: str) -> Callable[[], None]:
        return lambda: control.die_at(name)

    def after_read(found: dict[str, Any]) -> None:
        if found:
            control.die_at("after read")

    wrap(coordinator.reader, "read_streams", point("before read"), after_read)
    wrap(coordinator.partition.Partition, "apply", _nothing, lambda _: control.die_at("after engine"))
    wrap(coordinator.commit.Committer, "commit", point("before commit"), lambda _: control.die_at("after commit"))
    for kind in (coordinator.app.Coordinator, gateway.app.Gateway):
        name_at_birth(kind, control)
    right = time.time
    time.time = lambda: right() + control.clock_is_off_by()


if __name__ == "__main__":
    prepare(Control(Path(sys.argv[1])))
    sys.exit(main(sys.argv[2:]))
