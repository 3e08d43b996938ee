"""The law of continuity: the examples of decision 22, and everything else that may come."""

import pytest

from gateway.continuity import (
    MAX_LOOKS,
    CatchUp,
    Continuity,
    History,
    Position,
    StepVerdict,
    has_lost,
    judge,
    missing,
)
from quickpoll.envelope import Line, Step


def step(number: int, fence: int = 5, since: str = "") -> Step:
    return Step(fence, number, (), since)


def history(*numbers: int, published: int | None = None, offset: str = "9-0", fence: int = 5) -> History:
    """Those Steps, given newest first."""
    return History(numbers[0] if published is None else published, offset, [step(n, fence) for n in numbers])


@pytest.mark.parametrize(
    ("number", "fence", "verdict"),
    [
        (11, 5, StepVerdict.NEXT),
        (11, 6, StepVerdict.NEXT),
        (10, 5, StepVerdict.OLD),
        (3, 4, StepVerdict.OLD),
        (12, 5, StepVerdict.GAP),
        (10, 6, StepVerdict.FORKED),
        (3, 6, StepVerdict.FORKED),
        (11, 4, StepVerdict.FORKED),
    ],
)
def test_a_step_is_judged_from_the_last_one(number: int, fence: int, verdict: StepVerdict) -> None:
    assert judge(Position(5, 10), step(number, fence)) is verdict


def test_just_after_a_resume_any_owner_may_publish_the_next_step() -> None:
    assert judge(Position(0, 10), step(11)) is StepVerdict.NEXT
    assert judge(Position(0, 10), step(10)) is StepVerdict.OLD


@pytest.mark.parametrize(
    ("heard", "fence", "since", "lost"),
    [
        (Line(1, "0-0", "5-0"), 2, "4-9", True),
        (Line(1, "0-0", "5-0"), 2, "5-0", False),
        (Line(1, "0-0", "5-0"), 2, "40-0", False),
        (Line(1, "0-0", "5-0"), 1, "4-9", False),
        (Line(1, "0-0", "5-0"), 2, "", False),  # from a coordinator that does not say
        (None, 2, "4-9", False),
    ],
)
def test_a_new_owner_that_found_less_than_was_told_has_lost_it(
    heard: Line | None, fence: int, since: str, lost: bool
) -> None:
    assert has_lost(heard, fence, since) is lost


@pytest.mark.parametrize(
    ("last", "found", "steps"),
    [
        (12, [(12, 5), (11, 5), (10, 5)], [11, 12]),
        (12, [(12, 6), (11, 6), (10, 5)], [11, 12]),
        (12, [(12, 5), (11, 5)], [11, 12]),
        (12, [(12, 6), (11, 5), (10, 3)], [11, 12]),  # resumed under 5, when an earlier owner's step was the last
        (11, [(12, 5), (11, 5)], [11, 12]),  # one more came while it was read
        (10, [(10, 5), (9, 5)], []),
        (10, [], []),  # nothing new, and the history of a quiet session has expired
        (13, [(13, 5), (12, 5)], None),  # it no longer goes back so far
        (12, [(12, 6), (11, 6), (10, 6)], None),  # our step 10 was lost, and another took its place
        (9, [(9, 5)], None),  # ours was lost, and nothing came yet
        (12, [(12, 4), (11, 5), (10, 5)], None),
        (12, [(11, 5), (10, 5)], None),
        (12, [], None),
    ],
)
def test_what_is_missing_is_found_completely_or_not_at_all(
    last: int, found: list[tuple[int, int]], steps: list[int] | None
) -> None:
    newer = missing(Position(5, 10), last, [step(number, fence) for number, fence in found])
    assert (None if newer is None else [one.step for one in newer]) == steps


def test_a_new_session_without_history_misses_nothing() -> None:
    assert missing(Position(0, 0), 0, []) == []


def test_steps_that_follow_are_accepted_and_no_others() -> None:
    here = Continuity(Position(5, 10))
    assert here.hear(step(11)) is StepVerdict.NEXT
    here.accept(step(11))
    assert here.position == Position(5, 11)
    for wrong in (step(13), step(11), step(12, fence=4)):
        with pytest.raises(AssertionError, match="Step"):
            here.accept(wrong)


def test_a_step_of_an_owner_that_found_less_than_a_reply_told_is_of_another_history() -> None:
    here = Continuity(Position(1, 10))
    assert not here.hear_reply(Line(1, "0-0", "5-0"))
    assert here.hear(step(11, fence=2, since="4-9")) is StepVerdict.FORKED
    assert here.hear(step(11, fence=2, since="5-0")) is StepVerdict.NEXT


def test_so_is_a_reply() -> None:
    here = Continuity(Position(1, 10))
    assert not here.hear_reply(Line(1, "0-0", "5-0"))
    assert here.hear_reply(Line(2, "4-9", "6-0"))


def behind(*, heard_of: int = 0) -> Continuity:
    here = Continuity(Position(5, 10))
    here.fall_behind(heard_of)
    assert here.is_behind
    return here


def test_while_it_is_behind_steps_are_left_to_the_history() -> None:
    here = behind(heard_of=12)
    assert here.hear(step(11)) is StepVerdict.AWAITED
    assert here.position.step == 10


def test_a_complete_history_ends_it() -> None:
    here = behind(heard_of=12)
    outcome, steps = here.catch_up(history(12, 11, 10))
    assert (outcome, [one.step for one in steps]) == (CatchUp.DONE, [11, 12])
    assert not here.is_behind


def test_nothing_may_be_missing_at_all() -> None:
    assert behind().catch_up(history(10, 9)) == (CatchUp.DONE, [])


def test_a_step_that_was_heard_of_meanwhile_has_to_be_in_it() -> None:
    here = behind()
    here.hear(step(12))
    outcome, steps = here.catch_up(history(11, 10))
    assert (outcome, [one.step for one in steps]) == (CatchUp.AGAIN, [11])
    assert here.is_behind
    here.accept(steps[0])
    assert here.catch_up(history(12, 11))[0] is CatchUp.DONE


def test_after_some_looks_it_is_lost() -> None:
    here = behind(heard_of=11)
    outcomes = [here.catch_up(history(10))[0] for _ in range(MAX_LOOKS)]
    assert outcomes == [CatchUp.AGAIN] * (MAX_LOOKS - 1) + [CatchUp.LOST]


def test_looks_are_counted_anew_each_time() -> None:
    here = behind(heard_of=11)
    for _ in range(MAX_LOOKS - 1):
        here.catch_up(history(10))
    assert here.catch_up(history(11, 10))[0] is CatchUp.DONE
    here.accept(step(11))
    here.fall_behind(12)
    assert here.catch_up(history(11, 10))[0] is CatchUp.AGAIN


@pytest.mark.parametrize("found", [history(12, 11, 10, fence=6), history(13, 12), History(12, "9-0", None)])
def test_a_history_that_does_not_follow_or_cannot_be_read_is_lost(found: History) -> None:
    assert behind().catch_up(found) == (CatchUp.LOST, [])


@pytest.mark.parametrize(("offset", "outcome"), [("4-9", CatchUp.LOST), ("5-0", CatchUp.DONE)])
def test_redis_that_holds_less_than_a_reply_told_has_lost_it(offset: str, outcome: CatchUp) -> None:
    here = Continuity(Position(5, 10))
    here.hear_reply(Line(5, "0-0", "5-0"))
    here.fall_behind()
    assert here.catch_up(history(10, offset=offset))[0] is outcome


def test_a_reply_that_came_while_it_was_read_may_be_later_than_what_was_read() -> None:
    here = behind()
    here.hear_reply(Line(5, "0-0", "99-0"))
    assert here.catch_up(history(10, offset="9-0"))[0] is CatchUp.DONE


def test_a_session_that_is_not_there_is_gone() -> None:
    assert behind().catch_up(History(None, "9-0", ())) == (CatchUp.GONE, [])


@pytest.mark.parametrize(("published", "outcome"), [(10, CatchUp.LOST), (None, CatchUp.GONE)])
def test_who_was_counted_as_dead_resumes_whatever_the_history_says(published: int | None, outcome: CatchUp) -> None:
    here = Continuity(Position(5, 10))
    here.fall_behind(is_counted_dead=True)
    here.fall_behind()  # something else happened as well
    assert here.catch_up(History(published, "9-0", [step(10)]))[0] is outcome


def test_only_what_was_asked_for_is_taken_in() -> None:
    with pytest.raises(AssertionError, match="asked"):
        Continuity(Position(5, 10)).catch_up(history(10))
