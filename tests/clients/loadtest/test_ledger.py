"""The ledger finds what a server lost, doubled or computed wrongly."""

from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from clients.loadtest import questions
from clients.loadtest.ledger import Round, judge
from coordinator.engine.kinds.order import ORDER
from quickpoll.protocol import (
    Answer,
    ErrorCode,
    MultipleQuestion,
    Option,
    OrderQuestion,
    PollQuestion,
    QuestionKind,
    QuestionResults,
    SingleQuestion,
    Solution,
    Tally,
    YourFinal,
    YourResult,
)

SINGLE = SingleQuestion("?", (Option("a"), Option("b", correct=True), Option("c")), time_limit_ms=30_000)
MULTIPLE = MultipleQuestion("?", (Option("a", correct=True), Option("b"), Option("c", correct=True)))
POLL = PollQuestion("?", (Option("a"), Option("b")))


def result(question: int, points: int, total: int, rank: int, *, answered: bool = True) -> YourResult:
    return YourResult(
        question=question, answered=answered, correct=points > 0, points=points, total_points=total, rank=rank,
        streak=0, response_ms=None,
    )  # fmt: skip


def results(question: int, correct: tuple[int, ...], counts: tuple[int, ...], answered: int) -> QuestionResults:
    return QuestionResults(
        seq=1, question=question, correct=correct, counts=counts, answered=answered, total=3, explanation=None
    )


@dataclass
class Game:
    """Three players, one question: two are right, after 2 s and at once; the third is wrong."""

    played: Round = field(
        default_factory=lambda: Round(
            0,
            SINGLE,
            opens_at=10_000,
            chosen={0: 1, 1: 1, 2: 0},
            accepted={0: 12_000, 1: 10_499, 2: 11_000},
            results=[results(0, (1,), (1, 2, 0), 3)],
            told={0: result(0, 967, 967, 2), 1: result(0, 1000, 1000, 1), 2: result(0, 0, 0, 3)},
        )
    )
    finals: dict[int, YourFinal] = field(
        default_factory=lambda: {
            0: YourFinal(rank=2, points=967, correct=1, questions=1),
            1: YourFinal(rank=1, points=1000, correct=1, questions=1),
            2: YourFinal(rank=3, points=0, correct=0, questions=1),
        }
    )

    def judged(self) -> tuple[int, int, str]:
        """Lost, doubled, and all findings in one text."""
        verdict = judge([self.played], self.finals, 3)
        assert verdict.good == (not verdict.lost and not verdict.doubled and not verdict.findings)
        return verdict.lost, verdict.doubled, "\n".join(verdict.findings)


@pytest.fixture
def game() -> Game:
    return Game()


@pytest.mark.parametrize(
    ("response_ms", "points"),
    [(-20, 1000), (0, 1000), (499, 1000), (500, 992), (2000, 967), (15_000, 750), (30_000, 500)],
)
def test_points_are_those_of_the_published_rule(response_ms: int, points: int) -> None:
    played = Round(0, SINGLE, opens_at=10_000, chosen={0: 1}, accepted={0: 10_000 + response_ms})
    assert played.earned(0) == points


def test_only_the_exact_set_of_a_multiple_question_earns_points() -> None:
    answers = {0: (0, 2), 1: (2, 0), 2: (0,), 3: (0, 1, 2), 4: ()}
    played = Round(0, MULTIPLE, chosen=dict(answers), accepted=dict.fromkeys(answers, 0))
    assert [played.earned(player) for player in answers] == [1000, 1000, 0, 0, 0]


def test_an_answer_that_was_not_accepted_and_a_poll_earn_nothing() -> None:
    assert Round(0, SINGLE, chosen={0: 1}).earned(0) == 0
    assert Round(0, POLL, chosen={0: 1}, accepted={0: 0}).earned(0) == 0


def test_a_fair_game_has_no_findings(game: Game) -> None:
    assert game.judged() == (0, 0, "")


def test_an_accepted_answer_that_no_bar_counts_is_lost(game: Game) -> None:
    game.played.results = [results(0, (1,), (1, 1, 0), 2)]
    assert game.judged()[:2] == (1, 0)


def test_an_answer_counted_twice_is_doubled(game: Game) -> None:
    game.played.results = [results(0, (1,), (1, 3, 0), 4)]
    assert game.judged()[:2] == (0, 1)


def test_an_answer_in_the_wrong_bar_is_lost_there_and_doubled_here(game: Game) -> None:
    game.played.results = [results(0, (1,), (0, 3, 0), 3)]
    assert game.judged()[:2] == (1, 1)


def test_an_answer_that_came_too_late_after_a_cut_is_no_finding_and_may_not_count(game: Game) -> None:
    del game.played.accepted[2]
    assert "1 answers got no reply" in game.judged()[2]
    game.played.late = {2}
    assert game.judged()[:2] == (0, 1)  # the results still count it
    game.played.results = [results(0, (1,), (0, 2, 0), 2)]
    game.played.told[2] = result(0, 0, 0, 3, answered=False)
    assert game.judged() == (0, 0, "")


def test_without_results_every_accepted_answer_is_lost(game: Game) -> None:
    game.played.results = []
    lost, _, findings = game.judged()
    assert lost == 3
    assert "0 different results" in findings


def test_two_players_who_are_told_different_results_are_a_finding(game: Game) -> None:
    game.played.results.append(results(0, (1,), (1, 2, 0), 2))
    assert "2 different results" in game.judged()[2]


def test_a_wrong_solution_is_a_finding(game: Game) -> None:
    game.played.results = [results(0, (0,), (1, 2, 0), 3)]
    assert "was told to be correct" in game.judged()[2]


def test_an_order_that_is_not_right_is_a_finding(game: Game) -> None:
    game.played.question = questions.ask("order", 0, 30_000)
    game.played.shown = ORDER.public(OrderQuestion("?", ("whale", "cow", "cat", "ant")), 0, 1)
    game.played.results = [replace(results(0, (), (), 3), solution=Solution(items=(0, 1, 2, 3)))]
    assert "items=(0, 1, 2, 3), rights=UNSET) was told to be right" in game.judged()[2]
    game.played.results = [replace(results(0, (), (), 3), solution=Solution(items=(3, 2, 1, 0)))]
    assert "was told to be right" not in game.judged()[2]


@pytest.mark.parametrize(
    ("kind", "answers", "right", "wrong"),
    [
        ("text", ("owl", "owl", "fox"), Tally(distinct=2), Tally(distinct=3)),
        ("words", (("owl", "fox"), ("fox",), ("cat",)), Tally(distinct=3), Tally(distinct=4)),
        ("open", ("an owl", "an owl", "a fox"), Tally(count=3), Tally(count=2)),
    ],
)
def test_texts_that_are_counted_wrongly_are_a_finding(
    game: Game, kind: QuestionKind, answers: tuple[Answer, ...], right: Tally, wrong: Tally
) -> None:
    game.played.question = questions.ask(kind, 0, 30_000)
    game.played.chosen = dict(enumerate(answers))
    for tally, is_found in ((right, False), (wrong, True)):
        game.played.results = [replace(results(0, (), (), 3), tally=tally)]
        assert ("texts were told, not" in game.judged()[2]) is is_found


def test_an_answer_without_a_reply_is_a_finding(game: Game) -> None:
    game.played.chosen[3] = 1
    assert "1 answers got no reply" in game.judged()[2]


def test_a_refused_answer_is_a_finding_that_names_the_reason(game: Game) -> None:
    del game.played.accepted[2]
    game.played.refused[2] = ErrorCode.UNAVAILABLE
    game.played.results = [results(0, (1,), (0, 2, 0), 2)]
    game.played.told[2] = result(0, 0, 0, 3, answered=False)
    assert game.judged() == (0, 0, "question 0: 1 answers were refused: unavailable")


def test_points_that_differ_from_the_rule_are_a_finding(game: Game) -> None:
    game.played.told[0] = result(0, 966, 966, 2)
    assert (
        "player 0 was told (answered, points, total, rank) (True, 966, 966, 2), not (True, 967, 967, 2)"
        in game.judged()[2]
    )


def test_a_result_that_never_came_or_came_twice_is_a_finding(game: Game) -> None:
    game.played.repeated = 1
    del game.played.told[2]
    findings = game.judged()[2]
    assert "1 results of players were told more than once" in findings
    assert "player 2 was told no result" in findings


def test_a_wrong_or_missing_end_is_a_finding(game: Game) -> None:
    game.finals[0] = YourFinal(rank=1, points=967, correct=1, questions=1)
    del game.finals[2]
    findings = game.judged()[2]
    assert "player 0 ended with 967 points at rank 1, not 967 at 2" in findings
    assert "player 2 was told no final result" in findings


def test_points_add_up_over_questions_and_equal_points_share_a_rank() -> None:
    def played(index: int, right: int) -> Round:
        return Round(
            index, SINGLE, chosen={0: 1, 1: 1, 2: 1} if right == 3 else {0: 1, 1: 0, 2: 0},
            accepted=dict.fromkeys(range(3), 0),
            results=[results(index, (1,), (3 - right, right, 0), 3)],
        )  # fmt: skip

    first, second = played(0, 3), played(1, 1)
    first.told = {player: result(0, 1000, 1000, 1) for player in range(3)}
    second.told = {0: result(1, 1000, 2000, 1), 1: result(1, 0, 1000, 2), 2: result(1, 0, 1000, 2)}
    finals = {
        player: YourFinal(rank=rank, points=points, correct=1, questions=2)
        for player, (rank, points) in enumerate([(1, 2000), (2, 1000), (2, 1000)])
    }
    assert judge([first, second], finals, 3).findings == ()
