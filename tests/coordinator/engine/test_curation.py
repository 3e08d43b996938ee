import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from coordinator.engine.curation import NOTHING_DECIDED, Curation, texts_of
from coordinator.engine.kinds import Written

KEYS = st.sampled_from("abcd")
DECISIONS = st.lists(
    st.one_of(
        st.tuples(st.just("show"), KEYS, st.booleans()),
        st.tuples(st.just("merge"), KEYS, st.none() | KEYS),
    )
)


def decided(decisions: list[tuple[str, str, object]], *, picks: bool = False) -> Curation:
    curation = NOTHING_DECIDED
    for what, key, how in decisions:
        if what == "show":
            curation = curation.showing(curation.counted_as(key), picks=picks, withheld=key == "d", shown=bool(how))
        else:
            curation = curation.merging(key, None if how is None else str(how))
    return curation


@given(DECISIONS, st.booleans())
def test_merging_goes_one_step_and_nobody_is_lost(decisions: list[tuple[str, str, object]], picks: bool) -> None:
    curation = decided(decisions, picks=picks)
    assert not set(curation.merged) & set(curation.merged.values())
    written = [Written(key, key.upper(), 1, None) for key in "abcd"]
    told = curation.applied(written)
    assert [str(one.key) for one in told] == [
        curation.counted_as(key) for key in "abcd" if curation.counted_as(key) not in curation.hidden
    ]
    assert all(one.shown == str(one.key).upper() for one in told)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(curation), type=Curation) == curation


@given(DECISIONS)
def test_the_same_decision_again_changes_nothing(decisions: list[tuple[str, str, object]]) -> None:
    for picks in (True, False):
        curation = decided(decisions, picks=picks)
        for shown in (True, False):
            once = curation.showing("a", picks=picks, withheld=picks, shown=shown)
            assert once.showing("a", picks=picks, withheld=picks, shown=shown) == once
        once = curation.merging("a", "b")
        assert once.merging("a", "b") == once


def test_a_player_who_named_two_words_that_are_one_counts_once() -> None:
    (told,) = Curation(merged={"car": "auto"}).applied(
        [Written(("car", "auto", "bus"), ("Car", "Auto", "Bus"), 2, None)]
    )
    assert (told.key, told.shown, told.count) == (("auto", "bus"), ("Auto", "Bus"), 2)
    assert Curation(hidden=("bus",)).applied([Written(("bus",), ("Bus",), 1, None)]) == []


def test_a_text_that_is_picked_stays_so_under_the_text_it_is_merged_into() -> None:
    assert Curation(picked=("a", "b", "c")).merging("a", "b").picked == ("b", "c")
    assert texts_of([("a", "A"), ("a", "á"), (("b",), ("B",))]) == {"a": "A", "b": "B"}


def test_what_is_withheld_is_told_when_the_host_shows_it_or_a_ruling_accepts_it() -> None:
    written = [Written("a", "A", 2, 0, 0, ("a",)), Written("b", "B", 1, 0, 0)]
    assert [one.key for one in NOTHING_DECIDED.applied(written)] == ["b"]
    shown = NOTHING_DECIDED.showing("a", picks=False, withheld=True, shown=True)
    assert shown.applied(written) == written
    assert [one.key for one in shown.showing("a", picks=False, withheld=True, shown=False).applied(written)] == ["b"]
    assert NOTHING_DECIDED.applied([replace(written[0], share=50), written[1]])[0].key == "a"


def test_a_word_counts_with_another_only_where_that_one_is_told() -> None:
    written = [Written(("bad",), ("bad",), 3, None, None, ("bad",)), Written(("good",), ("Good",), 1, None)]
    (told,) = {one.key for one in NOTHING_DECIDED.merging("bad", "good").applied(written)}
    assert told == ("good",)
    assert NOTHING_DECIDED.merging("good", "bad").applied(written) == []
