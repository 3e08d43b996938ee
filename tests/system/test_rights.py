"""A whole quiz by a Redis user that has exactly the rights of the documentation."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quickpoll.store.nodes import open_node
from tests.redis_client import node_of
from tests.system.harness import coordinator, gateway, running, websocket_url
from tests.system.test_whole_quiz import play

DOCUMENT = Path(__file__).parents[2] / "docs" / "durability.md"


@pytest.fixture
async def url_of_the_user(redis_url: str) -> AsyncIterator[str]:
    rights = re.search(r"ACL SETUSER quickpoll on >PASSWORD ([^`]+)", DOCUMENT.read_text())
    assert rights
    node = node_of(redis_url)
    link = await open_node(node)
    (made,) = await link.call([("ACL", "SETUSER", "quickpoll", "reset", "on", ">secret", *rights[1].split())])
    assert made == b"OK"
    yield f"unix://quickpoll:secret@{node.path}"
    await link.call([("ACL", "DELUSER", "quickpoll")])
    link.close()


async def test_a_quiz_is_played_with_the_rights_of_the_documentation(tmp_path: Path, url_of_the_user: str) -> None:
    one, other = gateway(tmp_path, url_of_the_user, 0), gateway(tmp_path, url_of_the_user, 1)
    owner = coordinator(tmp_path, url_of_the_user)
    async with running(one, other, owner):
        await play([websocket_url(one), websocket_url(other)])
    for process in (one, other, owner):
        assert "NOPERM" not in process.log.read_text()
