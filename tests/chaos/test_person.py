from quickpoll.protocol import AnswerAccepted, ErrorCode, Phase, QuestionResults, Quiz, Settings
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
