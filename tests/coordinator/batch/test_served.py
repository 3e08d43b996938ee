from coordinator.batch.served import ANY, Served, ServedPair

A1, A2, B1 = ServedPair("a", "111111"), ServedPair("a", "222222"), ServedPair("b", "111111")


def test_it_tells_what_a_gateway_has_served_and_who_has_served_a_session() -> None:
    served = Served([A1, A2, B1])
    assert set(served.by("a")) == {"111111", "222222"}
    assert served.pairs_of_gateway("b") == {B1}
    assert served.pairs_of_session("111111") == {A1, B1}
    assert A2 in served
    assert ServedPair("b", "222222") not in served
    assert not served.by("unknown")


def test_what_was_stored_is_known_from_then_on() -> None:
    served = Served([A1])
    served.note_stored(added=[B1], removed=[A1])
    assert A1 not in served
    assert B1 in served
    assert len(served) == 1
    assert not served.by("a")


def test_a_pair_that_is_removed_and_added_at_once_stays() -> None:
    served = Served([A1])
    served.note_stored(added=[A1], removed=[A1])
    assert A1 in served


def test_after_a_commit_that_kept_no_index_every_gateway_may_have_served_any_session() -> None:
    gone = ServedPair("gone", "111111")
    over = ServedPair("a", "333333")
    served = Served.incomplete([A1, gone, over], ["a", "b"], ["111111", "222222"])
    assert set(served.by("a")) == {"111111", ANY}
    assert set(served.by("b")) == {ANY}
    assert served.unstored_added == {ServedPair("a", ANY), ServedPair("b", ANY)}
    assert served.unstored_removed == {gone, over}
    served.note_stored(served.unstored_added, served.unstored_removed)
    assert not served.unstored_added | served.unstored_removed
    assert set(served.by("b")) == {ANY}


def test_a_pair_is_stored_as_text() -> None:
    for pair in (A1, ServedPair("a", ANY)):
        assert ServedPair.parse(str(pair).encode()) == pair
