"""The bundled quizzes are quizzes, complete, and fair to look at."""

import json
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import msgspec
import pytest

from quickpoll.protocol import QuestionKind, Quiz, options_of

PUBLIC = Path(__file__).parents[2] / "clients/web/public"
FILES = sorted(path for path in (PUBLIC / "quizzes").glob("*.json") if path.name != "index.json")
QUIZZES = {path.stem: msgspec.json.decode(path.read_bytes(), type=Quiz) for path in FILES}
QUESTIONS = [question for quiz in QUIZZES.values() for question in quiz.questions]
IMAGES = sorted((PUBLIC / "images").iterdir())
WITHOUT_SOLUTION = {"poll", "words", "open", "scale", "ranking", "slide"}
TAKES_LONGER = {"order", "match", "ranking", "words", "open"}
"""Several taps, or more than a word to write."""

each_quiz = pytest.mark.parametrize("name", QUIZZES)


def test_the_index_lists_every_quiz_as_it_is() -> None:
    index = json.loads((PUBLIC / "quizzes/index.json").read_text())
    assert {entry["file"]: (entry["title"], entry["questions"]) for entry in index} == {
        name: (quiz.title, len(quiz.questions)) for name, quiz in QUIZZES.items()
    }
    for entry in index:
        assert set(entry) == {"file", "title", "description", "questions", "language"}
        assert entry["description"]
        assert entry["language"] == "en"


def test_there_are_several_subjects_and_all_kinds_of_questions() -> None:
    assert len(QUIZZES) >= 7
    assert {question.kind for question in QUESTIONS} == set(get_args(QuestionKind))


@each_quiz
def test_a_quiz_is_as_long_as_a_round(name: str) -> None:
    assert 6 <= len(QUIZZES[name].questions) <= 12


@each_quiz
def test_every_question_that_one_tap_or_word_answers_counts_down_from_ten_seconds(name: str) -> None:
    for question in QUIZZES[name].questions:
        if question.kind not in TAKES_LONGER:
            assert question.time_limit_ms == 10_000, question.text


@each_quiz
def test_no_option_and_no_question_stands_there_twice(name: str) -> None:
    for question in QUIZZES[name].questions:
        texts = [option.text.casefold().strip() for option in options_of(question)]
        assert len(set(texts)) == len(texts), question.text
    asked = [(question.text, question.image) for question in QUIZZES[name].questions]
    assert len(set(asked)) == len(asked)


@each_quiz
def test_every_question_with_a_solution_explains_it(name: str) -> None:
    for question in QUIZZES[name].questions:
        assert question.explanation or question.kind in WITHOUT_SOLUTION, question.text


@each_quiz
def test_true_and_false_stand_in_the_order_of_the_protocol(name: str) -> None:
    for question in QUIZZES[name].questions:
        if question.kind == "true_false":
            assert [option.text for option in options_of(question)] == ["True", "False"]


def test_the_correct_option_is_not_always_in_the_same_place() -> None:
    places = [
        [option.correct for option in options_of(question)].index(True)
        for question in QUESTIONS
        if question.kind == "single"
    ]
    counts = [places.count(place) for place in range(4)]
    assert min(counts) >= len(places) / 8, counts
    verdicts = [options_of(question)[0].correct for question in QUESTIONS if question.kind == "true_false"]
    assert {True, False} == set(verdicts)


def test_one_quiz_is_made_of_pictures_and_every_picture_is_used() -> None:
    used = {question.image for question in QUESTIONS if question.image}
    assert used == {f"/images/{path.name}" for path in IMAGES}
    assert max(sum(bool(question.image) for question in quiz.questions) for quiz in QUIZZES.values()) >= 6


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: str(path.name))
def test_a_picture_draws_and_does_nothing_else(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text())  # noqa: S314  (our own file)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.partition("}")[2] for element in root.iter()} <= {"svg", "rect", "circle", "path"}
    for element in root.iter():
        for attribute, value in element.attrib.items():
            assert not attribute.casefold().startswith("on")
            assert not any(mark in value.casefold() for mark in ("url(", "http", "javascript"))
    width, height = root.attrib["width"], root.attrib["height"]
    assert root.attrib["viewBox"] == f"0 0 {width} {height}"


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: str(path.name))
def test_the_name_of_a_picture_gives_no_answer_away(path: Path) -> None:
    subject = path.stem.rpartition("-")[0]
    answers = [o.text for q in QUESTIONS if q.image == f"/images/{path.name}" for o in options_of(q)]
    assert answers
    assert not any(subject.casefold() in answer.casefold() or answer.casefold() in subject for answer in answers)
