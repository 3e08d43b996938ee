import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import tallying
from quickpoll.protocol import AcceptedText, QuestionResults, Solution, Tally, TextGroup, encode_message


def results(tally: Tally | None, accepted: int = 1) -> QuestionResults:
    texts = tuple(AcceptedText("x" * 80) for _ in range(accepted))
    return QuestionResults(
        seq=10**6,
        question=199,
        correct=(),
        counts=(),
        answered=20_000,
        total=20_000,
        explanation=None,
        solution=Solution(accepted=texts),
        tally=tally,
    )


@given(st.lists(st.text(max_size=80), max_size=20), st.integers(1, 20))
def test_players_get_the_most_frequent_that_fit_and_less_than_a_kilobyte(texts: list[str], accepted: int) -> None:
    groups = tuple(TextGroup(text=text, count=1, share=0) for text in texts)
    whole = results(Tally(groups=groups, distinct=len(texts)), accepted)
    told = tallying.for_players(whole)
    assert told.tally
    assert isinstance(told.tally.groups, tuple)
    assert told.tally.groups == groups[: len(told.tally.groups)]
    assert told.tally.distinct == len(texts)
    author = len(encode_message(results(Tally(groups=(), distinct=len(texts)), accepted)))
    assert len(encode_message(told)) <= max(1024, author + tallying.LEAST_BYTES)
    if len(encode_message(whole)) <= tallying.PLAYERS_BYTES:
        assert told == whole


@pytest.mark.parametrize("tally", [None, Tally(counts=(1, 2, 3))])
def test_other_results_are_told_whole(tally: Tally | None) -> None:
    whole = results(tally)
    assert tallying.for_players(whole) is whole
