"""The map of nodes, and the work that is done for each of them."""

import asyncio
from collections.abc import Callable

import pytest

from quickpoll.store.link import LinkLost
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, OneNode, on_each
from tests.redis_client import Client, node_of

A, B, C = Node("a"), Node("b"), Node("c")


class Map:
    """Nodes that come and go by hand."""

    def __init__(self, *nodes: Node) -> None:
        self.all: set[Node] = set(nodes)
        self.doubts: list[Exception] = []
        self._watching: list[Callable[[], None]] = []

    apart = False

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def at(self, key: str) -> Node:
        return self.of(len(key))

    def of(self, partition: int) -> Node:
        return sorted(self.all, key=str)[partition % len(self.all)]

    def doubt(self, reason: Exception) -> None:
        self.doubts.append(reason)

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self._watching.append(changed)
        return lambda: self._watching.remove(changed)

    def set(self, *nodes: Node) -> None:
        self.all = set(nodes)
        for changed in self._watching:
            changed()


def test_a_single_server_holds_everything() -> None:
    nodes = OneNode(A)
    assert list(nodes.all) == [A]
    assert {nodes.of(partition) for partition in range(64)} == {A}


async def test_one_link_to_each_node_is_opened_when_needed_and_anew_when_lost(redis_url: str, redis: Client) -> None:
    node = node_of(redis_url)
    links = Links(Map(node))
    first, same = await asyncio.gather(links.to(node), links.to(node))
    assert first is same
    await redis.client_kill_filter(_id=str(first.id))
    await first.lost
    second = await links.to(node)
    assert await second.call([("ECHO", "hi")]) == [b"hi"]
    links.close()
    assert not second.is_open


async def test_a_node_that_does_not_answer_makes_the_map_doubtful(unused_tcp_port: int) -> None:
    nodes = Map(Node("127.0.0.1", unused_tcp_port))
    with pytest.raises(LinkLost):
        await Links(nodes).to(nodes.of(0))
    assert len(nodes.doubts) == 1


async def test_work_begins_where_a_node_is_new_and_ends_where_one_is_gone() -> None:
    nodes, working, said = Map(A, B), set[Node](), asyncio.Event()

    async def work(node: Node) -> None:
        working.add(node)
        said.set()
        try:
            await asyncio.Event().wait()
        finally:
            working.remove(node)
            said.set()

    async def until(expected: set[Node]) -> None:
        async with asyncio.timeout(5):
            while working != expected:
                said.clear()
                await said.wait()

    running = asyncio.create_task(on_each(nodes, work))
    await until({A, B})
    nodes.set(B, C)
    await until({B, C})
    running.cancel()
    await asyncio.wait((running,))
    assert not working
    nodes.set(B)
    assert not working
