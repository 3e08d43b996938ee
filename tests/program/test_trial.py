"""What is tried; what becomes of it when a server refuses it is in `test_preflight.py`."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from program.trial import refused, try_out
from quickpoll.settings import Durability
from quickpoll.store.link import Refusal
from quickpoll.store.nodes import open_node
from tests.redis_client import Client, node_of

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"AUTH", "HELLO", "SELECT", "CLUSTER", "ASKING", "CONFIG", "READONLY"}
"""On the way in, before the trial, or the name of a refusal."""


def words_of_the_program() -> set[str]:
    """What could be the name of a command in gateways, coordinators and their scripts."""
    python = [path for part in ("gateway", "coordinator", "quickpoll/store") for path in (ROOT / part).rglob("*.py")]
    said = {word for path in python for word in re.findall(r'"([A-Z]{3,})"', path.read_text())}
    scripts = (ROOT / "coordinator" / "scripts").glob("*.lua")
    return said | {word for path in scripts for word in re.findall(r"\bcall\('([A-Z]+)'", path.read_text())}


async def test_every_command_of_the_program_is_tried(redis: Client, redis_url: str) -> None:
    await redis.config_resetstat()
    await redis.script_flush()
    await try_out(node_of(redis_url), 3, Durability.REPLICA)
    sent = {name.removeprefix("cmdstat_").partition("|")[0].upper() for name in await redis.info("commandstats")}
    link = await open_node(node_of(redis_url))
    (known,) = await link.call([("COMMAND", "LIST")])
    link.close()
    used = words_of_the_program() & {name.decode().upper() for name in known}
    assert len(used) > 40
    assert used - ELSEWHERE <= sent


async def test_it_leaves_nothing_behind(redis: Client, redis_url: str) -> None:
    await try_out(node_of(redis_url), 3, Durability.REPLY)
    assert await redis.keys("*") == []


@pytest.mark.parametrize(
    ("what", "refusal", "advice"),
    [
        # As Redis 7.0 and Valkey 9 put it.
        ("XADD", "NOPERM this user has no permissions to run the 'xadd' command", r"the right \+xadd$"),
        ("XADD", "NOPERM User app has no permissions to run the 'xadd' command", r"the right \+xadd$"),
        ("CLIENT UNBLOCK", "NOPERM User app has no permissions to run it", r"the right \+client\|unblock$"),
        ("GET", "NOPERM this user has no permissions to access one of the keys used as arguments", r"~qp:\*$"),
        ("SPUBLISH", "NOPERM this user has no permissions to access one of the channels used", r"&qp:\*$"),
        ("SPUBLISH", "ERR unknown command 'SPUBLISH', with args beginning with: ", "needs Valkey 7.2, Redis 7"),
        ("EVALSHA", "ERR Error running script: script tried accessing undeclared key", "needs Valkey 7.2, Redis 7"),
        ("HELLO", "NOAUTH HELLO must be called with the client already authenticated", "demands a user and password"),
        ("SET", "READONLY You can't write against a read only replica.", "not a replica"),
        ("GET", "LOADING Redis is loading the dataset in memory", "is not ready yet .* try again"),
        ("SET", "OOM command not allowed when used memory > 'maxmemory'.", r"refuses SET \(OOM"),
    ],
)
def test_a_refusal_says_what_to_do(what: str, refusal: str, advice: str) -> None:
    assert re.search(advice, refused(what, Refusal(refusal)))


async def test_the_rights_in_the_documentation_are_enough(redis: Client, redis_url: str) -> None:
    text = (ROOT / "docs" / "durability.md").read_text()
    rights = re.search(r"ACL SETUSER quickpoll on >PASSWORD ([^`]+)", text)
    assert rights
    link = await open_node(node_of(redis_url))
    (made,) = await link.call([("ACL", "SETUSER", "quiz", "reset", "on", ">secret", *rights[1].split())])
    assert made == b"OK"
    try:
        user = replace(node_of(redis_url), username="quiz", password="secret")
        await try_out(user, 3, Durability.REPLICA)
    finally:
        await link.call([("ACL", "DELUSER", "quiz")])
        link.close()
