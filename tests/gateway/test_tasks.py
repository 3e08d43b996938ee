"""No task ends by a bug unheard."""

import asyncio

import pytest

from gateway.tasks import Tasks
from tests.gateway.standin import WITHIN_S


async def bug() -> None:
    raise ValueError("a bug")


async def nothing() -> None:
    pass


async def ended(tasks: Tasks) -> str:
    async with asyncio.timeout(WITHIN_S):
        return await tasks.ended()


async def test_work_that_fails_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    for start in (Tasks.run, Tasks.spawn):
        tasks = Tasks()
        start(tasks, bug(), "resync")
        assert await ended(tasks) == "resync"
    assert caplog.text.count("the gateway's resync ended") == 2
    assert "ValueError: a bug" in caplog.text


async def test_only_work_without_an_end_must_not_end() -> None:
    tasks = Tasks()
    tasks.spawn(nothing(), "a short one")
    tasks.run(nothing(), "an endless one")
    assert await ended(tasks) == "an endless one"


async def test_what_is_stopped_has_not_failed() -> None:
    tasks, before = Tasks(), asyncio.all_tasks()
    tasks.run(asyncio.Event().wait(), "waits")  # type: ignore[arg-type]  # what it returns is never seen
    tasks.spawn(asyncio.sleep(3600), "sleeps")
    await asyncio.sleep(0)
    await tasks.stop()
    assert asyncio.all_tasks() == before
    waiting = asyncio.create_task(tasks.ended())
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
