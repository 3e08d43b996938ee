"""A stand-in gateway on an empty server."""

from collections.abc import AsyncIterator

import pytest

from tests.coordinator.standin import Caller, calling


@pytest.fixture
async def gateway(redis_url: str) -> AsyncIterator[Caller]:
    """A gateway that is heard, before any coordinator runs."""
    async with calling(redis_url) as caller:
        yield caller
