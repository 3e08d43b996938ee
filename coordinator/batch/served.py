"""Which sessions of a partition each gateway has served, so that a lost gateway costs only those.

A pair of gateway and session is noted with the first command that the gateway brings for the session, and is dropped
when the gateway is lost or the session is over. So the index may name a session that the gateway's players have left,
but it never misses one that has connections there.

It is stored by the commits that change it. A coordinator of version 0.1.0 does not keep it, and versions may run side
by side: each commit that keeps it says so (`served_to` in the partition's `meta`). Where that is not so for the last
commit, every gateway known by then may have connections in any session: its pair has an empty code.
"""

from collections.abc import Collection, Container, Iterable
from typing import Final, NamedTuple

ANY: Final = ""
"""In place of a code: the gateway may have served any session of the partition."""


class ServedPair(NamedTuple):
    """A gateway, and a session that it has served."""

    gateway: str
    code: str

    @classmethod
    def parse(cls, member: bytes) -> "ServedPair":
        """From a member of the partition's set `served`."""
        gateway, _, code = member.decode().rpartition("/")
        return cls(gateway, code)

    def __str__(self) -> str:
        return f"{self.gateway}/{self.code}"


class Served:
    """The index of one partition."""

    def __init__(self, pairs: Iterable[ServedPair] = ()) -> None:
        self._codes: dict[str, set[str]] = {}
        for pair in pairs:
            self._codes.setdefault(pair.gateway, set()).add(pair.code)
        self.unstored_added: frozenset[ServedPair] = frozenset()
        self.unstored_removed: frozenset[ServedPair] = frozenset()
        """What differs from what Redis holds, until the next commit."""

    @classmethod
    def incomplete(cls, pairs: Collection[ServedPair], gateways: Iterable[str], living: Container[str]) -> "Served":
        """From an index that some commit has not kept: those `gateways` may have served any session."""
        gateways = set(gateways)
        kept = {pair for pair in pairs if pair.gateway in gateways and (pair.code == ANY or pair.code in living)}
        missing = {ServedPair(gateway, ANY) for gateway in gateways} - kept
        served = cls(kept | missing)
        served.unstored_added, served.unstored_removed = frozenset(missing), frozenset(set(pairs) - kept)
        return served

    def __contains__(self, pair: object) -> bool:
        return isinstance(pair, ServedPair) and pair.code in self._codes.get(pair.gateway, ())

    def __len__(self) -> int:
        return sum(map(len, self._codes.values()))

    def by(self, gateway: str) -> Collection[str]:
        """Codes of the sessions that a gateway has served; with `ANY` among them it may be any session."""
        return self._codes.get(gateway, frozenset())

    def pairs_of_gateway(self, gateway: str) -> set[ServedPair]:
        """All pairs of a gateway."""
        return {ServedPair(gateway, code) for code in self.by(gateway)}

    def pairs_of_session(self, code: str) -> set[ServedPair]:
        """All pairs of a session."""
        return {ServedPair(gateway, code) for gateway, codes in self._codes.items() if code in codes}

    def note_stored(self, added: Iterable[ServedPair], removed: Iterable[ServedPair]) -> None:
        """A commit has stored changes."""
        self.unstored_added = self.unstored_removed = frozenset()
        for pair in removed:
            codes = self._codes.get(pair.gateway, set())
            codes.discard(pair.code)
            if not codes:
                self._codes.pop(pair.gateway, None)
        for pair in added:
            self._codes.setdefault(pair.gateway, set()).add(pair.code)
