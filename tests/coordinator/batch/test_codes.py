import pytest

from coordinator.batch import codes
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.store.nodes import Links
from tests.redis_client import Client


def test_a_code_has_6_digits_and_lies_in_its_partition() -> None:
    for number in range(64):
        code = codes.draw(PartitionKeys(number), 64)
        assert len(code) == 6
        assert code.isdigit()
        assert partition_of(code, 64) == number


async def test_a_code_in_use_is_not_drawn(redis: Client, links: Links) -> None:
    keys = PartitionKeys(0)
    drawn = iter(["111111", "222222", "333333"])
    await redis.hset(keys.session("111111"), "head", "of a session")
    assert await codes.draw_free(links, keys, 64, {"222222"}, lambda *_: next(drawn)) == "333333"


async def test_a_full_partition_is_said(links: Links) -> None:
    with pytest.raises(codes.NoFreeCode):
        await codes.draw_free(links, PartitionKeys(0), 64, {"111111"}, lambda *_: "111111")
