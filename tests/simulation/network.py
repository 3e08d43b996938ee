"""The network between simulated hosts: connections that are slow, half open, or cut, and nothing that is real.

A connection is two ends and a way in each direction, along which bytes travel in order, in pieces of any size. As TCP
does, it loses nothing without ending: what is lost is the connection. A way that is held delivers nothing until it is
let go; neither side hears of that, and not of an end that comes along such a way.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tests.simulation.loop import Host, SimulatedLoop

KERNEL_BYTES: Final = 128 * 1024
"""What the two kernels take in of a connection before it has to wait in the program."""
NEAR_S: Final = (0.0001, 0.001)
"""How long a piece is under way between servers."""
FAR_S: Final = (0.001, 0.03)
"""And between them and a phone."""
SHORTEST_S: Final = 1e-6
"""Between two pieces."""
TORN: Final = 0.02
"""This share of writes arrives in two pieces."""

Delay = Callable[[random.Random], float]
Trace = Callable[[bytes, bytes], None]


def delay(shortest_s: float, longest_s: float) -> Delay:
    """Between so much and so much, drawn for each piece."""
    return lambda rng: shortest_s + (longest_s - shortest_s) * rng.random()


class Listener:
    """What `create_server` returns."""

    def __init__(self, network: "Network", host: Host, factory: Callable[[], asyncio.Protocol], place: Any) -> None:
        self.sockets = (_Bound(place),)
        self.host = host
        self.factory = factory
        self._network = network
        self._place = place

    def close(self) -> None:
        """Refuses connections from now on."""
        if self._network.listeners.get(self._place) is self:
            del self._network.listeners[self._place]

    async def wait_closed(self) -> None:
        """It is closed as soon as that is asked for."""


class _Bound:
    """A socket that listens, as far as anybody looks at it."""

    def __init__(self, place: tuple[str, int]) -> None:
        self._place = place

    def getsockname(self) -> tuple[str, int]:
        return self._place

    def dup(self) -> "_Bound":
        return self

    def listen(self, backlog: int) -> None:
        """As many wait as like."""

    def __enter__(self) -> "_Bound":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Way:
    """One direction of a connection."""

    def __init__(self, connection: "Connection", sender: "End", receiver: "End") -> None:
        self.under_way_bytes = 0
        self._connection = connection
        self._sender = sender
        self._receiver = receiver
        self._rng = random.Random(f"{connection.seed}/{sender.host}")
        self._free_at = 0.0
        """When the last piece arrives."""
        self._held: list[tuple[Callable[..., None], tuple[Any, ...]]] | None = None

    def send(self, data: bytes) -> None:
        """Bytes for the other end."""
        self.under_way_bytes += len(data)
        if len(data) > 1 and self._rng.random() < TORN:
            cut = self._rng.randrange(1, len(data))
            self._later(self._receiver.receive, data[:cut])
            data = data[cut:]
        self._later(self._receiver.receive, data)

    def tell(self, what: Callable[..., None], *args: object) -> None:
        """That the connection ends; it arrives behind all bytes."""
        self._later(what, *args)

    def arrived(self, data: bytes) -> None:
        """Room for more."""
        self.under_way_bytes -= len(data)
        self._sender.made_room()

    def hold(self) -> None:
        """Delivers nothing from now on."""
        if self._held is None:
            self._held = []

    def let_go(self) -> None:
        """Delivers again, and what was held first."""
        held, self._held = self._held or [], None
        for what, args in held:
            self._later(what, *args)

    def _later(self, what: Callable[..., None], *args: Any) -> None:
        if self._held is not None:
            self._held.append((what, args))
            return
        arrives_at = self._connection.network.time() + self._connection.delay(self._rng)
        self._free_at = max(self._free_at + SHORTEST_S, arrives_at)  # two timers of one moment may go off in any order
        self._receiver.host.at(self._free_at, what, *args)


class End(asyncio.Transport):
    """One end of a connection, as the protocol that uses it sees it."""

    def __init__(self, connection: "Connection", host: Host, protocol: asyncio.Protocol, peer: tuple[str, int]) -> None:
        super().__init__({"peername": peer})
        self.host = host
        self.way: Way
        self.other: End
        """At the other side."""
        self.along: bytes
        """The way that leads here, in words."""
        self._connection = connection
        self._protocol = protocol
        self._is_closing = False
        self.is_over = False
        self._is_clogged = False
        self._has_written_eof = False
        self._is_reading = True
        self._unread: list[bytes] = []

    # -- as a protocol sees it --------------------------------------------------------------

    def write(self, data: Any) -> None:
        """See `asyncio.Transport`."""
        if not (self.is_over or self._has_written_eof or self.host.is_dead):
            self.way.send(bytes(data))
            if self.way.under_way_bytes > KERNEL_BYTES and not self._is_clogged:
                self._is_clogged = True
                self._protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """See `asyncio.Transport`."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """See `asyncio.Transport`."""
        if not (self.is_over or self._has_written_eof):
            self._has_written_eof = True
            self.way.tell(self.other.hear_eof)

    def can_write_eof(self) -> bool:
        """See `asyncio.Transport`."""
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """One byte that waits clogs it, as gateways want it."""

    def get_write_buffer_size(self) -> int:
        """See `asyncio.Transport`."""
        return max(0, self.way.under_way_bytes - KERNEL_BYTES)

    def pause_reading(self) -> None:
        """See `asyncio.Transport`."""
        self._is_reading = False

    def resume_reading(self) -> None:
        """See `asyncio.Transport`."""
        self._is_reading = True
        unread, self._unread = self._unread, []
        for data in unread:
            self.receive(data)

    def is_closing(self) -> bool:
        """See `asyncio.Transport`."""
        return self._is_closing

    def close(self) -> None:
        """See `asyncio.Transport`."""
        if not self._is_closing:
            self._is_closing = True
            self.write_eof()
            self.host.soon(self.lose, None)

    def abort(self) -> None:
        """See `asyncio.Transport`."""
        if not self.is_over:
            self._is_closing = True
            self.way.tell(self.other.lose, ConnectionResetError("reset by the other side"))
            self.host.soon(self.lose, None)

    # -- as the network sees it -------------------------------------------------------------

    def begin(self) -> None:
        """It is connected."""
        if not self.is_over:
            self._protocol.connection_made(self)

    def receive(self, data: bytes) -> None:
        """A piece has come."""
        if not self._is_reading:
            self._unread.append(data)
            return
        self.other.way.arrived(data)
        if not self.is_over and not self._is_closing:
            self._connection.network.trace(self.along, data)
            self._protocol.data_received(data)

    def hear_eof(self) -> None:
        """The other side sends nothing more."""
        if not self.is_over and not self._is_closing and not self._protocol.eof_received():
            self.close()

    def made_room(self) -> None:
        """Something has arrived."""
        if self._is_clogged and not self.is_over and not self.get_write_buffer_size():
            self._is_clogged = False
            self.host.soon(self._protocol.resume_writing)

    def lose(self, reason: Exception | None) -> None:
        """It is over."""
        if not self.is_over:
            self.is_over = self._is_closing = True
            self._connection.forget(self)
            if not self.host.is_dead:
                self._protocol.connection_lost(reason)

    def die(self) -> None:
        """Its host is gone; the kernel of the other side is told, if the network tells anything."""
        if not self.is_over:
            self.way.tell(self.other.lose, ConnectionResetError("the other process is gone"))
            self.is_over = self._is_closing = True
            self._connection.forget(self)


class Connection:
    """Two ends. The first is that of the client."""

    def __init__(self, network: "Network", number: int, hosts: tuple[Host, Host], travels: Delay) -> None:
        self.network = network
        self.number = number
        self.hosts = hosts
        self.seed = f"{network.seed}/connection {number}"
        self.delay = travels
        self.ends: tuple[End, End]
        self.to_client: Way
        self.to_server: Way

    def join(self, client: asyncio.Protocol, server: asyncio.Protocol) -> None:
        """Gives both protocols their ends."""
        here, there = self.hosts
        self.ends = End(self, here, client, (there.name, 0)), End(self, there, server, (here.name, self.number))
        here_end, there_end = self.ends
        for one, other in ((here_end, there_end), (there_end, here_end)):
            one.other, one.along = other, f"{other.host} to {one.host} ".encode()
        self.to_server = here_end.way = Way(self, here_end, there_end)
        self.to_client = there_end.way = Way(self, there_end, here_end)

    def forget(self, end: End) -> None:
        """One side is over; when both are, nothing is left of it."""
        if end.other.is_over:
            self.network.connections.pop(self.number, None)

    def cut(self) -> None:
        """Both sides hear that it is over, and what was under way is lost."""
        for end in self.ends:
            end.host.soon(end.lose, ConnectionResetError("cut"))

    def hold(self) -> None:
        """It is half open: nothing arrives, and nobody is told."""
        self.to_client.hold()
        self.to_server.hold()

    def let_go(self) -> None:
        """It works again."""
        self.to_client.let_go()
        self.to_server.let_go()


class Network:
    """All hosts can reach each other by name."""

    def __init__(self, loop: SimulatedLoop, seed: object, trace: Trace) -> None:
        """`trace` is told each piece that arrives, and along which way."""
        loop.network = self
        self.seed = seed
        self.trace = trace
        self.time = loop.time
        self.listeners: dict[tuple[str, int], Listener] = {}
        self.connections: dict[int, Connection] = {}
        self.phones: set[str] = set()
        """Names of hosts that are far from all others."""
        self.delays: dict[frozenset[str], Delay] = {}
        """Between hosts where it is another than usual."""
        self.unreachable: set[frozenset[str]] = set()
        """Pairs of hosts between which new connections, too, get no answer."""
        self._opened = 0

    async def connect(self, here: Host, factory: Callable[[], asyncio.Protocol], name: str, port: int) -> Any:
        """See `asyncio.AbstractEventLoop.create_connection`."""
        self._opened += 1
        number = self._opened
        travels = self.delay_between(here.name, name)
        rng = random.Random(f"{self.seed}/opening {number}")
        await asyncio.sleep(travels(rng))
        if frozenset((here.name, name)) in self.unreachable:
            await asyncio.Event().wait()  # the kernel would give up after two minutes; everybody here does before
        listener = self.listeners.get((name, port))
        if listener is None or here.is_dead:
            raise ConnectionRefusedError(f"nobody listens on {name}:{port}")
        connection = Connection(self, number, (here, listener.host), travels)
        protocol = factory()
        # A process that hangs does not keep its kernel from accepting.
        connection.join(protocol, listener.host.context.run(listener.factory))
        self.connections[number] = connection
        ours, theirs = connection.ends
        theirs.host.soon(theirs.begin)
        protocol.connection_made(ours)
        return ours, protocol

    def listen(self, here: Host, factory: Callable[[], asyncio.Protocol], name: str, port: int) -> Listener:
        """See `asyncio.AbstractEventLoop.create_server`."""
        place = name, port
        if place in self.listeners:
            raise OSError(f"{name}:{port} is taken")
        listener = self.listeners[place] = Listener(self, here, factory, place)
        return listener

    def between(self, *names: str) -> Iterator[Connection]:
        """All connections of which each end is on one of these hosts, the oldest first."""
        for connection in list(self.connections.values()):
            if all(host.name in names for host in connection.hosts):
                yield connection

    def of(self, name: str) -> list[Connection]:
        """All connections of a host, the oldest first."""
        return [each for each in self.connections.values() if name in (host.name for host in each.hosts)]

    def delay_between(self, one: str, other: str) -> Delay:
        """How long a piece is under way."""
        usual = delay(*(FAR_S if {one, other} & self.phones else NEAR_S))
        return self.delays.get(frozenset((one, other)), usual)

    def set_delay(self, one: str, other: str, travels: Delay | None) -> None:
        """Pieces between two hosts take another time from now on; None: the usual one."""
        pair = frozenset((one, other))
        self.delays.pop(pair, None)
        if travels:
            self.delays[pair] = travels
        for connection in self.between(one, other):
            connection.delay = self.delay_between(one, other)

    def kill(self, host: Host) -> None:
        """The host's process is gone, and what it listened to and all its connections with it."""
        for listener in [listener for listener in self.listeners.values() if listener.host is host]:
            listener.close()
        for connection in self.of(host.name):
            for end in connection.ends:
                if end.host is host:
                    end.die()
