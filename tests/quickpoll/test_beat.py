import asyncio

import pytest

from quickpoll.beat import BEAT_S, until_beat


@pytest.mark.parametrize(
    ("now", "every_s", "wait_s"), [(10.25, 0.5, 0.25), (10.0, 0.5, 0.5), (10.499, 0.5, 0.501), (7.0, 2.0, 1.0)]
)
async def test_it_is_so_long_to_the_next_multiple(
    now: float, every_s: float, wait_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    assert until_beat(every_s) == pytest.approx(wait_s)


async def test_what_waits_for_the_same_beat_is_woken_once() -> None:
    loop = asyncio.get_running_loop()
    woken: list[float] = []

    async def wait(every_s: float) -> None:
        await asyncio.sleep(until_beat(every_s))
        woken.append(loop.time())

    await asyncio.gather(*(wait(0.1) for _ in range(3)))
    assert max(woken) - min(woken) < 0.05


def test_two_beats_are_a_multiple_of_one_without_rounding() -> None:
    assert (2 * BEAT_S) % BEAT_S == 0
