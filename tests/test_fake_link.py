import asyncio

from quickpoll.store.link import Push, Refusal
from tests.fake_link import open_fake_link

NAME = "links"


async def test_calls_are_answered_in_order_as_redis_would() -> None:
    link = await open_fake_link(NAME)
    assert await link.call([("SET", "text", "x"), ("GET", "text")]) == [b"OK", b"x"]
    (refused,) = await link.call([("XADD", "text", "*", "e", b"1")])
    assert isinstance(refused, Refusal)
    assert refused.kind == "WRONGTYPE"
    link.close()


async def test_links_to_one_address_share_data_and_channels() -> None:
    pushes: asyncio.Queue[Push] = asyncio.Queue()
    link, other = await open_fake_link(NAME, pushed=pushes.put_nowait), await open_fake_link(NAME)
    link.tell([("SSUBSCRIBE", "news")])
    async with asyncio.timeout(5):
        assert (await pushes.get())[:2] == [b"ssubscribe", b"news"]
        await other.call([("SPUBLISH", "news", b"\x01")])
        assert await pushes.get() == [b"smessage", b"news", b"\x01"]
    for each in (link, other):
        each.close()
        assert not each.is_open
