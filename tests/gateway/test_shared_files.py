"""Files of other versions of the pages are served, and nothing that somebody else has put into Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest

from gateway.pages import Pages
from gateway.shared_files import SharedFiles
from gateway.timing import DEFAULT
from quickpoll.keys import PAGE_FILE_PREFIX
from quickpoll.store.nodes import Links, OneNode
from quickpoll.tokens import Tokens
from tests.gateway.standin import TOKENS, House, house
from tests.redis_client import Client, node_of

BEFORE = "/assets/Results-0f3aB_c-.js"
"""A part of the pages that only the version before had."""
SCRIPT = b"export const version = 'before';"


def pages(folder: Path, **files: bytes) -> Pages:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<page>")
    for name, body in files.items():
        (folder / "assets" / name).write_bytes(body)
    return Pages(folder)


@pytest.fixture
def before(tmp_path: Path) -> Pages:
    name = BEFORE.rpartition("/")[2]
    return pages(tmp_path / "before", **{name: SCRIPT, name + ".br": b"brotli", name + ".gz": b"gzip"})


@pytest.fixture
def after(tmp_path: Path) -> Pages:
    return pages(tmp_path / "after", **{"Results-1a2b3c4d.js": b"export {};"})


async def get(home: House, path: str, accept: str = "") -> tuple[int, Message, bytes]:
    """Status, headers and body of a GET."""
    reader, writer = await asyncio.open_connection("127.0.0.1", home.gateway.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: {accept}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    line, _, headers = head.partition(b"\r\n")
    return int(line.split()[1]), BytesParser().parsebytes(headers), body


@asynccontextmanager
async def sharing(redis_url: str, of: Pages, tokens: Tokens = TOKENS) -> AsyncIterator[SharedFiles]:
    links = Links(OneNode(node_of(redis_url)))
    yield SharedFiles(links, of, tokens, DEFAULT, set())
    links.close()


async def test_a_page_from_before_an_update_gets_its_parts_from_a_gateway_of_the_new_version(
    redis: Client, redis_url: str, before: Pages, after: Pages
) -> None:
    async with house(redis, redis_url, pages=before):
        pass
    async with house(redis, redis_url, pages=after) as home:
        status, headers, body = await get(home, BEFORE, accept="br")
        assert (status, headers["content-encoding"], body) == (200, "br", b"brotli")
        status, headers, body = await get(home, BEFORE)
        assert (status, headers["content-type"], body) == (200, "text/javascript; charset=utf-8", SCRIPT)
        assert "immutable" in headers["cache-control"]
        assert (await get(home, "/assets/Results-00000000.js"))[0] == 404


async def test_only_what_has_a_hash_in_its_name_is_shared_and_it_does_not_stay_for_good(
    redis: Client, redis_url: str, before: Pages
) -> None:
    async with sharing(redis_url, before) as files:
        await files.share()
        assert await redis.keys("*") == [(PAGE_FILE_PREFIX + BEFORE).encode()]
        await redis.pexpire(PAGE_FILE_PREFIX + BEFORE, 1000)
        await files.share()
        assert await redis.pttl(PAGE_FILE_PREFIX + BEFORE) > DEFAULT.share_files_ms - 10_000


@pytest.mark.parametrize("tampered", ["nothing", "another secret", "another name", "cut", "text"])
async def test_what_a_gateway_has_not_sealed_under_this_name_is_not_served(
    redis: Client, redis_url: str, before: Pages, after: Pages, tampered: str
) -> None:
    async with sharing(redis_url, before) as files, sharing(redis_url, after, Tokens("another secret")) as foreign:
        await files.share()
        assert await files.find(BEFORE)
        sealed = await redis.get(PAGE_FILE_PREFIX + BEFORE)
        assert isinstance(sealed, bytes)
        path = "/assets/Results-ffffffff.js"
        match tampered:
            case "another secret":
                assert await foreign.find(BEFORE) is None
            case "another name":
                await redis.set(PAGE_FILE_PREFIX + path, sealed)
            case "cut":
                await redis.set(PAGE_FILE_PREFIX + path, sealed[:20])
            case "text":
                await redis.set(PAGE_FILE_PREFIX + path, "alert(1)")
        assert await files.find(path) is None


async def test_while_redis_is_away_a_file_of_another_version_is_missing_and_ours_are_there(
    redis: Client, redis_url: str, before: Pages, tmp_path: Path
) -> None:
    links = Links(OneNode(node_of(f"unix://{tmp_path}/nobody")))
    assert await SharedFiles(links, before, TOKENS, DEFAULT, set()).find("/assets/Gone-12345678.js") is None
    links.close()
    async with house(redis, redis_url, pages=before) as home:
        await redis.client_pause(300)
        assert (await asyncio.wait_for(get(home, BEFORE), 0.25))[0] == 200
