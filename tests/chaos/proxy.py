"""A TCP proxy that fails as networks do: it cuts, delays, holds back and says nothing, per connection and direction.

A connection that is frozen is half open: nothing passes, nobody is told. What is held back is not read from its
sender, whose buffers fill, and it is delivered after `thaw`, late but in order.
"""

import asyncio
from collections.abc import Callable, Collection
from enum import Flag, auto

CHUNK_BYTES = 65_536


class Way(Flag):
    """The direction of bytes."""

    TO_SERVER = auto()
    TO_CLIENT = auto()
    BOTH = TO_SERVER | TO_CLIENT


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy: "Proxy", client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._writers = (client, server)
        self._open = {Way.TO_SERVER: asyncio.Event(), Way.TO_CLIENT: asyncio.Event()}
        self.thaw()

    def freeze(self, way: Way = Way.BOTH) -> None:
        """Lets nothing pass in that direction."""
        for one in way:
            self._open[one].clear()

    def thaw(self) -> None:
        """Lets everything pass again."""
        for event in self._open.values():
            event.set()

    def cut(self) -> None:
        """Ends the connection without a word to either side."""
        for writer in self._writers:
            writer.transport.abort()

    async def pump(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes bytes on until either side ends, and then ends the other."""
        try:
            while await self._open[way].wait() and (data := await reader.read(CHUNK_BYTES)):
                await asyncio.sleep(self._proxy.delay_s())
                await self._open[way].wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.cut()


def at_once() -> float:
    """No delay."""
    return 0.0


class Proxy:
    """Listens on `port` of 127.0.0.1 between `start` and `stop`, and connects to `target` for each that comes."""

    def __init__(self, target: int) -> None:
        self.target = target
        """Port of the server, on 127.0.0.1."""
        self.port = 0
        self.delay_s: Callable[[], float] = at_once
        """How long each piece of data is held back, in seconds."""
        self.born_frozen = False
        """Whether new connections are half open from the start."""
        self.links: list[Link] = []
        """Connections that live, oldest first."""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> "Proxy":
        """Starts to listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        """Cuts all connections and leaves no task behind."""
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """Where browsers reach what is behind it."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self, links: Collection[Link] | None = None) -> None:
        """Ends connections, all if not told which."""
        for link in list(self.links if links is None else links):
            link.cut()

    def freeze(self, way: Way = Way.BOTH, *, new_ones: bool = False) -> None:
        """Freezes all connections that there are, and, if told so, those still to come."""
        self.born_frozen = new_ones
        for link in self.links:
            link.freeze(way)

    def restore(self) -> None:
        """Behaves as a good network from now on."""
        self.delay_s = at_once
        self.born_frozen = False
        for link in self.links:
            link.thaw()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes = b"") -> None:
        """Passes everything on; `head` is what was read of it before."""
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        to_server.write(head)
        link = Link(self, writer, to_server)
        self.links.append(link)
        if self.born_frozen:
            link.freeze()
        pumps = [
            asyncio.create_task(link.pump(Way.TO_SERVER, reader, to_server)),
            asyncio.create_task(link.pump(Way.TO_CLIENT, from_server, writer)),
        ]
        try:
            # A frozen direction does not read, so it learns of an end only by the other one.
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            link.cut()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self.links.remove(link)
