import msgspec
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import tallying
from quickpoll.protocol import Tally, TextGroup


@given(st.lists(st.text(max_size=80), max_size=20))
def test_players_get_the_first_that_fit(texts: list[str]) -> None:
    groups = tuple(TextGroup(text=text, count=1, share=0) for text in texts)
    whole = Tally(groups=groups, distinct=len(texts))
    told = tallying.for_players(whole)
    assert told
    assert isinstance(told.groups, tuple)
    assert told.groups == groups[: len(told.groups)]
    assert told.distinct == len(texts)
    assert len(msgspec.json.encode(told)) <= tallying.PLAYERS_BYTES + 40
    if len(msgspec.json.encode(whole)) <= tallying.PLAYERS_BYTES:
        assert told == whole


def test_other_tallies_are_told_whole() -> None:
    tally = Tally(counts=(1, 2, 3))
    assert tallying.for_players(tally) is tally
    assert tallying.for_players(None) is None
