"""What one address may do at this gateway, over however many connections. Pure.

A whole hall may stand behind one address, so thousands may join from it; the tight limits are those on codes that do
not exist, on new sessions, and on connections by which nobody joins. A token is taken when a command is let through,
and given back when the command turns out to be good. Gateways do not share their budgets. Time is passed in, in
seconds of any monotonic clock.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address
from math import ceil
from typing import Final, Generic, NamedTuple, TypeVar

from gateway.admission import Bucket
from gateway.timing import Timing
from quickpoll.protocol import MAX_PLAYERS, AnyClientMessage, CreateSession, ErrorCode, JoinSession


class Rate(NamedTuple):
    """So many at once, and so many a second after that."""

    burst: int
    per_s: float


# Whoever mistypes a code corrects it within a few tries; what guessing yields at this rate is in docs/security.md.
MISSES: Final = Rate(20, 1 / 10)
# When many addresses guess: more misses than this at the whole gateway make it strict with each for a while.
ALL_MISSES: Final = Rate(200, 2.0)
MISSES_UNDER_ATTACK: Final = Rate(4, 1 / 60)
# There a class with some slips waits for seconds: the first wait is short, and doubles with each miss that follows.
FIRST_WAIT_S: Final = 5.0
FORGIVEN_AFTER_S: Final = 600.0
ATTACK_S: Final = 60.0
# The largest session at once, and players who leave and join again.
JOINS_OF_A_SESSION: Final = Rate(MAX_PLAYERS, 500.0)
PLAYERS_REFILL_S: Final = 60.0
SESSIONS_REFILL_S: Final = 3600.0

KNOWN_CODES: Final = 64
"""How many codes an address may have joined by and go on with, however many others it has tried."""
MAX_ADDRESSES: Final = 20_000
LOG_AGAIN_S: Final = 60.0
# Messages over 64 KiB are those of `create_session`. Each may hold 1 MiB until it is complete.
LARGE_MESSAGES: Final = 64
LARGE_MESSAGES_OF_AN_ADDRESS: Final = 8

_FOUND: Final = float("inf")
_log: Final = logging.getLogger(__name__)


class Throttled(NamedTuple):
    """Why a command is not let through, for people, and when it may be tried again."""

    code: ErrorCode
    message: str
    retry_after_ms: int


class _Budget:
    """Of one address."""

    __slots__ = ("codes", "connections", "joins", "large", "logged_at", "missed", "missed_at", "misses", "sessions")

    def __init__(self, now: float, players: Rate, sessions: Rate) -> None:
        self.connections = Bucket(now, players.burst)
        self.joins = Bucket(now, players.burst)
        self.sessions = Bucket(now, sessions.burst)
        self.misses = Bucket(now, MISSES.burst)
        self.missed = 0
        """How many codes in a row did not exist, without a long rest between two."""
        self.missed_at = now
        self.codes: dict[str, float] = {}
        """Oldest first: `_FOUND`, or when it was tried."""
        self.large = 0
        self.logged_at = -LOG_AGAIN_S


Kept = TypeVar("Kept")


class _Recent(Generic[Kept]):
    """The most recently used of many."""

    def __init__(self, make: Callable[[float], Kept]) -> None:
        self._make = make
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, key: str, now: float) -> Kept:
        """Whatever is kept under `key`, or made now."""
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = self._make(now)
            if len(self._kept) > MAX_ADDRESSES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return kept


class Limits:
    """The budgets of one gateway."""

    def __init__(self, players: int, sessions: int, timing: Timing) -> None:
        """Nobody has done anything yet.

        Args:
            players: how many may join from one address at once.
            sessions: how many an address may open within an hour.
            timing: how long a code counts as tried.
        """
        self._timing = timing
        self._players = Rate(players, players / PLAYERS_REFILL_S)
        self._sessions = Rate(sessions, sessions / SESSIONS_REFILL_S)
        self._budgets = _Recent(lambda now: _Budget(now, self._players, self._sessions))
        self._joins = _Recent(lambda now: Bucket(now, JOINS_OF_A_SESSION.burst))
        self._all_misses = Bucket(0.0, ALL_MISSES.burst)
        self._attack_until = -ATTACK_S
        self._large = 0

    # -- what comes -------------------------------------------------------------------------

    def connects(self, address: str, now: float) -> int:
        """Counts a connection; returns 0, or after how many milliseconds to try again."""
        budget = self._of(address, now)
        wait_ms = budget.connections.take(now, *self._players)
        if wait_ms:
            self._tell(address, budget, "connections without anybody who joins", now)
        return wait_ms

    def enters(self, address: str, command: AnyClientMessage, now: float) -> Throttled | None:
        """Counts a command by which a connection enters a session; returns why it may not, or None."""
        budget = self._of(address, now)
        if isinstance(command, CreateSession):
            if wait_ms := budget.sessions.take(now, *self._sessions):
                self._tell(address, budget, "sessions", now)
                return _refusal(ErrorCode.TOO_MANY_SESSIONS, "Too many sessions were opened from your network", wait_ms)
        elif isinstance(command, JoinSession):
            if wait_ms := self._guess(budget, command.code, now):
                self._tell(address, budget, "codes that do not exist", now)
                return _refusal(ErrorCode.RATE_LIMITED, "Too many wrong codes came from your network", wait_ms)
            wait_ms = budget.joins.take(now, *self._players)
            wait_ms = wait_ms or self._joins.get(command.code, now).take(now, *JOINS_OF_A_SESSION)
            if wait_ms:
                self._tell(address, budget, "players", now)
                return _refusal(ErrorCode.RATE_LIMITED, "Too many players join at once", wait_ms)
        return None

    def holds_large(self, address: str, now: float) -> bool:
        """Whether a large message may be held until it is complete; `lets_go` follows if it may."""
        budget = self._of(address, now)
        if self._large >= LARGE_MESSAGES or budget.large >= LARGE_MESSAGES_OF_AN_ADDRESS:
            self._tell(address, budget, "large messages", now)
            return False
        self._large += 1
        budget.large += 1
        return True

    # -- how it turned out ------------------------------------------------------------------

    def entered(self, address: str, code: str, now: float) -> None:
        """A connection acts as somebody of a session: it was a good one, and the address knows the code."""
        budget = self._of(address, now)
        budget.connections.give_back(self._players.burst)
        self._found(budget, code)

    def not_stored(self, address: str, command: AnyClientMessage, now: float) -> None:
        """A command that was let through could not be stored; it is said again."""
        if isinstance(command, CreateSession):
            self._of(address, now).sessions.give_back(self._sessions.burst)

    def refused(self, address: str, code: str, error: str, now: float) -> None:
        """A join by this code was answered with an error."""
        budget = self._of(address, now)
        if error != ErrorCode.SESSION_NOT_FOUND:
            self._found(budget, code)
            return
        budget.codes.pop(code, None)
        budget.missed = 1 if now - budget.missed_at > FORGIVEN_AFTER_S else budget.missed + 1
        budget.missed_at = now
        if self._all_misses.take(now, *ALL_MISSES):
            if now > self._attack_until:
                _log.warning("many wrong codes from many addresses: fewer are allowed to each")
            self._attack_until = now + ATTACK_S

    def lets_go(self, address: str, now: float) -> None:
        """A large message is complete, or its connection is closed."""
        self._large -= 1
        budget = self._of(address, now)
        budget.large = max(0, budget.large - 1)  # the address may have been forgotten since

    # -- inside -----------------------------------------------------------------------------

    def _of(self, address: str, now: float) -> _Budget:
        return self._budgets.get(_network(address), now)

    def _guess(self, budget: _Budget, code: str, now: float) -> int:
        """Takes a token unless the address knows the code or is trying it now; all of a hall type the same one."""
        tried_at = budget.codes.get(code)
        if tried_at is not None and now - tried_at < self._timing.try_s:
            return 0
        wait_ms = budget.misses.take(now, *(_under_attack(budget.missed) if now < self._attack_until else MISSES))
        if not wait_ms:
            _keep(budget.codes, code, now)
        return wait_ms

    def _found(self, budget: _Budget, code: str) -> None:
        if budget.codes.get(code) != _FOUND:
            budget.missed = 0  # not each time: one code that is known would make all guesses cheap
            if code in budget.codes:
                budget.misses.give_back(MISSES.burst)
            _keep(budget.codes, code, _FOUND)

    def _tell(self, address: str, budget: _Budget, what: str, now: float) -> None:
        if now - budget.logged_at >= LOG_AGAIN_S:
            budget.logged_at = now
            _log.warning("too many %s from one address", what, extra={"address": address})


def _under_attack(missed: int) -> Rate:
    """What an address may guess that has missed so often in a row."""
    burst, last_per_s = MISSES_UNDER_ATTACK
    doublings = min(max(0, missed - burst), 16)
    return Rate(burst, max(last_per_s, 1 / (FIRST_WAIT_S * 2**doublings)))


def _keep(codes: dict[str, float], code: str, value: float) -> None:
    codes.pop(code, None)
    codes[code] = value
    if len(codes) > KNOWN_CODES:
        del codes[next(iter(codes))]


def _network(address: str) -> str:
    """An IPv4 address, or the first 64 bits of an IPv6 one: what one customer of a provider has."""
    if ":" not in address:
        return address
    return IPv6Address(address.partition("%")[0]).packed[:8].hex()


def _refusal(code: ErrorCode, what: str, wait_ms: int) -> Throttled:
    return Throttled(code, f"{what}. Try again in {ceil(wait_ms / 1000)} s.", wait_ms)
