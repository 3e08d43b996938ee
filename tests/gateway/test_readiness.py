"""Whether a load balancer may send players here."""

import asyncio
from dataclasses import replace

import pytest

from gateway.readiness import Readiness
from quickpoll.keys import PartitionKeys
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, OneNode
from tests.gateway.standin import PARTITIONS, QUICK
from tests.redis_client import Client


@pytest.fixture
async def owned(redis: Client) -> Client:
    for number in range(PARTITIONS):
        await redis.set(PartitionKeys(number).lease, "c:1")
    return redis


async def test_ready_when_every_partition_has_an_owner(owned: Client, links: Links) -> None:
    assert await Readiness(links, PARTITIONS, QUICK, dict).ready() == (True, "ready")


async def test_a_partition_without_an_owner_is_told(owned: Client, links: Links) -> None:
    await owned.delete(PartitionKeys(1).lease)
    assert await Readiness(links, PARTITIONS, QUICK, dict).ready() == (False, "no coordinator owns 1 of 4 partitions")


async def test_reasons_of_its_own_count(owned: Client, links: Links) -> None:
    checks = Readiness(links, PARTITIONS, QUICK, lambda: {"draining": "draining", "other": ""})
    assert await checks.ready() == (False, "draining")
    assert await checks.check() == {"draining": "draining", "other": "", "redis": "", "coordinators": ""}


async def test_without_redis_it_is_not_ready() -> None:
    away = Links(OneNode(Node(path="/nowhere/at/all")))
    ok, reason = await Readiness(away, PARTITIONS, QUICK, dict).ready()
    assert not ok
    assert "Redis does not answer" in reason


async def test_a_crowd_of_checks_asks_redis_once(owned: Client, links: Links) -> None:
    checks = Readiness(links, PARTITIONS, QUICK, dict)
    assert all(ok for ok, _ in await asyncio.gather(*(checks.ready() for _ in range(50))))
    await owned.delete(PartitionKeys(1).lease)
    assert (await checks.ready())[0]
    assert not (await Readiness(links, PARTITIONS, replace(QUICK, readiness_s=0.0), dict).ready())[0]
