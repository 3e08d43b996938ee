"""The times of a coordinator; that they suit each other is asserted where they stand."""

from dataclasses import FrozenInstanceError, fields

import pytest

from coordinator.timing import DEFAULT, CoordinatorTiming


def test_nobody_changes_them() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT.lease_ms = 1  # type: ignore[misc]  # the point of it


@pytest.mark.parametrize("name", [field.name for field in fields(CoordinatorTiming)])
def test_all_of_them_are_real(name: str) -> None:
    assert getattr(DEFAULT, name) > 0


def test_a_lease_is_acted_on_for_less_time_than_it_lasts() -> None:
    assert CoordinatorTiming(lease_ms=3000, lease_margin_s=0.5).lease_valid_s == 2.5
