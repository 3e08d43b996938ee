"""All times of a coordinator, as one frozen object that is handed to whatever waits.

A test hands over shorter ones instead of waiting. Times that depend on each other are related at the end.
"""

from dataclasses import dataclass
from typing import Final

from quickpoll.beat import BEAT_S
from quickpoll.keys import GATEWAY_DEAD_AFTER_MS
from quickpoll.store.link import COMMAND_TIMEOUT_S


@dataclass(frozen=True)
class CoordinatorTiming:
    """In seconds, but for what says otherwise."""

    start_within_s: float = 2.0
    """For so long Redis may be away at the start."""
    longest_retry_s: float = 1.0
    """Between two tries to reach Redis."""

    # -- leases --
    lease_ms: int = 2000
    """A coordinator that could not renew for so long has none left, and does not count among those alive."""
    lease_margin_s: float = 0.4
    """An owner stops acting so much earlier than Redis lets others take the lease."""
    renew_every_s: float = BEAT_S
    lease_reply_s: float = 0.5
    """After which a renewal has failed, and is tried again."""
    give_back_within_s: float = 1 / 3
    """How long a beat waits for batches under way: on a node that hangs one takes longer than a lease lasts."""
    forget_after_ms: int = 60_000
    """When the id of a coordinator that died is removed."""
    listen_ms: int = 5000
    """How long one read for words of other coordinators waits."""

    # -- entries --
    read_ms: int = 2000
    """How long one read for entries waits."""
    gather_s: float = 0.02
    """From one batch to the next, on average under load."""
    burst: int = 5
    """So many batches may come at once after a quiet moment: what one gateway has gathered is not gathered again."""
    wake_again_s: float = 0.005
    """A read that has to end may not have begun to wait yet: it is woken again and again."""
    rest_s: float = 1.0
    """How long a partition that could not be served is left alone."""

    # -- gateways --
    look_every_s: float = BEAT_S
    """At least; the moment from which a gateway counts as dead is looked at, too."""
    stuck_s: float = 1.5
    """A longer time between two looks: something was stuck, perhaps everything."""
    tell_again_s: float = 5.0
    """A GatewayLost that was not applied for so long may be lost, with the master that took it."""

    @property
    def lease_valid_s(self) -> float:
        """How long after it was asked for a lease may be acted on."""
        return self.lease_ms / 1000 - self.lease_margin_s


DEFAULT: Final = CoordinatorTiming()

assert 2 * DEFAULT.renew_every_s < DEFAULT.lease_valid_s, "a renewal that fails is tried again while the lease is valid"
assert DEFAULT.renew_every_s + DEFAULT.lease_reply_s < DEFAULT.lease_valid_s, "a lost reply costs no lease"
assert DEFAULT.give_back_within_s < DEFAULT.renew_every_s, "who gives back renews the rest in time"
assert DEFAULT.lease_ms < DEFAULT.forget_after_ms, "a coordinator that lives is not removed"
assert DEFAULT.lease_reply_s < COMMAND_TIMEOUT_S, "a renewal fails before any other command does"
assert 2 * DEFAULT.look_every_s < DEFAULT.stuck_s, "a look that is a little late is not stuck"
assert DEFAULT.stuck_s * 1000 < GATEWAY_DEAD_AFTER_MS, "a stuck coordinator notices before it takes gateways for dead"
assert DEFAULT.tell_again_s * 1000 > GATEWAY_DEAD_AFTER_MS, "word of a dead gateway is not repeated at once"
