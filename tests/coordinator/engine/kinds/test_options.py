from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import kinds
from coordinator.engine.kinds import Misfit
from quickpoll.protocol import Answer, Question, indexes_in
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE

QUESTIONS = st.sampled_from([SINGLE, MULTIPLE, TRUE_FALSE, POLL])
ANSWERS = st.integers(-1, 7) | st.lists(st.integers(-1, 7), max_size=4).map(tuple)


@given(QUESTIONS, ANSWERS, st.frozensets(st.integers(0, 5)))
def test_every_answer_is_refused_or_judged(question: Question, answer: Answer, accepted: frozenset[int]) -> None:
    kind = kinds.of(question)
    try:
        kind.check(question, answer)
    except Misfit:
        return
    share = kind.judge(question, answer, accepted)
    assert (share is None) != kind.is_scored
    assert share is None or 0 <= share <= 100
    assert share == kind.judge(question, answer, accepted)
    cells = list(kind.tally(question, answer))
    assert all(0 <= cell < kind.cells(question) for cell in cells)
    packed = kind.pack(answer)
    assert 0 < packed < 2**64
    unpacked = kind.unpack(question, packed)
    assert sorted(indexes_in(unpacked)) == sorted(indexes_in(answer))


@pytest.mark.parametrize("question", [SINGLE, MULTIPLE, TRUE_FALSE, POLL], ids=lambda question: question.kind)
def test_a_question_is_restored_from_what_was_told_of_it(question: Question) -> None:
    kind = kinds.of(question)
    public = kind.public(question, 3, 9)
    assert (public.index, public.total, public.kind) == (3, 9, question.kind)
    assert tuple(option.text for option in public.options) == kind.texts(question)
    assert kinds.restored(public, kind.correct(question), None) == question
    unsolved: Any = kinds.restored(public, None, "why")
    assert kind.public(unsolved, 3, 9) == public
    assert unsolved.explanation == "why"


def test_options_are_played_in_the_drawn_order_if_the_host_wants_that() -> None:
    kind = kinds.of(SINGLE)
    assert kind.as_played(SINGLE, lambda things: tuple(reversed(things)), randomize_options=False) is SINGLE
    drawn = kind.as_played(SINGLE, lambda things: tuple(reversed(things)), randomize_options=True)
    assert kind.texts(drawn) == ("Kisumu", "Mombasa", "Nairobi")
    assert kind.correct(drawn) == (2,)
