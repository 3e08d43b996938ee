import asyncio

import pytest

from tests.simulation.loop import Host, SimulatedLoop, Stuck, here


def run(loop: SimulatedLoop, *work: "asyncio.Task[None]") -> None:
    async def all_done() -> None:
        await asyncio.wait(work)

    loop.run_until_complete(loop.supervisor.run(all_done()))
    loop.close()


def orders(seed: int) -> list[str]:
    """In which order two hosts of three callbacks each have their turns."""
    loop = SimulatedLoop(seed)
    said: list[str] = []

    async def say(name: str) -> None:
        for number in range(3):
            said.append(f"{name}{number}")
            await asyncio.sleep(0)

    run(loop, loop.host("one").run(say("a")), loop.host("other").run(say("b")))
    return said


def test_time_passes_only_when_there_is_nothing_to_do() -> None:
    loop = SimulatedLoop(1)
    moments: list[float] = []

    async def wait() -> None:
        for seconds in (3600.0, 0.5):
            await asyncio.sleep(seconds)
            moments.append(loop.time())

    run(loop, loop.host("one").run(wait()))
    assert moments == [3600.0, 3600.5]


def test_the_turns_of_hosts_are_drawn_and_each_of_them_keeps_its_own_order() -> None:
    assert orders(1) == orders(1)
    drawn = [orders(seed) for seed in range(10)]
    assert len({tuple(order) for order in drawn}) > 1
    for order in drawn:
        assert [word for word in order if word[0] == "a"] == ["a0", "a1", "a2"]


def test_a_host_that_is_paused_does_everything_later() -> None:
    loop = SimulatedLoop(1)
    host = loop.host("one")
    done_at: list[float] = []

    async def work() -> None:
        await asyncio.sleep(1)
        done_at.append(loop.time())

    async def pause() -> None:
        await asyncio.sleep(0.5)
        host.is_paused = True
        await asyncio.sleep(5)
        host.is_paused = False

    run(loop, host.run(work()), loop.host("other").run(pause()))
    assert done_at == [5.5]


def test_tasks_and_callbacks_belong_to_the_host_that_began_them() -> None:
    loop = SimulatedLoop(1)
    seen: list[Host] = []

    async def begin() -> None:
        asyncio.get_running_loop().call_later(1, lambda: seen.append(here()))
        await asyncio.create_task(go_on())

    async def go_on() -> None:
        await asyncio.sleep(2)
        seen.append(here())

    host = loop.host("one")
    run(loop, host.run(begin()))
    assert seen == [host, host]


def test_a_world_in_which_nothing_can_happen_any_more_ends() -> None:
    loop = SimulatedLoop(1)

    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck, match="nothing will ever happen"):
        run(loop, waiting := loop.host("one").run(wait()))
    waiting.cancel()
    run(loop, waiting)


def test_a_world_that_goes_round_in_circles_ends() -> None:
    loop = SimulatedLoop(1)

    async def spin() -> None:
        while True:  # noqa: ASYNC110  (it waits for nothing)
            await asyncio.sleep(0)

    with pytest.raises(Stuck, match="time stands still"):
        run(loop, spinning := loop.host("one").run(spin()))
    spinning.cancel()
    run(loop, spinning)


def test_what_nobody_takes_in_is_kept() -> None:
    loop = SimulatedLoop(1)
    loop.host("one").soon(lambda: 1 / 0)

    async def wait() -> None:
        await asyncio.sleep(1)

    run(loop, loop.host("other").run(wait()))
    (error,) = loop.errors
    assert "ZeroDivisionError" in error
