"""Each fault once, by name, in a short quiz on real processes; `make chaos` draws many more by seed.

The deployment is started once for all faults (in each worker, where tests run side by side): each run leaves it whole.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.chaos.cluster import Cluster
from tests.chaos.drill import Drill
from tests.chaos.faults import FAULTS, LOSSES

SEEDS = {fault: seed for seed, fault in enumerate(FAULTS | LOSSES)}

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Deployment:
    """A cluster for run after run; after one that failed, the next run gets a new one."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stack = AsyncExitStack()
        self._cluster: Cluster | None = None

    async def run(self, fault: str) -> None:
        """Plays a quiz with one fault; raises what broke."""
        if self._cluster is None:
            self._cluster = await self._stack.enter_async_context(Cluster(self._folders.mktemp("chaos")))
        cluster, self._cluster = self._cluster, None
        await Drill(SEEDS[fault], [fault]).run(cluster)
        self._cluster = cluster

    async def stop(self) -> None:
        """Ends all processes."""
        await self._stack.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    deployment = Deployment(tmp_path_factory)
    yield deployment
    await deployment.stop()


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_answer_is_lost_and_all_see_the_same(deployment: Deployment, fault: str) -> None:
    await deployment.run(fault)


@pytest.mark.parametrize("fault", LOSSES)
async def test_nobody_is_left_waiting_for_a_session_that_is_lost(deployment: Deployment, fault: str) -> None:
    await deployment.run(fault)
