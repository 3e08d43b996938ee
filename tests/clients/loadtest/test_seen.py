"""Parts of a session become the whole."""

from clients.loadtest.ledger import Round
from clients.loadtest.seen import LiveCounts, QuestionTiming, Seen, count, together
from quickpoll.protocol import ErrorCode, Option, QuestionResults, SingleQuestion, YourFinal

QUESTION = SingleQuestion("?", (Option("a", correct=True), Option("b")))


def results(answered: int) -> QuestionResults:
    return QuestionResults(seq=1, question=0, correct=(0,), counts=(2, 0), answered=answered, total=2, explanation=None)


def part(player: int, answered: int = 2) -> Seen:
    return Seen(
        [
            Round(
                0, QUESTION, opens_at=5, chosen={player: 0}, accepted={player: 7}, results=[results(answered)],
                refused={player + 10: ErrorCode.INVALID_ANSWER}, late={player + 20}, repeated=1,
            )
        ],
        [QuestionTiming(asked={player: 1.0}, cut={player: 2.0})],
        joins={player: 0.1},
        finals={player: YourFinal(rank=1, points=0, correct=0, questions=1)},
        errors={"unavailable": 1},
        closes={1006: 2},
    )  # fmt: skip


def test_everything_that_the_parts_saw_is_in_the_whole() -> None:
    whole = together([part(0), part(1)])
    (played,) = whole.rounds
    assert (played.chosen, played.accepted, played.opens_at) == ({0: 0, 1: 0}, {0: 7, 1: 7}, 5)
    assert (set(played.refused), played.late, played.repeated) == ({10, 11}, {20, 21}, 2)
    assert whole.timings[0].asked == {0: 1.0, 1: 1.0}
    assert set(whole.timings[0].cut) == set(whole.joins) == set(whole.finals) == {0, 1}
    assert whole.errors == {"unavailable": 2}
    assert whole.closes == {1006: 4}


def test_results_that_differ_between_parts_are_kept_beside_each_other() -> None:
    assert len(together([part(0), part(1)]).rounds[0].results) == 1
    assert len(together([part(0), part(1, answered=1)]).rounds[0].results) == 2


def test_counts_add_up() -> None:
    tally = LiveCounts(joined=1, errors=2)
    tally.add(LiveCounts(joined=3, answered=4))
    assert tally == LiveCounts(joined=4, answered=4, errors=2)
    counts = {"a": 1}
    count(counts, "a")
    count(counts, "b", 3)
    assert counts == {"a": 2, "b": 3}
