"""A Sentinel: it answers who the master of its service is, as it knows, and hears of another one a moment later."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final

import hiredis
from fakeredis._helpers import SimpleError, SimpleString

from tests.simulation.machines import Machine
from tests.simulation.pair import Pair
from tests.simulation.valkey import PORT, encode

SERVICE: Final = "quizzes"
SENTINEL_PORT: Final = 26379
HEARS_WITHIN_S: Final = 1.0
_HELLO: Final[dict[bytes, Any]] = {
    b"server": b"valkey",
    b"version": b"8.1.0",
    b"proto": 3,
    b"id": 1,
    b"mode": b"sentinel",
    b"modules": [],
}


class SentinelMachine(Machine):
    """The one on which a Sentinel runs."""

    def __init__(self, pair: Pair, seed: object, time: Callable[[], float], *args: Any) -> None:
        super().__init__(*args)
        self.master = pair.master.name
        """Whom it names."""
        self.is_deaf = False
        """Whether it hears nothing more of the others."""
        self._pair = pair
        self._time = time
        self._rng = random.Random(f"{seed}/{self.name}")

    async def start(self) -> None:
        """Starts it; it knows what it knew before."""
        if not self.is_up:
            await self._new_host().run(self._listen())
            self.hear()

    def hear(self) -> None:
        """It knows in a moment who is the master now."""
        if self.is_up:
            self.host.at(self._time() + self._rng.uniform(0, HEARS_WITHIN_S), self._know)

    def _know(self) -> None:
        if not self.is_deaf:
            self.master = self._pair.master.name

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: _Client(self), [self.name], SENTINEL_PORT)


class _Client(asyncio.Protocol):
    """One connection, as the Sentinel sees it."""

    def __init__(self, sentinel: SentinelMachine) -> None:
        self._sentinel = sentinel
        self._reader = hiredis.Reader()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._reader.feed(data)
        while (fields := self._reader.gets()) is not False:
            reply: list[bytes] = []
            encode(self._answer([field.upper() for field in fields[:2]], fields), reply)
            self._transport.write(b"".join(reply))

    def _answer(self, command: list[bytes], fields: list[bytes]) -> Any:
        if command[0] == b"HELLO":
            return _HELLO
        if command == [b"PING"]:
            return SimpleString(b"PONG")
        if command != [b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME"]:
            return SimpleError(f"ERR unknown command '{fields[0].decode()}'")
        return [self._sentinel.master.encode(), b"%d" % PORT] if fields[2] == SERVICE.encode() else None
