"""Tries on a node of Redis what QuickPoll will do there, with its very user, before anything depends on it.

Each command that the program sends is sent once, to keys and channels of their own that are deleted again. What a Redis
refuses in the middle of a game would be a game lost; here it is one line that says what to change.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

from quickpoll.keys import PartitionKeys
from quickpoll.settings import Durability, Failure
from quickpoll.store.link import Command, LinkLost, Push, RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import open_node
from quickpoll.store.script import Script

MESSAGE_WITHIN_S: Final = 2.0
EXPIRY_MS: Final = 60_000
"""Of the trial's keys, should it not get to deleting them."""
NEEDED: Final = "QuickPoll needs Valkey 7.2, Redis 7, or later ones"


async def try_out(node: Node, partition: int, durability: Durability) -> None:
    """Returns if everything works on a node.

    Args:
        node: the node.
        partition: one that lies there.
        durability: what will be asked for; `REPLICA` needs two more commands.

    Raises:
        Failure: something is refused, or does not work.
        StoreError: the node cannot be reached, or refuses the user.
    """
    keys, name = PartitionKeys(partition), f"trial:{secrets.token_hex(8)}"
    heard: asyncio.Queue[Push] = asyncio.Queue()
    link, ear = await open_node(node), await open_node(node, pushed=heard.put_nowait)
    try:
        own = f"{keys.prefix}{name}:"
        await _try_each(link, _commands(own))
        if durability is Durability.REPLICA:
            await _try_each(link, [("WAIT", 0, 0), ("INFO", "replication")])
        await _try_channels(link, ear, heard, own, [keys.channel(name), keys.replies(name)])
    finally:
        link.close()
        ear.close()


def _commands(own: str) -> list[Command]:
    """What the program sends, on keys that begin with `own`; only the last ones delete."""
    text, fields, texts, members, ranks, stream = (own + kind for kind in ("s", "h", "l", "m", "z", "x"))
    return [
        ("PING",),
        ("TIME",),
        ("CLIENT", "UNBLOCK", 0),
        ("SET", text, "1", "PX", EXPIRY_MS),
        ("GET", text),
        ("MGET", text),
        ("EXISTS", text),
        ("PTTL", text),
        ("HSET", fields, "a", "1"),
        ("HSETNX", fields, "b", "1"),
        ("PEXPIRE", fields, EXPIRY_MS),
        ("HGET", fields, "a"),
        ("HMGET", fields, "a"),
        ("HGETALL", fields),
        ("HDEL", fields, "b"),
        ("RPUSH", texts, "1"),
        ("PEXPIRE", texts, EXPIRY_MS),
        ("LRANGE", texts, 0, -1),
        ("SADD", members, "1"),
        ("PEXPIRE", members, EXPIRY_MS),
        ("SMEMBERS", members),
        ("SREM", members, "1"),
        ("ZADD", ranks, "XX", 1, "1"),
        ("ZADD", ranks, 1, "1"),
        ("PEXPIRE", ranks, EXPIRY_MS),
        ("ZSCORE", ranks, "1"),
        ("ZCARD", ranks),
        ("ZRANGE", ranks, 0, -1),
        ("ZRANGEBYSCORE", ranks, "-inf", "+inf"),
        ("ZREM", ranks, "2"),
        ("ZREMRANGEBYSCORE", ranks, "-inf", 0),
        ("XADD", stream, "MAXLEN", "~", 10, "*", "e", "1"),
        ("PEXPIRE", stream, EXPIRY_MS),
        ("XREAD", "COUNT", 1, "BLOCK", 1, "STREAMS", stream, "0"),
        ("XREVRANGE", stream, "+", "-", "COUNT", 1),
        ("XTRIM", stream, "MINID", "0-1"),
        ("DEL", fields, texts, members, ranks, stream),
    ]


async def _try_each(link: RedisLink, commands: Sequence[Command]) -> None:
    for command, reply in zip(commands, await link.call(commands), strict=True):
        if isinstance(reply, Refusal):
            raise Failure(refused(" ".join(str(word) for word in command[: 1 + (command[0] == "CLIENT")]), reply))


async def _try_channels(
    link: RedisLink, ear: RedisLink, heard: "asyncio.Queue[Push]", own: str, channels: Sequence[str]
) -> None:
    """Publishes as a commit does: by a script, on each kind of channel, to a link that is subscribed to them."""
    text, outbox = own + "s", own + "outbox"
    try:
        async with asyncio.timeout(MESSAGE_WITHIN_S):
            ear.tell([("SSUBSCRIBE", *channels)])
            await _hear(ear, heard, b"ssubscribe", len(channels))
            await _try_each(link, [("SPUBLISH", channels[0], "1")])
            await _hear(ear, heard, b"smessage", 1)
            await _try_each(link, [("RPUSH", outbox, *(word for channel in channels for word in (channel, "2")))])
            script = Script("coordinator", "scripts/publish.lua")
            (result,) = await script.run(link, [([text, outbox], ["1"])])
            if isinstance(result, Refusal):
                raise Failure(refused("EVALSHA, or SPUBLISH in a script,", result))
            await _hear(ear, heard, b"smessage", len(channels))
            ear.tell([("SUNSUBSCRIBE", *channels)])
            await _hear(ear, heard, b"sunsubscribe", len(channels))
            await _try_each(link, [("DEL", text)])
    except TimeoutError:
        raise Failure(
            "takes sharded subscriptions (SSUBSCRIBE), but passes on nothing that is published to them (SPUBLISH): "
            f"is there a proxy in between? {NEEDED}, reached directly"
        ) from None


async def _hear(ear: RedisLink, heard: "asyncio.Queue[Push]", kind: bytes, times: int) -> None:
    """Returns after so many pushes of a kind."""
    for _ in range(times):
        push = asyncio.ensure_future(heard.get())
        await asyncio.wait((push, ear.lost), return_when=asyncio.FIRST_COMPLETED)
        if not push.done():
            push.cancel()
            reason = ear.lost.result()
            if isinstance(reason, Refusal):
                raise Failure(refused("SSUBSCRIBE", reason))
            raise LinkLost(str(reason))
        if push.result()[0] != kind:
            raise LinkLost(f"{push.result()[0]!r} came where {kind!r} was to come")


def refused(what: str, refusal: Refusal) -> str:
    """What to do about a refusal, to follow the name of the server.

    Args:
        what: the command that was refused.
        refusal: as Redis put it.
    """
    text = str(refusal)
    match refusal.kind:
        case "NOPERM":
            return f"does not allow {what} to this user ({text}); give it the right {_right(what, text)}"
        case "NOAUTH":
            return "demands a user and password; set them in QUICKPOLL_REDIS_URL, as in redis://user:password@host:6379"
        case "WRONGPASS":
            return "refuses the user or the password of QUICKPOLL_REDIS_URL; correct them there"
        case "READONLY":
            return f"takes no writes ({text}); name the master in QUICKPOLL_REDIS_URL, not a replica"
        case "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "BUSY":
            return f"is not ready yet ({text}); try again"
    if "unknown command" in text or "unknown subcommand" in text or refusal.kind == "NOPROTO":
        return f"does not know {what} ({text}); {NEEDED}"
    if "undeclared key" in text:  # Dragonfly
        return f"runs scripts in another way than Redis ({text}); {NEEDED}"
    return f"refuses {what} ({text})"


def _right(what: str, text: str) -> str:
    """In the words of `ACL SETUSER`."""
    if "channel" in text:
        return "&qp:*"
    if "key" in text:
        return "~qp:*"
    _, quote, rest = text.partition("'")
    command = rest.partition("'")[0] if quote else what.lower().replace(" ", "|")
    return f"+{command}"
