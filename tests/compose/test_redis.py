"""The cluster and the sentinel file: a master is killed during a game, and everything is stopped and started again."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.compose.crowd import play_while
from tests.compose.deployment import Deployment, deployed

PLAYERS = 100


@pytest.fixture(scope="module", params=["cluster", "sentinel"])
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    with deployed([f"deploy/compose.{request.param}.yaml"], gateway=2, coordinator=2) as running:
        yield running


async def test_a_master_that_dies_during_a_game_loses_nothing(deployment: Deployment) -> None:
    """What was acknowledged is on a replica: QUICKPOLL_DURABILITY."""
    await play_while(deployment.url, PLAYERS, [partial(deployment.kill_one, "redis")])


async def test_after_a_restart_of_everything_it_is_the_same_cluster_again(deployment: Deployment) -> None:
    deployment.up()
    assert deployment.compose("down", "--timeout", "5").returncode == 0
    deployment.up()
    deployment.ready()
    await play_while(deployment.url, PLAYERS, [lambda: None])
