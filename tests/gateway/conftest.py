"""A gateway with everything around it."""

from collections.abc import AsyncIterator

import pytest

from quickpoll.store.library import Client
from tests.gateway.standin import House, house


@pytest.fixture
async def home(redis: Client, redis_url: str) -> AsyncIterator[House]:
    """A gateway that serves."""
    async with house(redis, redis_url) as inhabited:
        yield inhabited
