"""Every state and every event: what comes of it, and what the coordinator has to be told in the end."""

from itertools import product

import pytest

from gateway.seat import TRANSITIONS, Seat, SeatEvent, SeatState
from quickpoll.envelope import Binding, Identity
from quickpoll.protocol import Role

ANN, BOB = (Identity("123456", "n", Role.PLAYER, name) for name in ("ann", "bob"))
NOBODY, ENTERING, BOUND, CLOSED = SeatState


def seat_in(state: SeatState) -> Seat:
    """A seat to which as little as possible has happened; command 1 is under way, or let it in."""
    seat = Seat()
    if state is not NOBODY:
        seat.sent("a", enters=True)
    if state is BOUND:
        seat.admitted(1, Binding(ANN, 3, 2))
    if state is CLOSED:
        seat.closed()
    assert seat.state is state
    return seat


def fire(seat: Seat, event: SeatEvent) -> None:
    match event:
        case SeatEvent.SENT:
            seat.sent("b", enters=True)
        case SeatEvent.ADMITTED:
            seat.admitted(1, Binding(ANN, 3, 2))
        case SeatEvent.REFUSED:
            seat.refused(1)
        case SeatEvent.EXPIRED:
            seat.expired(1)
        case SeatEvent.LATE:
            seat.late(BOB)
        case SeatEvent.RELEASED:
            seat.released()
        case SeatEvent.CLOSED:
            seat.closed()


@pytest.mark.parametrize(("state", "event"), list(product(SeatState, SeatEvent)))
def test_each_event_does_to_each_state_what_the_table_says(state: SeatState, event: SeatEvent) -> None:
    seat = seat_in(state)
    after = TRANSITIONS[state].get(event)
    if after is None:
        with pytest.raises(AssertionError, match=event.name):
            fire(seat, event)
    else:
        fire(seat, event)
        assert seat.state is after
        assert (seat.identity is not None) == (after is BOUND)


def test_a_late_reply_is_owed_until_the_connection_closes() -> None:
    seat = seat_in(ENTERING)
    seat.expired(1)
    seat.late(ANN)
    assert seat.state is NOBODY
    assert seat.pay() == []
    seat.closed()
    assert seat.pay() == [ANN]
    assert seat.pay() == []


def test_two_late_replies_are_both_owed() -> None:
    """Else one player would count as connected from then on, and no question would close early any more."""
    seat = Seat()
    for name, identity in (("a", ANN), ("b", BOB)):
        number = seat.sent(name, enters=True)
        seat.expired(number)
        seat.late(identity)
    seat.closed()
    assert seat.pay() == [ANN, BOB]


def test_what_is_owed_and_whom_it_acts_as_are_paid_together() -> None:
    seat = seat_in(NOBODY)
    seat.late(BOB)
    seat.admitted(seat.sent("a", enters=True), Binding(ANN, 0, 0))
    seat.closed()
    assert seat.pay() == [BOB, ANN]


def test_who_is_let_in_by_another_try_owes_nothing_for_the_first() -> None:
    seat = seat_in(ENTERING)
    seat.expired(1)
    seat.late(ANN)
    assert seat.admitted(seat.sent("a", enters=True), Binding(ANN, 0, 0))
    seat.released()  # and has left
    seat.closed()
    assert seat.pay() == []


def test_a_second_identity_is_owed_and_not_taken() -> None:
    seat = seat_in(BOUND)
    assert not seat.admitted(2, Binding(BOB, 9, 9))
    assert (seat.identity, seat.seen_seq, seat.seen_step) == (ANN, 3, 2)
    seat.closed()
    assert seat.pay() == [BOB, ANN]


def test_a_reply_after_the_close_is_paid_at_once() -> None:
    seat = seat_in(CLOSED)
    assert not seat.admitted(1, Binding(ANN, 0, 0))
    assert seat.pay() == [ANN]
    seat.late(BOB)
    assert seat.pay() == [BOB]


def test_the_same_command_may_be_sent_again_and_no_other() -> None:
    seat = seat_in(ENTERING)
    assert not seat.is_entering_by_another("a")
    assert seat.is_entering_by_another("b")
    assert seat.is_entering_by_another(None)


def test_a_command_without_an_id_is_like_no_other() -> None:
    seat = Seat()
    seat.sent(None, enters=True)
    assert seat.is_entering_by_another(None)


@pytest.mark.parametrize("ends", [Seat.refused, Seat.expired])
def test_it_is_entering_until_the_last_of_two_has_ended(ends: object) -> None:
    seat = seat_in(ENTERING)
    again = seat.sent("a", enters=True)
    ends(seat, 1)  # type: ignore[operator]  # a method of Seat
    assert seat.state is ENTERING
    assert seat.is_entering_by_another("b")
    ends(seat, again)  # type: ignore[operator]
    assert seat.state is NOBODY


def test_who_leaves_while_the_same_command_is_under_way_is_entering_again() -> None:
    seat = seat_in(ENTERING)
    seat.sent("a", enters=True)
    seat.admitted(1, Binding(ANN, 0, 0))
    seat.released()
    assert seat.state is ENTERING


def test_commands_are_numbered_and_most_do_not_enter() -> None:
    seat = seat_in(BOUND)
    assert [seat.sent(None, enters=False) for _ in range(3)] == [2, 3, 4]
    assert seat.state is BOUND
