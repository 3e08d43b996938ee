"""What a fault may touch, and what a fault is."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from tests.chaos.cluster import Cluster, Node
from tests.chaos.crowd import Crowd
from tests.chaos.proxy import Link as Connection

PAST_THE_LEASE_S: Final = 2.6
PAST_THE_HEARTBEAT_S: Final = 3.6
"""A gateway is counted as dead after 3 s."""
ENDS_WITHIN_S: Final = 10.0


class Stage(Protocol):
    """What a fault may touch that is about people alone, wherever they play."""

    @property
    def crowd(self) -> Crowd: ...
    @property
    def rng(self) -> random.Random: ...
    @property
    def code(self) -> str: ...


@dataclass
class World:
    """What a fault may touch."""

    cluster: Cluster
    crowd: Crowd
    rng: random.Random
    alone: bool
    """Whether one fault is all that happens."""

    @property
    def code(self) -> str:
        """The session that is played."""
        return self.crowd.host.code

    def gateway(self) -> Node:
        """Some gateway."""
        return self.rng.choice(self.cluster.gateways)

    def client_links(self, share: float) -> list[Connection]:
        """So large a part of all connections of players, at least one if there is any."""
        links = [link for node in self.cluster.gateways if node.clients for link in node.clients.links]
        return self.rng.sample(links, min(len(links), max(1, round(share * len(links)))))

    async def replaced(self, node: Node) -> None:
        """Tells a process to end, which it must do with 0, and starts another in its place."""
        await node.start()  # another fault may have started it just now: it does not listen to signals yet
        node.send_signal(signal.SIGTERM)
        self._ended(node, await node.process.wait(), 0)
        await node.start()

    async def ends_by_itself(self, node: Node) -> None:
        """Waits for an armed bug to end a process, which it must do with 1, and starts it again."""
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                self._ended(node, await node.process.wait(), 1)
        except TimeoutError:  # nothing brought it there any more
            node.disarm()
        await node.start()

    def _ended(self, node: Node, code: int, right: int) -> None:
        if self.alone and code != right:  # else another fault may have been quicker
            self.crowd.wrong.append(f"{node.control.name} ended with {code}, not {right}")


Fault = Callable[[World], Awaitable[None]]
