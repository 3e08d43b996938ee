import pytest

from coordinator.batch import shuffle
from quickpoll.protocol import Option, PollQuestion, Quiz, Settings, SingleQuestion, TrueFalseQuestion, options_of

OPTIONS = (Option("a", correct=True), Option("b"), Option("c"))
TRUTH = TrueFalseQuestion("True?", (Option("True", correct=True), Option("False")))
QUIZ = Quiz("T", (SingleQuestion("1", OPTIONS), TRUTH, PollQuestion("3", (Option("x"), Option("y")))))


@pytest.fixture(autouse=True)
def backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order that is drawn is the other way round."""
    monkeypatch.setattr(shuffle, "_in_random_order", lambda things: tuple(reversed(things)))


def test_a_quiz_is_played_as_it_was_written_unless_the_settings_say_otherwise() -> None:
    assert shuffle.shuffled(QUIZ, Settings()) == QUIZ


def test_questions_can_come_in_another_order() -> None:
    assert shuffle.shuffled(QUIZ, Settings(randomize_questions=True)).questions == QUIZ.questions[::-1]


def test_options_can_come_in_another_order_and_stay_as_correct_as_they_were() -> None:
    first, truth, poll = shuffle.shuffled(QUIZ, Settings(randomize_options=True)).questions
    assert options_of(first) == OPTIONS[::-1]
    assert [option.text for option in options_of(poll)] == ["y", "x"]
    assert truth == TRUTH


def test_what_is_drawn_is_the_same_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    seen = {options_of(shuffle.shuffled(QUIZ, Settings(randomize_options=True)).questions[0]) for _ in range(200)}
    assert len(seen) == 6
    assert all(sorted(option.text for option in options) == ["a", "b", "c"] for options in seen)
