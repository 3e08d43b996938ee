"""All times of a gateway, as one frozen object that is handed to whatever waits.

A test hands over shorter ones instead of waiting. Times that depend on each other are related at the end.
"""

from dataclasses import dataclass
from typing import Final

from quickpoll.beat import BEAT_S
from quickpoll.keys import GATEWAY_DEAD_AFTER_MS


@dataclass(frozen=True)
class Timing:
    """In seconds, unless a name says otherwise. Limits on the work in one turn of the event loop are here as well."""

    # -- one connection --
    handshake_s: float = 10.0
    response_s: float = 60.0
    """A page of some 100 KiB over a slow phone network."""
    closing_s: float = 5.0
    """What a client has for its part of the closing handshake."""
    ping_after_s: float = 20.0
    """A client that was not heard for this long is pinged."""
    gone_after_s: float = 20.0
    """A client that was not heard for this long after a ping is gone."""
    silent_s: float = 90.0
    """Until it acts as somebody it has to say something: pages ask for the clock every 10 s, every minute if hidden."""
    message_s: float = 60.0
    """From the first byte of a message to its last: enough for 1 MiB over a slow phone network."""
    stuck_s: float = 7.5
    """If what waits to be sent does not shrink for this long, the client reads nothing, even if it still sends."""

    # -- all connections --
    sweep_every_s: float = 2 * BEAT_S
    late_s: float = 5.0
    """If the event loop stood still for longer (a suspended machine), clients were not silent: nobody listened."""
    swept_per_turn: int = 500
    """Pongs must not wait for the pings of all others."""
    writes_per_turn: int = 500
    """Of a broadcast: some 2 ms. Whoever has left during the turn of the others is left out."""

    # -- commands --
    reply_s: float = 5.0
    """Then a command is answered `unavailable`."""
    expire_every_s: float = 0.25
    gather_s: float = 0.02
    """From one batch of entries to the next under load; what comes after a quiet moment goes at once."""
    batch: int = 250
    """Entries. Packing more at once would hold up the event loop for longer than a frame of a page lasts."""
    hold_s: float = 2.0
    """How long an entry waits for its partition, which moves or has no master now."""
    hold_pause_s: float = 0.05
    try_s: float = 10.0
    """A code that was tried longer ago, and not answered, counts as a new try."""

    # -- Redis --
    beat_every_s: float = BEAT_S
    feed_ping_every_s: float = 2 * BEAT_S
    feed_silent_s: float = 3.0
    """A subscription that has not heard its own ping for so long is dead."""
    feed_ask_again_s: float = 0.3
    linger_s: float = 5.0
    """A session keeps its subscription this long after its last connection: somebody may be reloading the page."""
    longest_retry_s: float = 1.0
    """Between two tries to reach Redis."""
    readiness_s: float = 0.5
    """How long an answer of Redis about readiness is reused, so that frequent health checks cost it nothing."""

    # -- pages --
    share_files_ms: int = 7 * 24 * 60 * 60 * 1000
    """How long files of the pages stay in Redis after the last gateway that has them."""
    share_files_every_s: float = 24 * 60 * 60

    # -- the end --
    drain_step_s: float = 0.01
    """Between two closes of a drain, or two groups of them."""
    reconnect_within_ms: int = 1000
    """Each client waits for a random time up to this before it reconnects, on top of the drain's own spread."""
    flush_s: float = 2.0
    last_close_s: float = 1.0


DEFAULT: Final = Timing()

assert 4_000 * DEFAULT.beat_every_s < GATEWAY_DEAD_AFTER_MS, "a gateway may miss some beats before it counts as dead"
assert DEFAULT.feed_silent_s > 2 * DEFAULT.feed_ping_every_s, "one lost ping is no dead subscription"
assert DEFAULT.hold_s < DEFAULT.reply_s, "an entry is not held longer than its client waits"
assert DEFAULT.gather_s + DEFAULT.expire_every_s < DEFAULT.reply_s, "a reply is awaited for longer than a batch"
assert DEFAULT.try_s > DEFAULT.reply_s + DEFAULT.expire_every_s, "a code counts as tried until its reply must be there"
assert DEFAULT.silent_s > 60 + DEFAULT.ping_after_s, "a hidden page, which speaks once a minute, is not silent"
assert DEFAULT.late_s > 2 * DEFAULT.sweep_every_s, "only a break that is longer than a sweep is one"
assert 2_000 * DEFAULT.share_files_every_s < DEFAULT.share_files_ms, "what is shared stays while a gateway has it"
assert DEFAULT.sweep_every_s < min(DEFAULT.closing_s, DEFAULT.stuck_s, DEFAULT.ping_after_s), "a sweep sees each limit"
