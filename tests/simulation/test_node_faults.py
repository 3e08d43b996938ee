"""Games that broke something in the product when they were first played, and must not again."""

import pytest

from tests.simulation.play import play
from tests.simulation.scenario import draw

FOUND: dict[str, tuple[int, list[str]]] = {
    "a gateway that ended just after a slot had moved left a timer": (7, ["slot_moved", *["gateway_terminated"] * 2]),
    "a gateway did not start while one Sentinel was behind": (6, ["change_unheard", "gateway_terminated"]),
    "a question opened an hour late under a new master": (13, ["clocks_wrong", *["parts_exchanged"] * 2]),
}
"""Seed and faults of each."""


@pytest.mark.parametrize("bug", FOUND)
def test_what_was_found_does_not_come_back(bug: str) -> None:
    seed, names = FOUND[bug]
    assert play(draw(seed, *names)).wrong == ()
