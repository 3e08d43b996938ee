"""Names and answers are all that is known of people, and they are gone when their session is."""

from pathlib import Path
from typing import Any

from clients.player import QuizClient
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import EndSession, StartQuiz
from tests.redis_client import Client as Redis
from tests.system.game import ask, check_results, join, open_session
from tests.system.harness import coordinator, gateway, running, websocket_url

NAME = "Scheherazade"


async def holding(redis: Redis, text: str) -> dict[str, int]:
    """The keys in which a text is found, and in how many ms each expires."""
    keys: Any = await redis.keys("*")
    return {key.decode(): await redis.pttl(key) for key in keys if text.encode() in await _content(redis, key.decode())}


async def _content(redis: Redis, key: str) -> bytes:
    kind: Any = await redis.type(key)
    match kind.decode() if isinstance(kind, bytes) else kind:
        case "hash":
            content: Any = await redis.hgetall(key)
        case "stream":
            content = await redis.xrange(key)
        case "list":
            content = await redis.lrange(key, 0, -1)
        case "zset":
            content = await redis.zrange(key, 0, -1)
        case "set":
            content = await redis.smembers(key)
        case _:
            content = await redis.get(key)
    return repr(content).encode()


async def test_what_is_known_of_a_player_ends_with_the_session(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    at, engine = gateway(tmp_path, redis_url), coordinator(tmp_path, redis_url)
    async with running(at, engine):
        async with QuizClient.connect(websocket_url(at)) as host, QuizClient.connect(websocket_url(at)) as client:
            created = await open_session(host)
            player = await join(client, created.code, NAME)
            asked = await ask(host, [player], StartQuiz())
            await player.answer(asked, 1)
            await check_results(host, [player])

            keys = PartitionKeys(partition_of(created.code, 64))
            assert keys.session(created.code) in await holding(redis, NAME)
            for key in await holding(redis, NAME):
                assert await redis.pttl(key) > 0, f"{key} never expires"

            await host.call(EndSession())
            assert await client.closed() == (4500, "ended_by_host")
        left = await holding(redis, NAME)
        assert left.keys() <= {keys.history(created.code)}, "what gateways may still have to deliver"
        assert all(0 < expires_ms <= 120_000 for expires_ms in left.values())
        assert await at.stop() == await engine.stop() == 0
    logged = at.log.read_text() + engine.log.read_text()
    for secret in (NAME, created.host_token, player.joined.player_token, created.host_token.rpartition(".")[2]):
        assert secret not in logged
