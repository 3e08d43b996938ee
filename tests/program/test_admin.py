import asyncio
import re
import time
from collections.abc import AsyncIterator

import pytest

from program.admin import Admin
from quickpoll import __version__
from quickpoll.metrics import CoordinatorFigures
from tests.coordinator.standin import eventually


class Part:
    """A process whose readiness the test decides."""

    def __init__(self) -> None:
        self.is_ready = (True, "all 64 partitions have an owner")
        self.figures = CoordinatorFigures(partitions_owned=lambda: 64)

    async def ready(self) -> tuple[bool, str]:
        return self.is_ready


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
async def admin(part: Part) -> AsyncIterator[Admin]:
    admin = Admin("127.0.0.1", 0, part.ready, [part.figures])
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


async def test_figures_are_told_as_they_stand(admin: Admin, part: Part) -> None:
    part.figures.batches["fenced"] += 1
    status, text = await get(admin, "/metrics")
    assert status == 200
    assert "\nquickpoll_partitions_owned 64.0\n" in text
    assert '\nquickpoll_batches_total{outcome="fenced"} 1.0\n' in text
    part.figures.batches["fenced"] += 1
    assert '\nquickpoll_batches_total{outcome="fenced"} 2.0\n' in (await get(admin, "/metrics"))[1]


async def test_how_late_the_event_loop_is_shows(part: Part) -> None:
    admin = Admin("127.0.0.1", 0, part.ready, lag_every_s=0.001)
    await admin.start()
    try:
        await get(admin, "/livez")  # it looks by now
        time.sleep(0.3)  # noqa: ASYNC251  (the point of it)
        await eventually(lambda: shows_a_late_turn(admin))
    finally:
        await admin.stop()


async def shows_a_late_turn(admin: Admin) -> bool:
    text = (await get(admin, "/metrics"))[1]
    buckets = dict(re.findall(r'quickpoll_event_loop_lag_seconds_bucket{le="([^"]+)"} ([0-9.]+)', text))
    return float(buckets["+Inf"]) > float(buckets["0.1"])


async def test_a_port_in_use_is_an_error(admin: Admin, part: Part) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await Admin("127.0.0.1", admin.port, part.ready).start()
