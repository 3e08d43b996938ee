"""Proof that the simulation finds things: bugs are put back into the product one by one, until a seed breaks on them.

python -m tests.simulation.mutations              # does the seed of each, in SEEDS, or some other break on it?
python -m tests.simulation.mutations --search     # finds a seed for each again, for SEEDS and docs/reliability.md

Some are bugs that the product has had, as docs/reliability.md tells; the others are rules without which it could not
keep its promises. Each replaces one function, or some words of a script.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha1
from typing import Any, Final
from unittest.mock import patch

from msgspec import Raw

from coordinator.batch import entries, snapshots
from coordinator.batch.deadlines import Deadlines
from coordinator.batch.partition import Partition
from coordinator.batch.replicas import Replicas
from coordinator.batch.sessions import HeldSessions
from coordinator.engine import lobby, question, scoring, window
from coordinator.engine.state import Session
from coordinator.ownership import membership
from coordinator.timers import Timers
from gateway.feed import Feed
from gateway.heartbeat import Heartbeat
from gateway.hub import Hub
from gateway.seat import Seat
from gateway.subscriber import Subscriber
from gateway.tasks import Tasks
from quickpoll import envelope
from quickpoll.keys import NO_OFFSET
from quickpoll.store import link
from quickpoll.store.link import Push
from quickpoll.store.script import Script
from quickpoll.store.topology import Watch
from tests.simulation.play import play
from tests.simulation.scenario import LOSS, REVERSAL, draw
from tests.simulation.start import with_fixed_hashes

MOST_SEEDS: Final = 10_000
ELSE_WITHIN: Final = 100
"""Among so many seeds a bug is looked for that its own does not find any more."""

Mutation = Callable[[], AbstractContextManager[Any]]


def script(old: str, new: str) -> Mutation:
    """Lua with other words."""
    make = Script.__init__

    def made(self: Any, package: str, name: str) -> None:
        make(self, package, name)
        self._source = self._source.replace(old, new)
        self._hash = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    return lambda: patch.object(Script, "__init__", made)


def swap(owner: Any, name: str, new: Any) -> Mutation:
    """Something else in the place of a function."""
    return lambda: patch.object(owner, name, new)


def after(owner: Any, name: str, more: Callable[..., Any]) -> Mutation:
    """A method that returns what `more` makes of its result and its arguments."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return more(original(*args, **kwargs), *args, **kwargs)

    return swap(owner, name, wrapped)


def _told_nothing(_: Any, partition: Partition, *__: Any) -> None:
    partition._said_to = NO_OFFSET


def _deadlines_forgotten(_: Any, partition: Partition, *__: Any) -> None:
    partition._deadlines = Deadlines()


def _one_answer_kept(_: Any, session: Any, player: Any, *__: Any) -> None:
    player.earlier = Raw(b"\x90")


def _nothing_seen(admitted: bool, seat: Seat, *_: Any) -> bool:
    seat.seen_step = 0
    return admitted


def _two_steps_on(seq: int, session: Session) -> int:
    session.head.seq += 1
    return seq + 1


async def _left_running(_: Tasks) -> None:
    pass


async def _always_beats(heartbeat: Heartbeat, _: str) -> bool:
    await _beat(heartbeat, "NX")
    return True


def _one_too_many(share: int, *_: Any) -> int:
    return share - 1


async def _goes_on_alone(*_: Any) -> None:
    pass


def _no_gap(_: Any, feed: Feed, push: Push) -> None:
    feed.is_live |= push[0] == b"sunsubscribe"


def _not_heard(feed: Feed, push: Push) -> None:
    if push[0] != b"sunsubscribe":
        _pushed(feed, push)


async def _looks_twice(watch: Watch) -> None:
    watch._looking = None
    await _start_watch(watch)


_beat = Heartbeat._beat
_start_watch = Watch.start
_pushed = Feed._pushed

MUTATIONS: Final[dict[str, Mutation]] = {
    "a fence does not follow the clock": script("tonumber(heard) + 1, now)", "tonumber(heard) + 1)"),
    "what Redis has lost is said again under its fence": after(Partition, "settle", _told_nothing),
    "a new owner does not know the deadlines": after(Partition, "load", _deadlines_forgotten),
    "shares are one too small": after(membership, "share", _one_too_many),
    "text that is no UTF-8 stops a partition": swap(envelope, "_decode", lambda decoder, data: decoder.decode(data)),
    "only the last answer of a player is recognised": after(Session, "accept", _one_answer_kept),
    "a second answer counts": swap(Session, "has_answered", lambda *_: False),
    "an answer counts however late it is": swap(window, "check", lambda *_: None),
    "an old resume displaces a newer connection": swap(lobby, "_refuse_if_overtaken", lambda *_: None),
    "after a cut no history is read": swap(Hub, "resync_all", lambda _: None),
    "a beat brings back a gateway that counts as dead": swap(Heartbeat, "_beat", _always_beats),
    "who has entered is told again what happened before": after(Seat, "admitted", _nothing_seen),
    "a number of the session is left out": after(Session, "next_seq", _two_steps_on),
    "the time of an answer does not matter": swap(scoring, "timed_points", lambda points, *_: points),
    "the bonus for a streak is always the same": swap(scoring, "streak_bonus", lambda _: 100),
    "an answer that counts is not in the log": swap(question, "_log_answer", lambda *_: b""),
    "a new owner does not know the answers that are stored apart": swap(snapshots, "_put_answers", lambda *_: None),
    "of what was packed together only the first is read": swap(entries, "unpack_fields", lambda fields: [fields[1]]),
    "a session that is over stays in memory": swap(HeldSessions, "tidy", lambda *_: None),
    "a channel is subscribed for good": swap(Subscriber, "release", lambda *_: None),
    "a gateway that ends leaves its tasks": swap(Tasks, "stop", _left_running),
    "a coordinator that ends leaves its timers": swap(Timers, "forget", lambda *_: None),
    "who is on a server that became a replica stays there": swap(link, "DEMOTED", ""),
    "nobody waits for the replica": swap(Replicas, "wait", _goes_on_alone),
    "who is told MOVED does not ask who serves the slot now": swap(Watch, "doubt", lambda *_: None),
    "a channel that has moved is not subscribed where it lies now": swap(Feed, "rearrange", lambda _: None),
    "what the server has ended is not subscribed again": swap(Feed, "_pushed", _not_heard),
    "what the server has ended and is subscribed again is no gap": after(Feed, "_pushed", _no_gap),
    "the same Sentinel is asked again, though it is behind": swap(Watch, "_defer", lambda *_: None),
    "a map that is started again leaves a task": swap(Watch, "start", _looks_twice),
}
FOCUS: Final[dict[str, str]] = {
    "a fence does not follow the clock": LOSS,
    "what Redis has lost is said again under its fence": REVERSAL,
    "text that is no UTF-8 stops a partition": "stream_poisoned",
    "an old resume displaces a newer connection": "appends_late",
    "a beat brings back a gateway that counts as dead": "gateway_stopped",
    "only the last answer of a player is recognised": "replies_lost",
    "a coordinator that ends leaves its timers": "coordinator_terminated",
    "of what was packed together only the first is read": "appends_late",
    "who is on a server that became a replica stays there": "valkey_failed_over",
    "nobody waits for the replica": "valkey_failed_over",
    "who is told MOVED does not ask who serves the slot now": "slot_moved",
    "a channel that has moved is not subscribed where it lies now": "slot_moved",
    "what the server has ended is not subscribed again": "slot_moved",
    "what the server has ended and is subscribed again is no gap": "slot_moved",
    "the same Sentinel is asked again, though it is behind": "change_unheard",
}
"""Bugs that need a fault which is rare: they are looked for where it is all that happens."""
SEEDS: Final[dict[str, int]] = {
    "a fence does not follow the clock": 3,
    "what Redis has lost is said again under its fence": 27,
    "a new owner does not know the deadlines": 77,
    "shares are one too small": 1,
    "text that is no UTF-8 stops a partition": 1,
    "only the last answer of a player is recognised": 11,
    "a second answer counts": 1,
    "an answer counts however late it is": 8,
    "an old resume displaces a newer connection": 5,
    "after a cut no history is read": 1,
    "a beat brings back a gateway that counts as dead": 3,
    "who has entered is told again what happened before": 14,
    "a number of the session is left out": 1,
    "the time of an answer does not matter": 10,
    "the bonus for a streak is always the same": 2,
    "an answer that counts is not in the log": 1,
    "a new owner does not know the answers that are stored apart": 3,
    "of what was packed together only the first is read": 1,
    "a session that is over stays in memory": 1,
    "a channel is subscribed for good": 1,
    "a gateway that ends leaves its tasks": 1,
    "a coordinator that ends leaves its timers": 1,
    "who is on a server that became a replica stays there": 1,
    "nobody waits for the replica": 2,
    "who is told MOVED does not ask who serves the slot now": 3,
    "a channel that has moved is not subscribed where it lies now": 7,
    "what the server has ended is not subscribed again": 2,
    "what the server has ended and is subscribed again is no gap": 68,
    "the same Sentinel is asked again, though it is behind": 6,
    "a map that is started again leaves a task": 32,
}
"""The first seed that breaks on each."""


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """The product has this bug inside."""
    with MUTATIONS[name]():
        yield


def found_by(name: str, seed: int) -> str:
    """What breaks in that seed's game with a bug; empty: nothing."""
    faults = (FOCUS[name],) if name in FOCUS else ()
    with mutated(name):
        return next(iter(play(draw(seed, *faults)).wrong), "")


def search(name: str, most: int) -> int:
    """The first seed that finds a bug, which prints what it found; 0: none of so many."""
    for seed in range(1, most + 1):
        if wrong := found_by(name, seed):
            print(f"{seed:6}  {name}: {wrong[:200]}", flush=True)
            return seed
    print(f"  none of {most}  {name}", flush=True)
    return 0


def main() -> int:
    """Runs as the arguments say; 1 if a bug is not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutations")
    parser.add_argument("--search", action="store_true", help="find a seed for each")
    parser.add_argument("--most", type=int, default=MOST_SEEDS, help="look at so many seeds at most")
    parser.add_argument("--bug", action="append", choices=MUTATIONS, help="this alone; repeatable")
    given = parser.parse_args()
    with_fixed_hashes("tests.simulation.mutations")
    names = given.bug or list(MUTATIONS)
    if given.search:
        return 1 if 0 in [search(name, given.most) for name in names] else 0
    # A change of the product changes every game: another seed may be the one that finds it now.
    return 0 if all(found_by(name, SEEDS[name]) or search(name, ELSE_WITHIN) for name in names) else 1


if __name__ == "__main__":
    sys.exit(main())
