"""Gateways that have died: each partition that they had connections in gets one GatewayLost.

A gateway is dead when its heartbeat in `qp:gateways` has not changed for too long, by this process's clock: Redis's
own may be set at any moment. It is then taken out, which tells it, if it was only stuck, that its connections count as
gone. One that was stuck and has commands to pass on lives, though its next heartbeat is still to come: whoever has just
resumed there would be counted as away. After Redis was away, or this process was stuck, nobody is judged until all have
had the time to beat again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, TypeVar

from coordinator.batch.partition import Partition
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.beat import until_beat
from quickpoll.envelope import GatewayLost, encode
from quickpoll.keys import ENTRY_FIELD, GATEWAY_DEAD_AFTER_MS, GATEWAYS, NO_OFFSET
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links
from quickpoll.store.outage import Outage, Unreachable

SOONEST_S: Final = 0.02
"""Between two looks."""
_DEAD_AFTER_S: Final = GATEWAY_DEAD_AFTER_MS / 1000
_LOOK: Final = ("ZRANGE", GATEWAYS, 0, -1, "WITHSCORES")

_Who = TypeVar("_Who")
_Sign = TypeVar("_Sign")

_log: Final = logging.getLogger(__name__)


class Presence:
    """Watches gateways for one coordinator."""

    def __init__(
        self,
        links: Links,
        owned: Iterable[Partition],
        timing: CoordinatorTiming = DEFAULT,
        *,
        judge_at_once: bool,
        clock: Callable[[], float] | None = None,
        away: Unreachable | None = None,
    ) -> None:
        """Builds it.

        Args:
            links: for commands.
            owned: the partitions to tell; it is iterated over at each look.
            timing: how often to look at least.
            judge_at_once: no gateway from before can be alive.
            clock: a monotonic clock, in seconds; None: the event loop's.
            away: the parts of this process that cannot reach Redis.
        """
        self._links = links
        self._timing = timing
        self._away = away
        self._owned = owned
        self._clock = clock or asyncio.get_running_loop().time
        self._looked_at = self._clock()
        self._judge_from = float("-inf") if judge_at_once else self._looked_at + GATEWAY_DEAD_AFTER_MS / 1000
        self._beats: dict[bytes, tuple[float, float]] = {}
        """By gateway, its last heartbeat, and since when we know it."""
        self._commands: dict[tuple[Partition, str], tuple[str, float]] = {}
        """The last batch with a command of a gateway in a partition, and since when we know it."""
        self._told: dict[tuple[Partition, str], float] = {}
        """Partitions that have got a GatewayLost that is not applied yet, and when."""

    async def run(self) -> None:
        """Looks until cancelled."""
        outage = Outage(_log, self._timing.longest_retry_s, self._away)
        while True:
            try:
                next_s = await self.look()
            except StoreError as error:
                await outage.pause(error)
            else:
                outage.over()
                await asyncio.sleep(next_s)

    async def look(self) -> float:
        """Looks once; returns after how many seconds to look again, and raises what the links raise."""
        node = self._links.nodes.at(GATEWAYS)
        (beats,) = await self._links.ask(node, _LOOK)
        looked_at, self._looked_at = self._looked_at, self._clock()
        if self._looked_at - looked_at > self._timing.stuck_s:
            self._judge_from = self._looked_at + GATEWAY_DEAD_AFTER_MS / 1000
        self._note(beats)
        spoke_at = self._listen()
        if self._looked_at < self._judge_from:
            return until_beat(self._timing.look_every_s)
        quiet = {
            gateway: max(since, spoke_at.get(gateway.decode(), since)) for gateway, (_, since) in self._beats.items()
        }
        # By its heartbeat: one that has come in the meantime saves it.
        if dead := {self._beats[gateway][0] for gateway, since in quiet.items() if self._is_over(since)}:
            *_, beats = await self._links.ask(
                node, *(("ZREMRANGEBYSCORE", GATEWAYS, *(beat, beat)) for beat in dead), _LOOK
            )
            self._note(beats)
        alive = {member.decode() for member in self._beats}
        alive |= {gateway for gateway, at in spoke_at.items() if not self._is_over(at)}
        lost = dict.fromkeys(
            (each, gateway) for each in self._owned for gateway in sorted(each.gateways.keys() - alive)
        )
        lately = self._looked_at - self._timing.tell_again_s
        self._told = {one: told_at for one, told_at in self._told.items() if one in lost and told_at > lately}
        await self._tell([one for one in lost if one not in self._told])
        # When the one that was quiet for longest has died, if nothing more is heard of it.
        living = [since for gateway, since in quiet.items() if gateway in self._beats]
        next_s = min(living, default=float("inf")) + _DEAD_AFTER_S - self._looked_at
        return min(max(next_s, SOONEST_S), until_beat(self._timing.look_every_s))

    def _note(self, beats: Iterable[tuple[bytes, float]]) -> None:
        self._beats = _known_since(beats, self._beats, (0.0, self._looked_at), self._looked_at)

    def _listen(self) -> dict[str, float]:
        """By gateway, since when we know its last command."""
        commands = (((each, gateway), batch) for each in self._owned for gateway, batch in each.gateways.items())
        self._commands = _known_since(commands, self._commands, (NO_OFFSET, float("-inf")), self._looked_at)
        spoke_at: dict[str, float] = {}
        for (_, gateway), (_, since) in self._commands.items():
            spoke_at[gateway] = max(since, spoke_at.get(gateway, since))
        return spoke_at

    def _is_over(self, since: float) -> bool:
        """Whether a gateway that was last heard of then is dead."""
        return self._looked_at - since >= _DEAD_AFTER_S

    async def _tell(self, lost: Collection[tuple[Partition, str]]) -> None:
        for gateway in dict.fromkeys(gateway for _, gateway in lost):
            entry = encode(GatewayLost(gateway))
            partitions = {partition.number: partition for partition, lost_one in lost if lost_one == gateway}
            told = await self._links.ask_all(
                {
                    number: ("XADD", partition.keys.stream, "*", ENTRY_FIELD, entry)
                    for number, partition in partitions.items()
                }
            )
            self._told |= {
                (partitions[number], gateway): self._looked_at
                for number, reply in told.items()
                if not isinstance(reply, Exception)
            }
            _log.info("a gateway is gone: %s", gateway)


def _known_since(
    signs: Iterable[tuple[_Who, _Sign]],
    known: Mapping[_Who, tuple[_Sign, float]],
    unknown: tuple[_Sign, float],
    now: float,
) -> dict[_Who, tuple[_Sign, float]]:
    """The last sign of each, and since when it is known: since now, if it differs from what was known before."""
    return {who: before if (before := known.get(who, unknown))[0] == sign else (sign, now) for who, sign in signs}
