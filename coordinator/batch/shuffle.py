"""The order in which a session plays its quiz, drawn once when the session is created.

By a secure random source, so that nobody can compute the order of one session from another's. What is drawn of a
question is up to its kind.
"""

import secrets
from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from coordinator.engine import kinds
from quickpoll.protocol import Question, Quiz, Settings

_T = TypeVar("_T")
_random: Final = secrets.SystemRandom()


def shuffled(quiz: Quiz, settings: Settings) -> Quiz:
    """The quiz as it is played with these settings."""
    questions: Sequence[Question] = quiz.questions
    if settings.randomize_questions:
        questions = _in_random_order(questions)
    return replace(quiz, questions=tuple(shuffled_question(question, settings) for question in questions))


def shuffled_question(question: Question, settings: Settings) -> Question:
    """A question as it is played with these settings."""
    as_played: Question = kinds.of(question).as_played(
        question, _in_random_order, randomize_options=settings.randomize_options
    )
    return as_played


def _in_random_order(things: Sequence[_T]) -> tuple[_T, ...]:
    return tuple(_random.sample(things, len(things)))
