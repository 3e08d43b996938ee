"""`number`: players give a number; it is right within a tolerance, or the closest win."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate, islice
from typing import Any, ClassVar, Final

from msgspec import UNSET

from coordinator.engine import numerals
from coordinator.engine.kinds.kind import (
    Accepted,
    Given,
    Kind,
    Misfit,
    Written,
    asked_as,
    check_text,
    written_as,
)
from quickpoll.decimals import Decimal, aligned, decimal, shortest
from quickpoll.protocol import Answer, NearestAnswer, NumberQuestion, PublicQuestion, Question, Solution, Tally

MAX_CHARACTERS: Final = 80
CLOSEST: Final = (100, 50, 25)
"""What the nearest, the second and the third distance earn, in percent."""
BINS: Final = 20
NEAREST: Final = 3


class Number(Kind[NumberQuestion]):
    """The rules of `number`: an answer is a text, and compared as the shortest text of its number."""

    is_written: ClassVar[bool] = True
    is_acceptable: ClassVar[bool] = True

    def check(self, question: NumberQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is no text."""
        check_text(answer, MAX_CHARACTERS)

    def key(self, question: NumberQuestion, answer: Answer, locale: str | None) -> Answer:
        """The number; raises Misfit where it is none, or not on the slider."""
        number = numerals.read(str(answer), locale, question.unit)
        if number is None:
            raise Misfit("Answer with a number, such as 1234.5.")
        if question.min is not None and question.max is not None:
            value, low, high = aligned([number, decimal(question.min), decimal(question.max)])
            if not low <= value <= high:
                raise Misfit(f"Answer with a number from {question.min} to {question.max}.")
        return number.text()

    def acceptable(self, question: NumberQuestion, text: Answer) -> Answer:
        """An answer."""
        self.check(question, text)
        return self.key(question, text, None)

    def judge(self, question: NumberQuestion, key: Answer, accepted: Accepted = frozenset()) -> int:
        """Right within the tolerance; where the closest win, `shares` decides."""
        if question.scoring == "closest":
            return 100 if _number(key) == decimal(question.value) else 0
        answer, value, tolerance = aligned([_number(key), decimal(question.value), decimal(question.tolerance)])
        return 100 if abs(answer - value) <= tolerance else 0

    def shares(
        self, question: NumberQuestion, keys: Collection[Answer], accepted: Accepted = frozenset()
    ) -> dict[Answer, int | None]:
        """By distance where the closest win: equal distances earn the same."""
        if question.scoring == "within":
            return super().shares(question, keys, accepted)
        listed = list(keys)
        off = _distances(question, listed)
        earns = dict(zip(sorted(set(off)), CLOSEST, strict=False))
        return {key: earns.get(distance, 0) for key, distance in zip(listed, off, strict=True)}

    def is_by_time(self, question: NumberQuestion) -> bool:
        """Not where the closest win."""
        return question.scoring == "within" and super().is_by_time(question)

    def solution(self, question: NumberQuestion) -> Solution:
        """The value, and how far off is still right."""
        return Solution(value=question.value, tolerance=question.tolerance, unit=question.unit)

    def told(
        self,
        question: NumberQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """A histogram between the 2nd and the 98th percentile, and who came nearest."""
        if not written:
            return Tally(from_=None, to=None, bins=(0,) * BINS, below=0, above=0, nearest=())
        numbers = [_number(each.key) for each in written]
        scale = max(number.scale for number in numbers)
        counts: Counter[int] = Counter()
        for value, each in zip(aligned(numbers), written, strict=True):
            counts[value] += each.count
        low, high = _percentile(counts, 2), _percentile(counts, 98)
        bins = [0] * BINS
        for value, count in counts.items():
            if low <= value <= high:
                bins[min((value - low) * BINS // (high - low), BINS - 1) if high > low else 0] += count
        return Tally(
            from_=shortest(low, scale).text(),
            to=shortest(high, scale).text(),
            bins=tuple(bins),
            below=sum(count for value, count in counts.items() if value < low),
            above=sum(count for value, count in counts.items() if value > high),
            nearest=_nearest(question, written, given),
        )

    def public(self, question: NumberQuestion, index: int, total: int) -> PublicQuestion:
        """Its unit and slider."""
        return asked_as(
            question,
            question.text,
            index,
            total,
            unit=question.unit,
            min=question.min,
            max=question.max,
            step=question.step,
        )

    def restored(
        self,
        struct: type[NumberQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """With any solution."""
        slider = {name: None if (text := getattr(asked, name)) is UNSET else text for name in ("min", "max", "step")}
        unit = None if asked.unit is UNSET else asked.unit
        fields: dict[str, Any] = {"value": slider["min"] or "0", "unit": unit, **slider, **written_as(asked)}
        return struct(**fields)


def _number(key: Answer) -> Decimal:
    return decimal(str(key))


def _distances(question: NumberQuestion, keys: Iterable[Answer]) -> list[int]:
    """How far numbers are from the value, in one unit."""
    value, *numbers = aligned([decimal(question.value), *map(_number, keys)])
    return [abs(number - value) for number in numbers]


def _percentile(counts: Counter[int], percent: int) -> int:
    """The value at so many percent of the answers, by the nearest rank."""
    rank = max(1, -(-counts.total() * percent // 100))
    values = sorted(counts)
    return values[bisect_left(list(accumulate(counts[value] for value in values)), rank)]


def _nearest(
    question: NumberQuestion, written: Sequence[Written], given: Callable[[], Iterable[Given]]
) -> tuple[NearestAnswer, ...]:
    """The players who came nearest; among equals, who answered first."""
    off = dict(zip((each.key for each in written), _distances(question, (each.key for each in written)), strict=True))
    nearest = sorted((answer for answer in given() if answer.key in off), key=lambda answer: off[answer.key])
    return tuple(
        NearestAnswer(player_id=answer.player_id, name=answer.name, answer=str(answer.key))
        for answer in islice(nearest, NEAREST)
    )


NUMBER: Final = Number()
