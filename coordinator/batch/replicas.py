"""Waits until a replica has what was written on a link.

A master to which no replica is connected goes on alone, and a line in the log says so: an accepted answer survives the
death of any one process, and so does the service. An operator who prefers no service to an unsafe answer sets
`min-replicas-to-write` in Redis, which then refuses the commit itself.
"""

import logging
import re
from typing import Any, Final
from weakref import WeakSet

from quickpoll.store.link import RedisLink, Refusal

WITHIN_MS: Final = 500

_FOLLOWS: Final = re.compile(rb"state=online,offset=[1-9]")
_log: Final = logging.getLogger(__name__)


class Replicas:
    """The replicas of all masters that a coordinator writes to."""

    def __init__(self) -> None:
        self._alone: WeakSet[RedisLink] = WeakSet()
        """Links to masters that had none the last time."""

    async def wait(self, link: RedisLink) -> None:
        """Returns when a replica has all that was written on `link`, or when there is none.

        Raises:
            Refusal: `NOTDURABLE`, none has confirmed it in time.
            LinkLost: nobody knows.
        """
        if link in self._alone and not await _has_replica(link):
            return
        if await _ask(link, "WAIT", 1, WITHIN_MS):
            self._alone.discard(link)
        elif await _has_replica(link):
            raise Refusal(f"NOTDURABLE no replica has confirmed it within {WITHIN_MS} ms")
        else:
            if not self._alone:
                _log.warning("a master of Redis has no replica: what is accepted now is on one server only")
            self._alone.add(link)


async def _has_replica(link: RedisLink) -> bool:
    """Whether one follows; one that has never confirmed anything has only just got its copy."""
    return _FOLLOWS.search(await _ask(link, "INFO", "replication")) is not None


async def _ask(link: RedisLink, *command: str | int) -> Any:
    (reply,) = await link.call([command])
    if isinstance(reply, Refusal):
        raise reply
    return reply
