"""A gateway with everything around it."""

from collections.abc import AsyncIterator

import pytest

from gateway.timing import Timing
from tests.gateway.standin import QUICK, House, house
from tests.redis_client import Client


@pytest.fixture
def timing() -> Timing:
    """The times of the gateway in `home`; `with_timing` gives it others."""
    return QUICK


@pytest.fixture
async def home(redis: Client, redis_url: str, timing: Timing) -> AsyncIterator[House]:
    """A gateway that serves."""
    async with house(redis, redis_url, timing=timing) as inhabited:
        yield inhabited
