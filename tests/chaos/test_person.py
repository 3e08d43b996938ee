from quickpoll.protocol import (
    AnswerAccepted,
    ErrorCode,
    Phase,
    QuestionResults,
    Quiz,
    Resumed,
    Role,
    SessionView,
    Settings,
)
from tests.chaos.crowd import Crowd, Given


def results(question: int) -> QuestionResults:
    return QuestionResults(seq=1, question=question, correct=(), counts=(), answered=0, total=0, explanation=None)


async def test_results_that_a_ruling_tells_again_do_not_lead_back_to_their_question() -> None:
    """The host had gone on once more, when a ruling about an earlier question met slow networks."""
    host = Crowd("1", [], Quiz("Quiz", ()), Settings(), 0).host
    for question in (0, 1, 0):
        host.see(results(question))
    assert (host.phase, host.question) == (Phase.RESULTS, 1)


async def test_an_answer_counts_that_was_accepted_after_its_first_copy_was_refused() -> None:
    player = Crowd("1", [], Quiz("Quiz", ()), Settings(), 1).players[0]
    player.given[0] = Given(2, 0.0, refused=ErrorCode.QUESTION_CLOSED)
    accepted = AnswerAccepted(question=0, received_at=2, counted_at=1)
    player.see(accepted)
    assert player.given[0].accepted == accepted


async def test_who_comes_back_to_a_history_that_may_be_another_knows_no_receipts_any_more() -> None:
    """An answer was taken once more, a millisecond later by its new owner's clock, and logged under another receipt."""
    player = Crowd("1", [], Quiz("Quiz", ()), Settings(), 1, may_go_back=True).players[0]
    player.given[0] = Given(2, 0.0, accepted=AnswerAccepted(question=0, received_at=2, counted_at=1, receipt="ab"))
    view = SessionView(
        code="123456", title="Quiz", phase=Phase.ENDED, seq=9, locked=False, player_count=1, settings=Settings(),
        server_time=3, host_connected=True,
    )  # fmt: skip
    player.go_back(Resumed(role=Role.PLAYER, code="123456", session=view))
    assert player.given[0].accepted == AnswerAccepted(question=0, received_at=2, counted_at=1)
