"""`match`: players find the text on the right that belongs to each text on the left."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine.kinds.kind import (
    Accepted,
    Given,
    Kind,
    Misfit,
    Sample,
    Written,
    asked_as,
    percent,
    written_as,
)
from coordinator.engine.kinds.order import rows
from quickpoll.protocol import Answer, MatchQuestion, Pair, PublicQuestion, Question, Solution, Tally, indexes_in

NONE: Final = -1
"""What a left side without an answer is answered with."""


class Match(Kind[MatchQuestion]):
    """The rules of `match`: an answer has for each left side the index of a right one, or NONE."""

    def check(self, question: MatchQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer does not say something of each left side."""
        lefts, rights = len(question.pairs), len(question.rights)
        if not isinstance(answer, tuple) or len(answer) != lefts or any(type(right) is not int for right in answer):
            raise Misfit(f"Answer with a list of {lefts} indexes, -1 for none.")
        chosen = [right for right in indexes_in(answer) if right != NONE]
        if any(not 0 <= right < rights for right in chosen):
            raise Misfit(f"The right sides are numbered from 0 to {rights - 1}; -1 is none.")

    def judge(self, question: MatchQuestion, key: Answer, accepted: Accepted = frozenset()) -> int:
        """The pairs that are right, or all or nothing; of two equal texts on the right, either is right."""
        rights = question.rights
        right = sum(
            chosen != NONE and rights[chosen] == pair.right
            for chosen, pair in zip(indexes_in(key), question.pairs, strict=True)
        )
        if question.partial == "exact":
            return 100 if right == len(question.pairs) else 0
        return percent(right, len(question.pairs))

    def cells(self, question: MatchQuestion) -> int:
        """A count for each left side with each right one."""
        return len(question.pairs) * len(question.rights)

    def tally(self, question: MatchQuestion, key: Answer) -> Iterable[int]:
        """Each left side with what was matched to it."""
        columns = len(question.rights)
        return (left * columns + right for left, right in enumerate(indexes_in(key)) if right != NONE)

    def describe(self, question: MatchQuestion, answer: Answer) -> str:
        """The pairs made."""
        made = zip(question.pairs, indexes_in(answer), strict=True)
        return "pairs " + ", ".join(f"{p.left} - {question.rights[right]}" for p, right in made if right != NONE)

    def solution(self, question: MatchQuestion) -> Solution:
        """The right side of each left one."""
        return Solution(rights=question.solution)

    def told(
        self,
        question: MatchQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """Left by right."""
        return Tally(counts=rows(cells, len(question.rights)))

    def texts(self, question: MatchQuestion) -> tuple[str, ...]:
        """The right sides."""
        return question.rights

    def public(self, question: MatchQuestion, index: int, total: int) -> PublicQuestion:
        """Both sides as they are shown."""
        left = tuple(pair.left for pair in question.pairs)
        return asked_as(question, question.text, index, total, left=left, right=question.rights)

    def as_played(self, question: MatchQuestion, sample: Sample, *, randomize_options: bool) -> MatchQuestion:
        """With both sides in a drawn order."""
        pairs = sample(question.pairs)
        places = sample(range(len(pairs) + len(question.extra)))
        return replace(question, pairs=pairs, right_places=places)

    def restored(
        self,
        struct: type[MatchQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """With any solution."""
        left, right = ((), ()) if asked.left is UNSET or asked.right is UNSET else (asked.left, asked.right)
        pairs = tuple(Pair(*texts) for texts in zip(left, right, strict=False))
        fields: dict[str, Any] = {"pairs": pairs, "extra": right[len(pairs) :], **written_as(asked)}
        return struct(**fields)


MATCH: Final = Match()
