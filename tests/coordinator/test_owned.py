"""What follows when a partition comes, is ready, and goes."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest

from coordinator.batch.partition import Partition
from coordinator.owned import Owned
from quickpoll.metrics import CoordinatorFigures
from quickpoll.store.nodes import Links
from tests.coordinator.standin import TOKENS


@pytest.fixture
def timers() -> Any:
    return Mock(spec=["arm", "forget"])


@pytest.fixture
def owned(links: Links, timers: Any) -> Owned:
    return Owned(8, lambda number, fence: Partition(links, TOKENS, number, 8, fence), timers, CoordinatorFigures())


async def test_a_lease_that_is_taken_opens_a_partition_under_its_fence_and_the_readers_hear_of_it(owned: Owned) -> None:
    heard = asyncio.Event()
    owned.watch(heard.set)
    owned.gained(3, 41)
    (partition,) = owned
    assert (partition.number, partition.fence, partition.is_loaded) == (3, 41, False)
    assert owned.get(3) is partition
    assert heard.is_set()


async def test_when_it_is_ready_its_next_deadline_is_armed(owned: Owned, timers: Any) -> None:
    owned.gained(3, 41)
    (partition,) = owned
    owned.ready(partition, ticked=True)
    timers.arm.assert_called_once_with(partition, ticked=True)


async def test_a_lease_that_ends_disarms_its_deadline_and_the_readers_hear_of_it(owned: Owned, timers: Any) -> None:
    owned.gained(3, 41)
    heard = asyncio.Event()
    owned.watch(heard.set)
    owned.lost(3)
    assert len(owned) == 0
    assert heard.is_set()
    timers.forget.assert_called_once_with(3)


async def test_what_was_owned_before_under_another_lease_is_not_owned(owned: Owned, timers: Any) -> None:
    owned.gained(3, 41)
    (before,) = owned
    owned.lost(3)
    owned.gained(3, 42)
    (after,) = owned
    assert before not in owned
    assert after in owned
    owned.ready(before, ticked=True)
    timers.arm.assert_not_called()
