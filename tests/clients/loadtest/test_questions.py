"""The crowd's questions are ones that a server takes; answers fit, and their shares are what the engine says, too."""

import random
from collections import Counter
from typing import Any

import pytest
from msgspec import convert, to_builtins
from msgspec.structs import replace

from clients.loadtest import questions
from coordinator.engine import kinds
from quickpoll.protocol import Question, QuestionKind, TextQuestion


@pytest.mark.parametrize("kind", questions.KINDS)
def test_each_kind_is_asked_answered_and_judged(kind: QuestionKind) -> None:
    question = questions.ask(kind, 3, 8000)
    assert convert(to_builtins(question), type=Question) == question
    rules = kinds.of(question)
    played: Any = rules.as_played(question, lambda things: tuple(reversed(things)), randomize_options=False)
    shown = rules.public(played, 3, 4)
    assert questions.is_solved_by(question, rules.solution(played), shown)
    rng = random.Random(7)
    shares = set()
    for _ in range(200):
        given = questions.answer(rng, question)
        rules.check(played, given)
        share = questions.share(question, given, shown)
        assert share == (rules.judge(played, rules.key(played, given, None)) or 0)
        shares.add(share)
    assert shares == ({0, 100} if rules.is_scored else {0})


@pytest.mark.parametrize("kind", ["order", "match"])
def test_another_order_or_other_pairs_are_no_solution(kind: QuestionKind) -> None:
    question = questions.ask(kind, 3, 8000)
    rules = kinds.of(question)
    played: Any = rules.as_played(question, lambda things: tuple(reversed(things)), randomize_options=False)
    shown = rules.public(played, 3, 4)
    right: Any = rules.solution(played)
    wrong = replace(right, items=right.items and right.items[::-1], rights=right.rights and right.rights[::-1])
    assert [questions.is_solved_by(question, told, shown) for told in (right, wrong, None)] == [True, False, False]


def test_few_texts_are_written_often_and_many_once() -> None:
    question = questions.ask("text", 0, 8000)
    assert isinstance(question, TextQuestion)
    rng = random.Random(7)
    counts = Counter(str(questions.answer(rng, question)) for _ in range(5000))
    assert counts.most_common(1)[0][0] == questions.word(0)
    assert counts[questions.word(0)] > 500
    assert sum(count == 1 for count in counts.values()) > 300
    assert len({questions.word(rank) for rank in range(questions.TEXTS)}) == questions.TEXTS


def test_a_slide_is_not_for_a_crowd() -> None:
    with pytest.raises(ValueError, match="slide"):
        questions.ask("slide", 0, 8000)
