from coordinator.engine import history
from coordinator.engine.history import Outcome
from coordinator.engine.players import Player
from coordinator.engine.ranking import assign_ranks, entries, in_order


def player(number: int, points: int, response_total_ms: int = 0, rank: int | None = None) -> Player:
    return Player(
        id=f"p{number}",
        number=number,
        name=f"P{number}",
        name_key=f"p{number}",
        avatar="a",
        join_id="",
        connection=None,
        points=points,
        response_total_ms=response_total_ms,
        rank=rank,
    )


def test_players_with_equal_points_share_a_rank_and_the_next_is_skipped() -> None:
    ordered = in_order([player(0, 10), player(1, 50), player(2, 50), player(3, 70)])
    assign_ranks(ordered)
    assert [(p.id, p.rank) for p in ordered] == [("p3", 1), ("p1", 2), ("p2", 2), ("p0", 4)]


def test_players_without_points_share_a_rank_too() -> None:
    ordered = in_order([player(0, 0), player(1, 0)])
    assign_ranks(ordered)
    assert [p.rank for p in ordered] == [1, 1]


def test_among_equals_the_quicker_is_first_and_then_who_joined_first() -> None:
    ordered = in_order([player(2, 50, 3000), player(1, 50, 3000), player(0, 50, 9000), player(3, 50, 100)])
    assert [p.id for p in ordered] == ["p3", "p1", "p2", "p0"]


def test_only_players_whose_rank_is_another_one_have_changed() -> None:
    ordered = in_order([player(0, 30, rank=1), player(1, 20, rank=3), player(2, 10)])
    assert assign_ranks(ordered) == {"p1", "p2"}


def test_a_line_says_what_the_question_brought_and_what_the_rank_was() -> None:
    one, late = player(0, 900, rank=1), player(1, 100, rank=2)
    one.previous_rank = 4
    history.remember(one, 3, Outcome(0, 100, 400, 5))
    first, second = entries([one, late], 3, 10)
    assert (first.points, first.delta, first.previous_rank) == (900, 400, 4)
    assert (second.rank, second.delta, second.previous_rank) == (2, 0, None)


def test_a_table_has_no_more_lines_than_asked_for() -> None:
    assert len(entries([player(n, 0, rank=1) for n in range(12)], None, 10)) == 10


def test_totals_below_zero_are_ranked_like_others() -> None:
    ordered = in_order([player(0, -1), player(1, -1), player(2, -700), player(3, 0)])
    assign_ranks(ordered)
    assert [(p.id, p.rank) for p in ordered] == [("p3", 1), ("p0", 2), ("p1", 2), ("p2", 4)]
    below = in_order([player(0, -1), player(1, -2)])
    assign_ranks(below)
    assert [p.rank for p in below] == [1, 2]
