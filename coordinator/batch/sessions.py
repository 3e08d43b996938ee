"""The sessions of one partition that are in memory: read when they are needed, dropped when they are not.

Memory follows the sessions that are played: a closed one is dropped at once, a quiet one after some minutes. What is
here is what Redis holds plus the batch that is being made.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from coordinator.batch import snapshots
from coordinator.batch.stored import Stored
from coordinator.engine import Session
from quickpoll.keys import PartitionKeys
from quickpoll.store.nodes import Links

FORGET_AFTER_MS: Final = 10 * 60 * 1000
READ_TOGETHER: Final = 100
"""Sessions read in one round trip: of 2,000 players each that takes a fraction of what a reply may take."""


@dataclass(slots=True)
class Held:
    """A session in memory."""

    session: Session
    step: int
    """The last Step published."""
    stored: Stored
    used_at: int = 0


class HeldSessions:
    """Sessions of one partition by code."""

    def __init__(self, links: Links, keys: PartitionKeys) -> None:
        self._links = links
        self._keys = keys
        self._held: OrderedDict[str, Held] = OrderedDict()
        """The least recently used first."""
        self._over: set[str] = set()
        self.unreadable: dict[str, str] = {}
        """Why a session that was asked for cannot be read, for the batch that is being made."""

    def __len__(self) -> int:
        return len(self._held)

    @property
    def player_count(self) -> int:
        """How many players they have."""
        return sum(len(held.session.players) for held in self._held.values())

    def __contains__(self, code: object) -> bool:
        return code in self._held

    async def load(self, codes: Iterable[str]) -> None:
        """Reads those that are not in memory; raises what the links raise."""
        self.unreadable.clear()
        missing = [code for code in codes if code not in self._held]
        for first in range(0, len(missing), READ_TOGETHER):
            together = missing[first : first + READ_TOGETHER]
            commands = (("HGETALL", self._keys.session(code)) for code in together)
            for code, fields in zip(together, await self._links.ask_of(self._keys.number, *commands), strict=True):
                if fields:
                    self._restore(code, fields)

    def _restore(self, code: str, fields: Mapping[bytes, bytes]) -> None:
        try:
            session, step = snapshots.decode_session(code, fields)
        except snapshots.Unreadable as reason:
            self.unreadable[code] = str(reason)
        else:
            self._held[code] = Held(session, step, Stored.found(session, fields))

    def __getitem__(self, code: str) -> Held:
        return self._held[code]

    def get(self, code: str) -> Held | None:
        """A session that was loaded; None: there is none with this code."""
        return self._held.get(code)

    def add(self, session: Session) -> None:
        """Adds a session that has just been created."""
        self._held[session.code] = Held(session, 0, Stored())

    def use(self, code: str, now: int) -> None:
        """Notes that something happened to a session at `now`."""
        held = self._held[code]
        held.used_at = now
        self._held.move_to_end(code)
        if held.session.head.closed:
            self._over.add(code)

    def forget(self, codes: Iterable[str]) -> None:
        """Drops sessions from memory."""
        for code in codes:
            self._held.pop(code, None)

    def forget_all(self) -> None:
        """Drops everything."""
        self._held.clear()

    def tidy(self, now: int) -> None:
        """Drops sessions that are over, and those to which nothing has happened for a while."""
        self.forget(self._over)
        self._over.clear()
        while self._held:
            code, held = next(iter(self._held.items()))
            if held.used_at > now - FORGET_AFTER_MS:
                return
            del self._held[code]
