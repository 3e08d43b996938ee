from hypothesis import given
from hypothesis import strategies as st

from coordinator.batch.deadlines import FEW, Deadlines

CODES = st.sampled_from("abcdefgh")
MOMENTS = st.integers(0, 20)


@given(st.dictionaries(CODES, MOMENTS), st.lists(st.tuples(CODES, MOMENTS | st.none()), max_size=300), MOMENTS)
def test_it_answers_as_a_look_at_all_of_them_would(
    at_first: dict[str, int], changes: list[tuple[str, int | None]], now: int
) -> None:
    deadlines, expected = Deadlines(at_first.items()), dict(at_first)
    for code, at in changes:
        deadlines.set(code, at)
        expected.pop(code, None)
        if at is not None:
            expected[code] = at
        assert deadlines.first == min(expected.values(), default=None)
        assert sorted(deadlines.due(now)) == sorted(code for code, at in expected.items() if at <= now)
    assert sorted(deadlines.codes) == sorted(expected)
    assert len(deadlines) == len(expected)
    assert all(deadlines.get(code) == expected.get(code) for code in "abcdefghi")
    assert all((code in deadlines) == (code in expected) for code in "abcdefghi")


def test_what_is_due_is_named_once_also_after_it_moved_away_and_back() -> None:
    deadlines = Deadlines()
    for at in (1, 5, 9, 5, 9, 5):
        deadlines.set("a", at)
    assert deadlines.due(5) == ["a"]


def test_a_batch_costs_by_what_it_moves() -> None:
    """Counted in comparisons of moments, not in seconds."""
    deadlines = Deadlines((str(code), Counted(1000 + code)) for code in range(10_000))
    Counted.comparisons = 0
    for turn in range(100):
        deadlines.set("7", Counted(2000 + turn))
        assert deadlines.first == 1000
        assert deadlines.due(1002) == ["0", "2", "1"]
    assert Counted.comparisons < 100 * 100


def test_places_of_deadlines_that_moved_do_not_pile_up() -> None:
    deadlines = Deadlines([("last", 0)])
    for at in range(100 * FEW):
        deadlines.set("moves", 10 + at)
    assert deadlines.places < 3 * FEW


class Counted(int):
    """A moment that counts how often it is compared."""

    comparisons = 0

    def __lt__(self, other: int) -> bool:
        Counted.comparisons += 1
        return super().__lt__(other)

    def __le__(self, other: int) -> bool:
        Counted.comparisons += 1
        return super().__le__(other)

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return super().__eq__(other)

    __hash__ = int.__hash__
