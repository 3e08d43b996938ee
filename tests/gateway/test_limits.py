"""What one address may do, and that a hall behind one address is never hindered."""

import logging

import pytest

from gateway import limits
from gateway.limits import ALL_MISSES, ATTACK_S, LARGE_MESSAGES, LARGE_MESSAGES_OF_AN_ADDRESS, MISSES, Limits, Throttled
from gateway.timing import DEFAULT
from quickpoll.protocol import (
    CreateSession,
    ErrorCode,
    JoinSession,
    LeaveSession,
    Option,
    PollQuestion,
    Quiz,
    ResumeSession,
)

HALL, TROLL = "192.0.2.1", "198.51.100.7"
CODE = "123456"
QUIZ = Quiz("T", (PollQuestion("?", (Option("a"), Option("b"))),))


@pytest.fixture
def budgets() -> Limits:
    return Limits(1000, 10, DEFAULT)


def code_of(number: int) -> str:
    return f"{number:06}"


def tries(budgets: Limits, code: str, now: float, address: str = HALL) -> Throttled | None:
    return budgets.enters(address, JoinSession(code=code, name="n"), now)


def misses(budgets: Limits, code: str, now: float, address: str = HALL) -> bool:
    """Tries a code that does not exist; returns whether it got as far as the answer."""
    if tries(budgets, code, now, address):
        return False
    budgets.refused(address, code, ErrorCode.SESSION_NOT_FOUND, now)
    return True


def guessed(budgets: Limits, now: float, address: str = TROLL, most: int = 1000) -> int:
    """How many codes somebody can try one after the other."""
    return next((number for number in range(most) if not misses(budgets, code_of(number), now, address)), most)


def test_wrong_codes_are_answered_a_few_times_and_then_slowly(budgets: Limits) -> None:
    assert guessed(budgets, now=0) == MISSES.burst
    refusal = tries(budgets, "999999", 0, TROLL)
    assert refusal == (
        ErrorCode.RATE_LIMITED,
        "Too many wrong codes came from your network. Try again in 10 s.",
        10_000,
    )
    assert guessed(budgets, now=10) == 1
    assert guessed(budgets, now=3600) == MISSES.burst


def test_another_address_has_its_own_budget(budgets: Limits) -> None:
    guessed(budgets, now=0)
    assert tries(budgets, CODE, 0) is None


def test_a_code_that_exists_costs_nothing(budgets: Limits) -> None:
    for number in range(200):
        assert tries(budgets, code_of(number), 0) is None
        budgets.entered(HALL, code_of(number), 0)


@pytest.mark.parametrize("error", [ErrorCode.NAME_TAKEN, ErrorCode.SESSION_FULL, ErrorCode.SESSION_ENDED])
def test_a_session_that_lets_nobody_in_is_no_wrong_code(budgets: Limits, error: ErrorCode) -> None:
    for _ in range(200):
        assert tries(budgets, CODE, 0) is None
        budgets.refused(HALL, CODE, error, 0)


def test_a_hall_that_types_one_code_at_the_same_moment_takes_one_token(budgets: Limits) -> None:
    assert all(tries(budgets, CODE, 0) is None for _ in range(1000))


def test_one_troll_in_the_hall_keeps_nobody_from_the_halls_own_session(budgets: Limits) -> None:
    budgets.entered(HALL, CODE, 0)  # its host, or its first player
    for second in range(0, 3600, 10):
        guessed(budgets, second, HALL)
        assert tries(budgets, CODE, second) is None
        assert tries(budgets, "777777", second) is not None


def test_codes_that_were_sent_together_are_counted_before_they_are_answered(budgets: Limits) -> None:
    passed = [code for code in map(code_of, range(1000)) if tries(budgets, code, 0, TROLL) is None]
    assert len(passed) == MISSES.burst


def test_a_code_without_an_answer_is_a_new_try_later(budgets: Limits) -> None:
    for second in (0, 1):
        assert tries(budgets, CODE, second) is None
    for number in range(MISSES.burst - 1):
        tries(budgets, code_of(number), 1)
    assert tries(budgets, CODE, 5) is None
    assert tries(budgets, CODE, DEFAULT.try_s + 1) is None
    assert tries(budgets, code_of(999), DEFAULT.try_s + 1) is not None


def test_a_session_that_is_gone_is_a_wrong_code_again(budgets: Limits) -> None:
    budgets.entered(HALL, CODE, 0)
    assert [misses(budgets, CODE, 1) for _ in range(MISSES.burst + 2)].count(True) == MISSES.burst + 1


def test_when_many_addresses_guess_each_has_fewer_tries(budgets: Limits, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    guessing = [guessed(budgets, 0.0, f"203.0.113.{number}") for number in range(100)]
    assert guessing[0] == MISSES.burst
    assert guessing[-1] == limits.MISSES_UNDER_ATTACK.burst
    assert sum(guessing) < ALL_MISSES.burst + 2 * MISSES.burst + 100 * limits.MISSES_UNDER_ATTACK.burst
    assert tries(budgets, CODE, 0.0, "203.0.113.200") is None  # who types the right code does not notice
    assert sum("many wrong codes" in record.message for record in caplog.records) == 1
    assert guessed(budgets, ATTACK_S + 10, "203.0.113.201") == MISSES.burst


def attack(budgets: Limits, now: float = 0.0) -> None:
    """Many addresses guess."""
    for number in range(100):
        guessed(budgets, now, f"203.0.113.{number}")


def test_under_attack_a_class_with_some_wrong_codes_waits_for_seconds(budgets: Limits) -> None:
    attack(budgets)
    assert guessed(budgets, 1.0, HALL) == 4
    waits = [tries(budgets, CODE, 1.0), tries(budgets, CODE, 6.0)]
    assert [wait and wait.retry_after_ms for wait in waits] == [5_000, None]
    budgets.entered(HALL, CODE, 6.1)
    assert tries(budgets, CODE, 6.1) is None


def test_under_attack_who_goes_on_guessing_waits_longer_each_time_also_who_knows_a_code(budgets: Limits) -> None:
    budgets.entered(TROLL, CODE, 0.0)
    attack(budgets)
    assert guessed(budgets, 1.0) == 4
    now, waited_s = 1.0, []
    for number in range(6):
        refusal = tries(budgets, code_of(900 + number), now, TROLL)
        assert refusal
        waited_s.append(refusal.retry_after_ms / 1000)
        now += waited_s[-1]
        attack(budgets, now)
        assert misses(budgets, code_of(900 + number), now, TROLL)
        budgets.entered(TROLL, CODE, now)
    assert waited_s == [5, 10, 20, 40, 60, 60]


def test_sessions_of_an_address_are_counted_by_the_hour(budgets: Limits) -> None:
    opened = [budgets.enters(HALL, CreateSession(quiz=QUIZ), 0) for _ in range(11)]
    assert opened[:10] == [None] * 10
    assert opened[10] == (
        ErrorCode.TOO_MANY_SESSIONS,
        "Too many sessions were opened from your network. Try again in 360 s.",
        360_000,
    )
    budgets.not_stored(HALL, LeaveSession(), 0)
    assert budgets.enters(HALL, CreateSession(quiz=QUIZ), 0)
    budgets.not_stored(HALL, CreateSession(quiz=QUIZ), 0)
    assert budgets.enters(HALL, CreateSession(quiz=QUIZ), 0) is None
    assert budgets.enters(HALL, CreateSession(quiz=QUIZ), 360) is None
    assert budgets.enters(TROLL, CreateSession(quiz=QUIZ), 0) is None


def test_players_of_an_address_join_by_the_thousand_and_as_many_again_within_a_minute(budgets: Limits) -> None:
    assert sum(tries(budgets, CODE, 0) is None for _ in range(1200)) == 1000
    assert sum(tries(budgets, CODE, 60) is None for _ in range(1200)) == 1000


def test_a_session_is_not_overrun_from_many_addresses(budgets: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "JOINS_OF_A_SESSION", limits.Rate(50, 5.0))
    addresses = [f"203.0.113.{number}" for number in range(100)]
    assert sum(tries(budgets, CODE, 0, address) is None for address in addresses) == 50
    assert tries(budgets, "654321", 0) is None
    assert tries(budgets, CODE, 1) is None


def test_connections_that_somebody_joins_by_cost_nothing(budgets: Limits) -> None:
    for _ in range(5000):
        assert budgets.connects(HALL, 0) == 0
        budgets.entered(HALL, CODE, 0)
    assert sum(budgets.connects(TROLL, 0) == 0 for _ in range(5000)) == 1000


def test_who_has_a_token_resumes_whatever_the_others_of_the_address_did(budgets: Limits) -> None:
    guessed(budgets, 0, HALL)
    assert budgets.enters(HALL, ResumeSession(token="t"), 0) is None
    assert budgets.enters(HALL, LeaveSession(), 0) is None


def test_an_ipv6_network_of_one_customer_is_one_address(budgets: Limits) -> None:
    assert guessed(budgets, 0, "2001:db8:1:2::1") == MISSES.burst
    assert guessed(budgets, 0, "2001:db8:1:2:ffff::9") == 0
    assert guessed(budgets, 0, "2001:db8:1:3::1") == MISSES.burst
    assert guessed(budgets, 0, "fe80::1%eth0") == MISSES.burst


def test_large_messages_are_few_at_a_time(budgets: Limits) -> None:
    assert [budgets.holds_large(HALL, 0) for _ in range(LARGE_MESSAGES_OF_AN_ADDRESS + 1)].count(True) == (
        LARGE_MESSAGES_OF_AN_ADDRESS
    )
    budgets.lets_go(HALL, 0)
    assert budgets.holds_large(HALL, 0)
    others = [f"203.0.113.{number}" for number in range(LARGE_MESSAGES)]
    assert sum(budgets.holds_large(other, 0) for other in others) == LARGE_MESSAGES - LARGE_MESSAGES_OF_AN_ADDRESS


def test_what_is_known_of_addresses_does_not_grow_without_end(budgets: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ADDRESSES", 10)
    guessed(budgets, 0, HALL)
    for number in range(9):
        budgets.connects(f"203.0.113.{number}", 0)
    assert guessed(budgets, 0, HALL) == 0
    for number in range(10):
        budgets.connects(f"203.0.113.{number}", 0)
    assert guessed(budgets, 0, HALL) == MISSES.burst


def test_a_burst_is_one_line_in_the_log_and_names_the_address(
    budgets: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for second in (0, 30, 61):
        for number in range(500):
            misses(budgets, code_of(number), second, TROLL)
    assert [record.message for record in caplog.records] == ["too many codes that do not exist from one address"] * 2
    assert {vars(record)["address"] for record in caplog.records} == {TROLL}
