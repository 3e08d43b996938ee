import pytest

from quickpoll.store.link import LinkLost, RedisLink, Refusal
from quickpoll.store.script import Script
from tests.redis_client import Client


async def test_a_script_runs_once_for_each_call_and_says_what_was_refused(link: RedisLink, redis: Client) -> None:
    script = Script("coordinator", "scripts/lease.lua")
    await redis.hset("not a string", "a", "b")
    calls = [
        (["lease", "token"], ["acquire", "me", 1000, 0]),
        (["lease", "not a string"], ["renew", "me", 1000, 0]),
        (["not a string", "token"], ["acquire", "me", 1000, 0]),
    ]
    for _ in range(2):  # at first, and after Redis forgot it
        (token,), not_mine, wrong = await script.run(link, calls)
        assert token > 1_700_000_000_000
        assert not_mine == [0]
        assert isinstance(wrong, Refusal)
        assert wrong.kind == "WRONGTYPE"
        await redis.script_flush()


async def test_a_script_on_a_lost_link_raises(link: RedisLink) -> None:
    link.close()
    with pytest.raises(LinkLost):
        await Script("coordinator", "scripts/lease.lua").run(link, [(["a", "b"], ["release", "me", 1000, 0])])
