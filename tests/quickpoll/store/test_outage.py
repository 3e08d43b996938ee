import asyncio
import logging

import pytest

from quickpoll.store.outage import Outage, Unreachable


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited."""
    seconds: list[float] = []

    async def sleep(delay: float) -> None:
        seconds.append(delay)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return seconds


async def test_only_what_has_changed_is_said(pauses: list[float], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outage = Outage(logging.getLogger("part"), 1.0)
    outage.over()
    for _ in range(3):
        await outage.pause(OSError("refused"))
    assert outage.is_on
    outage.over()
    outage.over()
    assert not outage.is_on
    assert [record.message for record in caplog.records] == [
        "Redis cannot be used now: OSError('refused')",
        "Redis is back",
    ]


async def test_pauses_grow_up_to_the_longest(pauses: list[float]) -> None:
    outage = Outage(logging.getLogger("part"), 1.0)
    for _ in range(12):
        await outage.pause(None)
    assert pauses[0] <= 0.05
    assert 0.5 <= pauses[-1] <= 1.0
    assert max(pauses) <= 1.0


def test_parts_that_share_what_is_unreachable_speak_with_one_voice(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    unreachable: Unreachable = set()
    first, second = (Outage(logging.getLogger(name), 1.0, unreachable) for name in ("first", "second"))
    for outage in (first, second, first):
        outage.began(OSError("refused"))
    first.over()
    assert len(caplog.records) == 1
    second.over()
    assert [(record.name, record.message) for record in caplog.records] == [
        ("first", "Redis cannot be used now: OSError('refused')"),
        ("second", "Redis is back"),
    ]


def test_a_part_that_ends_no_longer_counts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    unreachable: Unreachable = set()
    first, second = (Outage(logging.getLogger(name), 1.0, unreachable) for name in ("first", "second"))
    for outage in (first, second):
        outage.began(None)
    second.forget()
    first.over()
    assert caplog.records[-1].message == "Redis is back"
