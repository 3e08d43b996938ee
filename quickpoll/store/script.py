"""Lua scripts: kept in a package's `.lua` file, called by their hash, loaded again where Redis forgot them."""

from collections.abc import Sequence
from hashlib import sha1
from importlib.resources import files
from typing import Any

from quickpoll.store.link import Command, RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links

Call = tuple[Sequence[str], Sequence[Any]]
"""Keys and arguments of one run."""


class Script:
    """One script."""

    def __init__(self, package: str, name: str) -> None:
        self._source = files(package).joinpath(name).read_text()
        self._hash = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, link: RedisLink, calls: Sequence[Call]) -> list[Any]:
        """Runs it once for each call, in one round trip; each run is atomic.

        Returns:
            The result of each call, or the `Refusal` with which Redis refused it.

        Raises:
            LinkLost: the connection broke; each call may or may not have run.
        """
        results = await link.call([self._command(call) for call in calls])
        unknown = [i for i, result in enumerate(results) if isinstance(result, Refusal) and result.kind == "NOSCRIPT"]
        if unknown:
            _, *again = await link.call(
                [("SCRIPT", "LOAD", self._source), *(self._command(calls[index]) for index in unknown)]
            )
            for index, result in zip(unknown, again, strict=True):
                results[index] = result
        return results

    async def run_on(self, links: Links, node: Node, call: Call) -> Any:
        """Runs it once on a node, and returns its result.

        Raises:
            StoreError: the node does not answer, or refused it, which is a doubt about the map of nodes.
        """
        (result,) = await self.run(await links.to(node), [call])
        if isinstance(result, Refusal):
            links.nodes.doubt(result)
            raise result
        return result

    def _command(self, call: Call) -> Command:
        keys, arguments = call
        return ("EVALSHA", self._hash, len(keys), *keys, *arguments)
