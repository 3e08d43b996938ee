"""The time as Redis tells it, for tests that look behind the clocks of the program."""

from tests.redis_client import Client


async def time_ms(client: Client) -> int:
    """Redis's own clock, in milliseconds since the Unix epoch."""
    seconds, microseconds = await client.time()
    return int(seconds) * 1000 + int(microseconds) // 1000
