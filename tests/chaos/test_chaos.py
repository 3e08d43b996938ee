"""Each fault once, by name, in a short quiz on real processes; `make chaos` draws many more by seed.

Most of a fault is waiting, so the quizzes are played in lanes, side by side: each lane has a deployment of its own,
and each run leaves it whole. A test is about one run of them.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.chaos.cluster import Cluster
from tests.chaos.drill import Drill
from tests.chaos.faults import FAULTS, LOSSES

LANES = 3

pytestmark = pytest.mark.asyncio(loop_scope="module")

Runs = dict[str, "asyncio.Future[None]"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runs]:
    """What becomes of each fault's run, by name."""
    loop = asyncio.get_running_loop()
    runs: Runs = {fault: loop.create_future() for fault in FAULTS | LOSSES}
    waiting = list(enumerate(FAULTS | LOSSES))
    lanes = [loop.create_task(_play(tmp_path_factory, waiting, runs)) for _ in range(LANES)]
    yield runs
    await asyncio.gather(*lanes)


async def _play(folders: pytest.TempPathFactory, waiting: list[tuple[int, str]], runs: Runs) -> None:
    while waiting:
        async with Cluster(folders.mktemp("chaos")) as cluster:
            while waiting:
                seed, fault = waiting.pop(0)
                try:
                    await Drill(seed, [fault]).run(cluster)
                except Exception as error:  # the test of this fault shows it; the others get a new deployment
                    runs[fault].set_exception(error)
                    break
                runs[fault].set_result(None)


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_answer_is_lost_and_all_see_the_same(runs: Runs, fault: str) -> None:
    await runs[fault]


@pytest.mark.parametrize("fault", LOSSES)
async def test_nobody_is_left_waiting_for_a_session_that_is_lost(runs: Runs, fault: str) -> None:
    await runs[fault]
