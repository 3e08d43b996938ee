import asyncio
from collections.abc import AsyncIterator

import pytest

from quickpoll import __version__
from quickpoll.admin import Admin


class Part:
    """A process whose readiness the test decides."""

    def __init__(self) -> None:
        self.is_ready = (True, "all 64 partitions have an owner")

    async def ready(self) -> tuple[bool, str]:
        return self.is_ready


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
async def admin(part: Part) -> AsyncIterator[Admin]:
    admin = Admin("127.0.0.1", 0, part.ready)
    await admin.start()
    yield admin
    await admin.stop()


async def get(admin: Admin, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", admin.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), body


@pytest.mark.parametrize("path", ["/livez", "/healthz"])
async def test_a_process_lives_though_it_is_not_ready(admin: Admin, part: Part, path: str) -> None:
    part.is_ready = (False, "Redis does not answer")
    assert await get(admin, path) == (200, "ok\n")


async def test_it_is_ready_while_it_can_do_its_work(admin: Admin, part: Part) -> None:
    assert await get(admin, "/readyz") == (200, "ok\n")
    part.is_ready = (False, "Redis does not answer")
    assert await get(admin, "/readyz") == (503, "not ready\n")


async def test_verbose_tells_people_why(admin: Admin, part: Part) -> None:
    part.is_ready = (False, "Redis does not answer")
    assert await get(admin, "/readyz?verbose") == (
        503,
        f"not ready\nRedis does not answer\nquickpoll {__version__}\n",
    )


async def test_other_paths_are_not_found_nor_a_websocket(admin: Admin) -> None:
    assert (await get(admin, "/"))[0] == 404
    assert (await get(admin, "/ws"))[0] == 404


async def test_a_port_in_use_is_an_error(admin: Admin, part: Part) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await Admin("127.0.0.1", admin.port, part.ready).start()
