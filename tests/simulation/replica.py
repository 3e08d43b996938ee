"""A replica of the simulated Valkey: it has everything a moment later, and may take over without the latest."""

import asyncio
import pickle
import random
from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar

from tests.simulation.loop import Host

T = TypeVar("T")

LAGS_S: Final = (0.0005, 0.01, 0.2)
"""So long at most is it behind, one as likely as the other."""


def copied(stored: T) -> T:
    """A copy of something that is stored, down to its last part; `copy.deepcopy` takes two to four times as long."""
    copy: T = pickle.loads(pickle.dumps(stored, pickle.HIGHEST_PROTOCOL))  # noqa: S301
    return copy


class Master(Protocol):
    """Whom it follows."""

    offset: int

    def copy(self, keys: Iterable[bytes] | None = None) -> dict[bytes, Any]: ...
    def wake(self, about: bytes) -> None: ...


class Replica:
    """Made with its master, and connected to it when that starts."""

    def __init__(self, master: Master, seed: object) -> None:
        self.data: dict[bytes, Any] = {}
        """What it has, by key."""
        self.offset = 0
        """What it has, as the master counts."""
        self.is_connected = False
        self._master = master
        self._rng = random.Random(f"{seed}/replica")
        self._behind: set[bytes] = set()
        """Keys of which it has not the latest."""
        self._host: Host
        self._alarm: asyncio.TimerHandle | None = None

    def connect(self, host: Host) -> None:
        """Follows a master that runs on a host, and begins with a copy of all that it has."""
        self._host = host
        self.is_connected = True
        self.data = self._master.copy()
        self._has_all()

    def disconnect(self) -> None:
        """Hears nothing from now on."""
        self.is_connected = False
        self._behind.clear()
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def catch_up(self) -> None:
        """Has everything now."""
        if self._alarm:
            self._alarm.cancel()
            self._catch_up()

    def note(self, key: bytes) -> None:
        """The master has changed something."""
        if self.is_connected:
            self._behind.add(key)
            if not self._alarm:
                loop = asyncio.get_running_loop()
                lag_s = self._rng.uniform(0, self._rng.choice(LAGS_S))
                self._alarm = loop.call_later(lag_s, self._catch_up, context=self._host.context)

    def take(self) -> dict[bytes, Any]:
        """What it has, for a master that begins with that; it follows nobody now."""
        self.disconnect()
        return copied(self.data)

    def _catch_up(self) -> None:
        self._alarm = None
        latest = self._master.copy(self._behind)
        for key in self._behind:
            self.data.pop(key, None)
        self.data |= latest
        self._has_all()

    def _has_all(self) -> None:
        self._behind.clear()
        self.offset = self._master.offset
        self._master.wake(b"WAIT")
