import msgspec
import pytest

from coordinator.engine import log_chain
from coordinator.log import file as log_file
from coordinator.log import pages as log_pages
from coordinator.log.pages import PAGE_BYTES, PAGE_RECORDS
from coordinator.log.replay import Replay
from quickpoll.keys import PartitionKeys
from quickpoll.protocol import Log, NextQuestion, Settings, encode_message
from quickpoll.store.nodes import Links
from tests.coordinator.engine.game import SINGLE, TRUE_FALSE, Game
from tests.redis_client import Client

KEYS, CODE = PartitionKeys(0), "123456"
KEY = KEYS.log(CODE)


async def pages(links: Links) -> list[str]:
    """All pages, as one who asks for them gets them."""
    texts: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        text, cursor = await log_pages.read(links, KEYS, CODE, cursor)
        texts.append(text)
    return texts


def crowd() -> Game:
    game = Game(SINGLE, TRUE_FALSE, settings=Settings(max_players=5000))
    seats = game.join_many(2500)
    game.open()
    for question in range(2):
        for seat in seats:
            game.answer(seat, 0)
        game.do(NextQuestion())
        if not question:
            game.now = game.session.head.opens_at
    return game


async def test_all_pages_in_a_row_are_a_file_that_replays(redis: Client, links: Links) -> None:
    game = crowd()
    await redis.rpush(KEY, *game.log)
    texts = await pages(links)
    assert len(texts) == 3
    assert all(len(encode_message(Log(text=text))) < 256 * 1024 for text in texts)
    text = "".join(texts).encode()
    assert text == game.exported()
    assert Replay(log_file.read(text)).run().head.log_hash == game.session.head.log_hash


@pytest.mark.parametrize("count", [1, PAGE_RECORDS, PAGE_RECORDS + 1])
async def test_a_page_ends_after_so_many_records(redis: Client, links: Links, count: int) -> None:
    await redis.rpush(KEY, *[b"[%d]" % number for number in range(count)])
    texts = await pages(links)
    assert len(texts) == 1 + (count > PAGE_RECORDS)
    assert "".join(texts).count("\n") == count + 1


async def test_a_page_ends_after_so_much_text(redis: Client, links: Links) -> None:
    text = msgspec.json.encode(["x" * 70_000])
    await redis.rpush(KEY, *[text] * 7)
    first, *others = await pages(links)
    assert PAGE_BYTES <= len(first) <= PAGE_BYTES + 71_000
    assert len(others) == 2


async def test_of_a_log_that_is_not_there_only_the_end_is_said(links: Links) -> None:
    assert await pages(links) == [log_file.end_line(0, log_chain.START) + "\n"]
