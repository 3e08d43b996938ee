"""`scale`: players choose a step between two ends; nothing is right or wrong."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, ClassVar, Final

from msgspec import UNSET

from coordinator.engine.kinds.kind import Accepted, Given, Kind, Written, asked_as, written_as
from coordinator.engine.kinds.options import check_one
from quickpoll.protocol import Answer, PublicQuestion, Question, ScaleQuestion, Tally, indexes_in


class Scale(Kind[ScaleQuestion]):
    """The rules of `scale`: an answer is the index of a step."""

    is_scored: ClassVar[bool] = False

    def check(self, question: ScaleQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is not the index of a step."""
        check_one(answer, question.steps)

    def judge(self, question: ScaleQuestion, key: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""

    def cells(self, question: ScaleQuestion) -> int:
        """One count for each step."""
        return question.steps

    def tally(self, question: ScaleQuestion, key: Answer) -> Iterable[int]:
        """The step."""
        return indexes_in(key)

    def unpack(self, question: ScaleQuestion, packed: int) -> Answer:
        """The step."""
        return indexes_in(super().unpack(question, packed))[0]

    def describe(self, question: ScaleQuestion, answer: Answer) -> str:
        """The step, counted from 1."""
        return f"step {indexes_in(answer)[0] + 1} of {question.steps}"

    def told(
        self,
        question: ScaleQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """By step, and the median; between two steps it is half of the way."""
        return Tally(counts=tuple(cells), median=_median(cells))

    def texts(self, question: ScaleQuestion) -> tuple[str, ...]:
        """The steps as numbers."""
        return tuple(str(step + 1) for step in range(question.steps))

    def public(self, question: ScaleQuestion, index: int, total: int) -> PublicQuestion:
        """Its steps and the labels of the two ends."""
        return asked_as(
            question,
            question.text,
            index,
            total,
            min_label=question.min_label,
            max_label=question.max_label,
            steps=question.steps,
        )

    def restored(
        self,
        struct: type[ScaleQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """As it was."""
        fields: dict[str, Any] = {
            "min_label": "" if asked.min_label is UNSET else asked.min_label,
            "max_label": "" if asked.max_label is UNSET else asked.max_label,
            "steps": 5 if asked.steps is UNSET else asked.steps,
            **written_as(asked, explanation),
        }
        return struct(**fields)


def _median(counts: Sequence[int]) -> int | float | None:
    answers = sum(counts)
    if not answers:
        return None
    low, high = _at(counts, (answers - 1) // 2), _at(counts, answers // 2)
    return low if low == high else (low + high) / 2


def _at(counts: Sequence[int], place: int) -> int:
    """The step of the answer at a place, counted from 0, when the answers stand in order."""
    return bisect_right(list(accumulate(counts)), place)


SCALE: Final = Scale()
