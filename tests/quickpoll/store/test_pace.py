from time import monotonic

from quickpoll.store.pace import Pace


async def test_the_first_turn_comes_at_once_and_the_next_ones_at_the_pace() -> None:
    pace, began = Pace(0.05), monotonic()
    await pace.turn()
    assert monotonic() - began < 0.04
    await pace.turn()
    await pace.turn()
    assert monotonic() - began >= 0.1


async def test_after_a_quiet_moment_a_turn_comes_at_once() -> None:
    pace = Pace(0.02)
    await pace.turn()
    while pace.delay_ms:
        pass
    before = monotonic()
    await pace.turn()
    assert monotonic() - before < 0.015


async def test_some_turns_come_at_once_and_then_they_come_at_the_pace() -> None:
    pace, began = Pace(0.2, burst=3), monotonic()
    for _ in range(3):
        assert pace.delay_ms == 0
        await pace.turn()
    assert monotonic() - began < 0.2
    assert 0 < pace.delay_ms <= 200
    await pace.turn()
    assert monotonic() - began >= 0.2
    assert pace.delay_ms > 0, "what came at once is paid for"


async def test_a_turn_is_taken_at_once_or_not_at_all() -> None:
    pace = Pace(0.2, burst=2)
    assert pace.turn_at_once()
    assert pace.turn_at_once()
    assert not pace.turn_at_once()
    began = monotonic()
    await pace.turn()
    assert monotonic() - began > 0.1
