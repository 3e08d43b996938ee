"""The times of a gateway; that they suit each other is asserted where they stand."""

from dataclasses import FrozenInstanceError, fields

import pytest

from gateway.timing import DEFAULT, Timing


def test_nobody_changes_them() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT.reply_s = 1.0  # type: ignore[misc]  # the point of it


@pytest.mark.parametrize("name", [field.name for field in fields(Timing)])
def test_all_of_them_are_real(name: str) -> None:
    assert getattr(DEFAULT, name) > 0
