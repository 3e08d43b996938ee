"""What all kinds that offer options have in common: counts by option, and answers as bits."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from msgspec.structs import replace

from coordinator.engine.kinds.kind import Given, Kind, Misfit, Sample, Written, asked_as, written_as
from quickpoll.protocol import (
    Answer,
    Option,
    OptionsQuestion,
    PublicOption,
    PublicQuestion,
    Question,
    Solution,
    Tally,
    indexes_in,
)

O = TypeVar("O", bound=OptionsQuestion)  # noqa: E741  # as in Option


class OptionsKind(Kind[O]):
    """A kind whose questions offer options to choose from."""

    is_acceptable: ClassVar[bool] = True

    def cells(self, question: O) -> int:
        """One count for each option."""
        return len(question.options)

    def acceptable(self, question: O, text: Answer) -> Answer:
        """An option."""
        check_one(text, len(question.options))
        return text

    def tally(self, question: O, key: Answer) -> Iterable[int]:
        """The options chosen."""
        return indexes_in(key)

    def pack(self, key: Answer) -> int:
        """A bit for each option chosen."""
        return sum(1 << option for option in indexes_in(key))

    def unpack(self, question: O, packed: int) -> Answer:
        """The option chosen."""
        return packed.bit_length() - 1

    def correct(self, question: O) -> tuple[int, ...]:
        """Indexes of the options that are marked as correct."""
        return tuple(index for index, option in enumerate(question.options) if option.correct)

    def counts(self, question: O, cells: Sequence[int]) -> tuple[int, ...]:
        """By option."""
        return tuple(cells)

    def solution(self, question: O) -> Solution | None:
        """The correct options; none for a poll."""
        return Solution(correct=self.correct(question))

    def told(
        self, question: O, cells: Sequence[int], written: Sequence[Written], given: Callable[[], Iterable[Given]]
    ) -> Tally:
        """By option."""
        return Tally(counts=tuple(cells))

    def texts(self, question: O) -> tuple[str, ...]:
        """The texts of the options."""
        return tuple(option.text for option in question.options)

    def describe(self, question: O, answer: Answer) -> str:
        """The options by number and text."""
        return "option " + ", ".join(f"{index + 1} ({question.options[index].text})" for index in indexes_in(answer))

    def public(self, question: O, index: int, total: int) -> PublicQuestion:
        """The question and its options without the marks."""
        return asked_as(question, question.text, index, total, options=without_marks(question.options))

    def as_played(self, question: O, sample: Sample, *, randomize_options: bool) -> O:
        """With the options in a drawn order, if the host wants that."""
        return replace(question, options=sample(question.options)) if randomize_options else question

    def is_told_by_indexes(self, question: O) -> bool:
        """It does."""
        return True

    def restored(
        self, struct: type[O], asked: PublicQuestion, correct: tuple[int, ...] | None, explanation: str | None
    ) -> Question:
        """With the options marked that were correct; the first where that is not known."""
        marked = correct if correct is not None else (0,) if self.is_scored else ()
        options = tuple(Option(option.text, index in marked) for index, option in enumerate(asked.options))
        fields: dict[str, Any] = {"options": options, **written_as(asked, explanation)}
        return struct(**fields)  # type: ignore[return-value]  # one of the union's members


def options_in(packed: int) -> tuple[int, ...]:
    """The options whose bits are set, in their order."""
    return tuple(option for option in range(packed.bit_length()) if packed >> option & 1)


def without_marks(options: Iterable[Option]) -> tuple[PublicOption, ...]:
    """Options as everyone may see them."""
    return tuple(PublicOption(option.text) for option in options)


def check_one(answer: Answer, count: int) -> None:
    """Raises Misfit where an answer is not the index of one of so many options."""
    if type(answer) is not int:
        raise Misfit("Answer with the index of one option.")
    check_indexes((answer,), count)


def check_list(answer: Answer, count: int) -> None:
    """Raises Misfit where an answer is not a list of different options out of so many."""
    if not isinstance(answer, tuple) or not answer:
        raise Misfit("Answer with a list of at least one option's index.")
    if len(set(answer)) != len(answer):
        raise Misfit("Name each option once.")
    check_indexes(answer, count)


def check_indexes(chosen: Iterable[object], count: int) -> None:
    """Raises Misfit where one of these is not the index of one of so many options."""
    for option in chosen:
        if type(option) is not int or not 0 <= option < count:
            raise Misfit(f"Options are numbered from 0 to {count - 1}.")
