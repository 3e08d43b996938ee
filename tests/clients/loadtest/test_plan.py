"""What is played is what a server takes, the same for the same seed, and distributed evenly."""

import random
from statistics import median

import pytest

from clients.loadtest.plan import Plan, Share, deal, players_of
from quickpoll.protocol import CreateSession, Question, decode_command, encode_command


@pytest.mark.parametrize("questions", [1, 50])
def test_the_quiz_of_the_crowd_is_one_that_a_server_takes(questions: int) -> None:
    plan = Plan((), 20_000, questions, answer_window_s=60.0)
    command = CreateSession(quiz=plan.quiz(), settings=plan.settings())
    assert decode_command(encode_command(command)) == command
    assert len(plan.quiz().questions) == questions


def test_answers_are_valid_and_the_same_for_the_same_seed() -> None:
    plan = Plan((), 1, 2, answer_window_s=1.0)

    def answers(question: Question) -> list[object]:
        rng = random.Random(7)
        return [plan.answer(rng, question) for _ in range(50)]

    single, multiple = plan.quiz().questions
    assert answers(single) == answers(single)
    assert set(answers(single)) == {0, 1, 2, 3}
    assert answers(multiple) == answers(multiple)
    for answer in answers(multiple):
        assert isinstance(answer, tuple)
        assert len(set(answer)) == len(answer) >= 1
        assert set(answer) <= {0, 1, 2, 3}


def moments(plan: Plan) -> list[float]:
    rng = random.Random(7)
    return sorted(plan.moment(rng) for _ in range(4000))


def test_answers_are_spread_evenly_over_the_window() -> None:
    spread = moments(Plan((), 1, 1, answer_window_s=2.0))
    assert 0 <= spread[0] < 0.01
    assert 1.99 < spread[-1] <= 2
    assert median(spread) == pytest.approx(1.0, abs=0.05)


def test_who_thinks_answers_around_the_median_and_within_the_window() -> None:
    spread = moments(Plan((), 1, 1, answer_window_s=4.0, think_s=2.0))
    assert median(spread) == pytest.approx(2.0, rel=0.05)
    assert spread[-1] == 4.0
    within = sum(0.6 * 2 <= moment <= 1.65 * 2 for moment in spread) / len(spread)
    assert within == pytest.approx(2 / 3, abs=0.05)


def test_a_session_is_split_when_there_are_more_processes() -> None:
    assert deal(Plan((), 10, 1, 1.0), 3) == [[Share(0, 0, 3)], [Share(0, 3, 6)], [Share(0, 6, 10)]]


def test_sessions_are_dealt_out_whole_where_that_is_even() -> None:
    assert deal(Plan((), 5, 1, 1.0, sessions=4), 2) == [
        [Share(0, 0, 5), Share(1, 0, 5)],
        [Share(2, 0, 5), Share(3, 0, 5)],
    ]


@pytest.mark.parametrize(("players", "sessions", "processes"), [(7, 3, 4), (1, 1, 1), (10, 1000, 7), (1, 2, 5)])
def test_everyone_is_dealt_out_once(players: int, sessions: int, processes: int) -> None:
    hands = deal(Plan((), players, 1, 1.0, sessions=sessions), processes)
    seats = [(part.session, number) for parts in hands for part in parts for number in range(part.first, part.end)]
    assert seats == [(session, number) for session in range(sessions) for number in range(players)]
    assert max(map(players_of, hands)) - min(map(players_of, hands)) <= 1
