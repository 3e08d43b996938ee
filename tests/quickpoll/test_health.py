"""What a health check is told, and what only the internal port tells."""

import pytest

from quickpoll import __version__
from quickpoll.health import health

SECRET = "Redis does not answer: LinkLost('10.0.0.3:6379: refused')"


async def away() -> tuple[bool, str]:
    return False, SECRET


async def ready() -> tuple[bool, str]:
    return True, "ready"


async def must_not_be_asked() -> tuple[bool, str]:
    raise AssertionError("a process that cannot reach Redis is still alive")


@pytest.mark.parametrize("path", ["/livez", "/healthz", "/livez?verbose"])
async def test_alive_asks_nobody(path: str) -> None:
    assert await health(path, must_not_be_asked, tells_why=False) == (200, "ok\n")


async def test_the_status_says_whether_it_is_ready() -> None:
    assert await health("/readyz", ready, tells_why=True) == (200, "ok\n")
    assert await health("/readyz", away, tells_why=True) == (503, "not ready\n")


@pytest.mark.parametrize("query", ["?verbose", "?verbose=1", "?a=b&verbose"])
async def test_only_the_internal_port_tells_why(query: str) -> None:
    inside = await health("/readyz" + query, away, tells_why=True)
    assert inside == (503, f"not ready\n{SECRET}\nquickpoll {__version__}\n")
    assert await health("/readyz" + query, away, tells_why=False) == (503, "not ready\n")


@pytest.mark.parametrize("target", ["/", "/readyz/", "/verbose", "/x?verbose", "//h/readyz", "/readyz?averbose"])
async def test_what_only_looks_like_it_tells_nothing(target: str) -> None:
    assert SECRET not in str(await health(target, away, tells_why=True))


async def test_other_paths_are_no_health_checks() -> None:
    assert await health("/index.html", ready, tells_why=True) is None
