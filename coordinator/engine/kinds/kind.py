"""What a kind of question says of itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from quickpoll.protocol import Answer, PublicQuestion, Question, QuestionFields

Q = TypeVar("Q", bound=QuestionFields)

Accepted: TypeAlias = frozenset[int]
"""Options that a ruling counts as correct, too."""
Sample: TypeAlias = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Gives a sequence in an order drawn by chance."""


class Misfit(Exception):
    """An answer that does not fit its question; the text tells its sender what does."""


class Kind(ABC, Generic[Q]):
    """The rules of one kind; it has no state."""

    is_scored: ClassVar[bool] = True
    """Whether an answer can be right: where not, there are no points, and streaks go over the question."""

    @abstractmethod
    def check(self, question: Q, answer: Answer) -> None:
        """Raises Misfit where an answer does not fit the question."""

    @abstractmethod
    def judge(self, question: Q, answer: Answer, accepted: Accepted = frozenset()) -> int | None:
        """What share of an answer that fits is right: 0 to 100 percent, None where nothing can be right."""

    @abstractmethod
    def cells(self, question: Q) -> int:
        """How many counts the question's tally has."""

    @abstractmethod
    def tally(self, question: Q, answer: Answer) -> Iterable[int]:
        """Which counts an answer that fits adds one to."""

    @abstractmethod
    def pack(self, answer: Answer) -> int:
        """An answer that fits as a number below 2**64, for a player's history; 0 is no answer."""

    @abstractmethod
    def unpack(self, question: Q, packed: int) -> Answer:
        """The answer that was packed."""

    def describe(self, question: Q, answer: Answer) -> str:
        """An answer that fits, in words; people count from 1."""
        return str(answer)

    def correct(self, question: Q) -> tuple[int, ...]:
        """Indexes of the correct options; none where a question has none."""
        return ()

    def texts(self, question: Q) -> tuple[str, ...]:
        """The texts that indexes in answers and counts stand for."""
        return ()

    @abstractmethod
    def public(self, question: Q, index: int, total: int) -> PublicQuestion:
        """The question without its solution, at its place among the questions of the quiz."""

    def as_played(self, question: Q, sample: Sample, *, randomize_options: bool) -> Q:
        """The question in the order that a session plays it in."""
        return question

    @abstractmethod
    def restored(
        self, struct: type[Q], asked: PublicQuestion, correct: tuple[int, ...] | None, explanation: str | None
    ) -> Question:
        """The question from what a log says of it: see `kinds.restored`."""
