import pytest

from coordinator.engine.fitting import first_that_fit


@pytest.mark.parametrize(
    ("size", "fitting"), [(-1, ()), (3, ()), (4, ("a",)), (8, ("a", "b")), (14, ("a", "b")), (15, ("a", "b", "long"))]
)
def test_entries_are_taken_until_one_does_not_fit(size: int, fitting: tuple[str, ...]) -> None:
    assert first_that_fit(["a", "b", "long"][: len(fitting) + 1], size) == fitting


def test_what_comes_after_one_that_does_not_fit_is_left_out_though_it_is_shorter() -> None:
    assert first_that_fit(["a", "much longer", "b"], 12) == ("a",)
