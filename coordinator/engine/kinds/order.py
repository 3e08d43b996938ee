"""`order`: players put items into their right order."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
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
from quickpoll.protocol import Answer, OrderQuestion, PublicQuestion, Question, Solution, Tally, indexes_in


class Order(Kind[OrderQuestion]):
    """The rules of `order`: an answer lists the indexes of all items, the first one first."""

    def check(self, question: OrderQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer does not have the index of each item once."""
        check_permutation(answer, len(question.items))

    def judge(self, question: OrderQuestion, key: Answer, accepted: Accepted = frozenset()) -> int:
        """All or nothing, or how many more pairs are in the right order than in the wrong one."""
        if question.partial == "exact":
            return 100 if key == question.solution else 0
        place = {item: place for place, item in enumerate(indexes_in(key))}
        pairs = list(combinations(question.solution, 2))
        right = sum(place[first] < place[second] for first, second in pairs)
        return percent(2 * right - len(pairs), len(pairs))

    def cells(self, question: OrderQuestion) -> int:
        """A count for each item in each place."""
        return len(question.items) ** 2

    def tally(self, question: OrderQuestion, key: Answer) -> Iterable[int]:
        """Each item in its place."""
        return (item * len(question.items) + place for place, item in enumerate(indexes_in(key)))

    def describe(self, question: OrderQuestion, answer: Answer) -> str:
        """The items in the order given."""
        return "order " + ", ".join(f"{item + 1} ({question.items[item]})" for item in indexes_in(answer))

    def solution(self, question: OrderQuestion) -> Solution:
        """The right order."""
        return Solution(items=question.solution)

    def told(
        self,
        question: OrderQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """Item by place."""
        return Tally(places=rows(cells, len(question.items)))

    def texts(self, question: OrderQuestion) -> tuple[str, ...]:
        """The items."""
        return question.items

    def public(self, question: OrderQuestion, index: int, total: int) -> PublicQuestion:
        """The items as they are shown."""
        return asked_as(question, question.text, index, total, items=question.items)

    def as_played(self, question: OrderQuestion, sample: Sample, *, randomize_options: bool) -> OrderQuestion:
        """With the items in a drawn order that is not the right one."""
        count = len(question.items)
        right = tuple(range(count))
        shown = sample(right)
        if shown == right:
            shown = (*right[1:], 0)
        items = [question.items[question.solution[place]] for place in shown]
        return replace(question, items=tuple(items), right_order=tuple(shown.index(place) for place in right))

    def restored(
        self,
        struct: type[OrderQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """With any solution."""
        fields: dict[str, Any] = {"items": () if asked.items is UNSET else asked.items, **written_as(asked)}
        return struct(**fields)


def check_permutation(answer: Answer, count: int) -> None:
    """Raises Misfit where an answer does not have each index below `count` once."""
    if not isinstance(answer, tuple) or any(type(item) is not int for item in answer):
        raise Misfit("Answer with a list of all indexes.")
    if sorted(indexes_in(answer)) != list(range(count)):
        raise Misfit(f"Name each index from 0 to {count - 1} once.")


def rows(cells: Sequence[int], columns: int) -> tuple[tuple[int, ...], ...]:
    """Cells as a table."""
    return tuple(tuple(cells[first : first + columns]) for first in range(0, len(cells), columns))


ORDER: Final = Order()
