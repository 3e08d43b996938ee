"""The order in which a session plays its quiz, drawn once when the session is created.

By a secure random source, so that nobody can reckon the order of one session from another's. The
options of a `true_false` question keep theirs: True stands before False everywhere.
"""

import secrets
from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from quickpoll.protocol import Question, Quiz, Settings

_T = TypeVar("_T")
_random: Final = secrets.SystemRandom()


def shuffled(quiz: Quiz, settings: Settings) -> Quiz:
    """The quiz as it is played with these settings."""
    questions: Sequence[Question] = quiz.questions
    if settings.randomize_questions:
        questions = _in_random_order(questions)
    if settings.randomize_options:
        questions = tuple(
            question if question.kind == "true_false" else replace(question, options=_in_random_order(question.options))
            for question in questions
        )
    return replace(quiz, questions=tuple(questions))


def _in_random_order(things: Sequence[_T]) -> tuple[_T, ...]:
    return tuple(_random.sample(things, len(things)))
