import pytest

from tests.simulation.model import ALL, Broken, Rules, explore

DEPTH = 13
NEEDED = {
    "fence_is_checked": "a coordinator has committed after another had taken its lease",
    "fence_follows_clock": "two coordinators have committed under one fence",
    "retakes_what_went_back": "clients were told",
    "forks_are_seen": "clients were told",
}


def test_with_all_rules_no_order_of_events_breaks_anything() -> None:
    assert explore(DEPTH) > 40_000


@pytest.mark.parametrize("rule", NEEDED)
def test_without_a_rule_something_breaks(rule: str) -> None:
    with pytest.raises(Broken, match=NEEDED[rule]):
        explore(DEPTH, ALL._replace(**{rule: False}))


def test_the_offset_is_checked_for_the_sake_of_what_a_new_fence_for_each_doubt_would_do_as_well() -> None:
    """A commit that is late, of an owner that has loaded since: the fence taken for its doubt refuses it, too."""
    assert {*NEEDED, "offset_is_checked"} == set(Rules._fields)
    assert explore(DEPTH, ALL._replace(offset_is_checked=False)) > 40_000
    with pytest.raises(Broken, match="clients were told"):
        explore(DEPTH, ALL._replace(offset_is_checked=False, retakes_what_went_back=False))
