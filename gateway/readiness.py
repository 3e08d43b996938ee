"""Whether this gateway can serve players now: what /readyz says.

Redis is asked on demand and at most every half second, so that frequent health checks cost it nothing.
"""

import asyncio
from collections.abc import Callable

from gateway.timing import Timing
from quickpoll.keys import PartitionKeys
from quickpoll.store.nodes import Links


class Readiness:
    """The checks of one gateway; `local` gives what is wrong with the gateway itself, by check."""

    def __init__(self, links: Links, partitions: int, timing: Timing, local: Callable[[], dict[str, str]]) -> None:
        self._links = links
        self._leases = [PartitionKeys(number).lease for number in range(partitions)]
        self._timing = timing
        self._local = local
        self._checked_at = float("-inf")
        self._remote: dict[str, str] = {}
        self._asking = asyncio.Lock()

    async def check(self) -> dict[str, str]:
        """Each check and what is wrong with it; empty text: nothing."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now - self._checked_at >= self._timing.readiness_s:
                self._remote = await self._ask()
                self._checked_at = asyncio.get_running_loop().time()
        return self._local() | self._remote

    async def ready(self) -> tuple[bool, str]:
        """Whether all is well, and if not, why."""
        wrong = [reason for reason in (await self.check()).values() if reason]
        return not wrong, "; ".join(wrong) or "ready"

    async def _ask(self) -> dict[str, str]:
        found = await self._links.ask_all({number: ("EXISTS", lease) for number, lease in enumerate(self._leases)})
        owned = [reply for reply in found.values() if not isinstance(reply, Exception)]
        if not owned:  # losing one of several nodes must not make the gateway unready for players on the others
            return {"redis": f"Redis does not answer: {found[0]!r}", "coordinators": "unknown"}
        missing = owned.count(0)
        reason = f"no coordinator owns {missing} of {len(self._leases)} partitions" if missing else ""
        return {"redis": "", "coordinators": reason}
