"""Who may send what, and how fast."""

import pytest

from gateway.admission import BURST, FRAME_BURST, MAX_REFUSALS, REFUSALS_WINDOW_S, Admission, why_forbidden
from quickpoll.protocol import (
    AnyClientMessage,
    JoinSession,
    ReportFailure,
    ResumeSession,
    Role,
    StartQuiz,
    SubmitAnswer,
    SyncClock,
)

JOIN = JoinSession(code="123456", name="Ann")


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        (JOIN, {None}),
        (ResumeSession(token="t"), {None}),
        (StartQuiz(), {Role.HOST}),
        (SubmitAnswer(question=0, answer=1), {Role.PLAYER}),
        (ReportFailure(where="view"), {None, Role.HOST, Role.PLAYER}),
        (SyncClock(t0=1), {None, Role.HOST, Role.PLAYER}),
    ],
)
def test_each_command_belongs_to_a_role(command: AnyClientMessage, allowed: set[Role | None]) -> None:
    for role in (None, Role.HOST, Role.PLAYER):
        assert (why_forbidden(command, role, entering=False) is None) == (role in allowed)


def test_a_connection_joins_one_session_at_a_time() -> None:
    assert why_forbidden(JOIN, None, entering=True) is not None


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    admission = Admission(100.0)
    assert [admission.take(100.0) for _ in range(BURST + 2)] == [0] * BURST + [100, 100]
    assert admission.take(100.125) == 0
    assert admission.take(100.125) == 75


def test_after_a_pause_the_whole_burst_is_there_again_and_no_more() -> None:
    admission = Admission(0.0)
    for _ in range(BURST):
        admission.take(0.0)
    assert sum(admission.take(3600.0) == 0 for _ in range(3 * BURST)) == BURST


def test_who_goes_on_being_refused_is_flooding() -> None:
    admission = Admission(0.0)
    assert [admission.refused(1.0) for _ in range(MAX_REFUSALS)] == [False] * (MAX_REFUSALS - 1) + [True]


def test_refusals_of_long_ago_are_forgotten() -> None:
    admission = Admission(0.0)
    for _ in range(MAX_REFUSALS - 1):
        admission.refused(0.0)
    assert not admission.refused(REFUSALS_WINDOW_S + 1)


def test_pings_and_fragments_have_a_limit_of_their_own() -> None:
    admission = Admission(0.0)
    assert not any(admission.frame_floods(0.0) for _ in range(FRAME_BURST))
    assert admission.frame_floods(0.0)
    assert admission.take(0.0) == 0
