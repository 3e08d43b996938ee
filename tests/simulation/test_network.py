import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import KERNEL_BYTES, Connection, Network


class Peer(asyncio.Protocol):
    """Writes down what happens to it."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended: list[str] = []
        self.is_clogged = False
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def eof_received(self) -> None:
        self.ended.append("eof")

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.append(type(exc).__name__)

    def pause_writing(self) -> None:
        self.is_clogged = True

    def resume_writing(self) -> None:
        self.is_clogged = False


class Pair:
    """A server, and a phone that is connected to it."""

    def __init__(self, seed: int = 1) -> None:
        self.loop = SimulatedLoop(seed)
        self.network = Network(self.loop, seed, lambda *_: None)
        self.server_host, self.client_host = self.loop.host("server"), self.loop.host("phone")
        self.server = Peer()
        self.client: Peer

    def run(self, work: Callable[["Pair"], Coroutine[Any, Any, None]]) -> None:
        async def listen() -> None:
            await asyncio.get_running_loop().create_server(lambda: self.server, ["server"], 80)

        async def play() -> None:
            _, self.client = await asyncio.get_running_loop().create_connection(Peer, "server", 80)
            await asyncio.sleep(1)
            await work(self)

        self.loop.run_until_complete(self.server_host.run(listen()))
        self.loop.run_until_complete(self.client_host.run(play()))
        self.loop.close()

    @property
    def connection(self) -> Connection:
        (connection,) = self.network.of("phone")
        return connection


def test_bytes_arrive_in_order_however_they_are_torn() -> None:
    async def talk(pair: Pair) -> None:
        for number in range(200):
            pair.client.transport.write(b"%03d" % number)
        await asyncio.sleep(1)

    pair = Pair()
    pair.run(talk)
    assert pair.server.heard == b"".join(b"%03d" % number for number in range(200))


def test_one_side_closes_and_what_it_said_before_arrives() -> None:
    async def leave(pair: Pair) -> None:
        pair.client.transport.write(b"goodbye")
        pair.client.transport.close()
        await asyncio.sleep(1)

    pair = Pair()
    pair.run(leave)
    assert pair.server.heard == b"goodbye"
    assert pair.server.ended == ["eof", "NoneType"]
    assert pair.client.ended == ["NoneType"]
    assert not pair.network.connections


def test_a_cut_loses_what_is_under_way_and_tells_both() -> None:
    async def cut(pair: Pair) -> None:
        pair.client.transport.write(b"lost")
        pair.connection.cut()
        await asyncio.sleep(1)

    pair = Pair()
    pair.run(cut)
    assert pair.server.heard == b""
    assert pair.server.ended == pair.client.ended == ["ConnectionResetError"]
    assert not pair.network.connections


def test_what_is_half_open_says_nothing_and_delivers_all_of_it_later() -> None:
    async def freeze(pair: Pair) -> None:
        pair.connection.hold()
        pair.client.transport.write(b"late")
        pair.client.transport.close()
        await asyncio.sleep(60)
        assert (pair.server.heard, pair.server.ended) == (b"", [])
        pair.connection.let_go()
        await asyncio.sleep(1)

    pair = Pair()
    pair.run(freeze)
    assert (pair.server.heard, pair.server.ended) == (b"late", ["eof", "NoneType"])


def test_who_does_not_read_lets_the_other_side_wait() -> None:
    async def talk(pair: Pair) -> None:
        pair.server.transport.pause_reading()
        pair.client.transport.write(b"x" * (KERNEL_BYTES + 1))
        await asyncio.sleep(1)
        assert pair.client.is_clogged
        assert pair.client.transport.get_write_buffer_size() == 1
        pair.server.transport.resume_reading()
        await asyncio.sleep(1)

    pair = Pair()
    pair.run(talk)
    assert not pair.client.is_clogged
    assert len(pair.server.heard) == KERNEL_BYTES + 1


def test_the_death_of_a_process_ends_its_connections_and_frees_its_port() -> None:
    async def die(pair: Pair) -> None:
        pair.network.kill(pair.server_host)
        pair.server_host.is_dead = True
        await asyncio.sleep(1)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.get_running_loop().create_connection(Peer, "server", 80)

    pair = Pair()
    pair.run(die)
    assert pair.client.ended == ["ConnectionResetError"]
    assert pair.server.ended == []


def test_a_host_that_cannot_be_reached_does_not_answer() -> None:
    async def try_again(pair: Pair) -> None:
        pair.network.unreachable.add(frozenset(("phone", "server")))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await asyncio.get_running_loop().create_connection(Peer, "server", 80)

    Pair().run(try_again)
