"""What a kind of question says of itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

from msgspec import UNSET, Struct

from coordinator.engine.normalising import is_blank
from quickpoll.protocol import Answer, PublicQuestion, Question, QuestionFields, Solution, Tally, indexes_in

Q = TypeVar("Q", bound=QuestionFields)

Accepted: TypeAlias = frozenset[int]
"""Options that a ruling counts as correct, too."""
Sample: TypeAlias = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Gives a sequence in an order drawn by chance."""


class Misfit(Exception):
    """An answer that does not fit its question; the text tells its sender what does."""


class Written(Struct, frozen=True, array_like=True):
    """All answers to a closed question that are compared as the same one."""

    key: Answer
    """As compared: see `Kind.key`."""
    shown: Answer
    """As the first player wrote it."""
    count: int
    share: int | None
    """What of it is right, in percent; None where nothing can be."""
    judged: int | None = None
    """The same without any ruling."""
    withheld: tuple[str, ...] = ()
    """Which of its texts, as compared, the filter withholds."""


class Given(NamedTuple):
    """A player's answer, for what is told of players by name."""

    player_id: str
    name: str
    key: Answer


class Kind(ABC, Generic[Q]):
    """The rules of one kind; it has no state."""

    is_scored: ClassVar[bool] = True
    """Whether an answer can be right: where not, there are no points, and streaks go over the question."""
    is_written: ClassVar[bool] = False
    """Whether answers are texts: each different one is then stored once, with how many gave it."""
    is_acceptable: ClassVar[bool] = False
    """Whether a ruling can accept an answer: an option, a text or a number."""
    tells_texts: ClassVar[bool] = False
    """Whether texts of players are told to everyone, so that the host may hide one."""
    is_picked: ClassVar[bool] = False
    """Whether only texts that the host has picked are told."""
    accepts_parts: ClassVar[bool] = False
    """Whether what a ruling accepts is a part of an answer, such as one of the options chosen, or all of it."""
    is_asked: ClassVar[bool] = True
    """Whether it is answered, and closed with results."""

    @property
    def tells_live(self) -> bool:
        """Whether the host may see what is written before the close: where nothing is right, it gives nothing away."""
        return self.is_written and not self.is_scored

    @abstractmethod
    def check(self, question: Q, answer: Answer) -> None:
        """Raises Misfit where an answer does not fit the question."""

    def key(self, question: Q, answer: Answer, locale: str | None) -> Answer:
        """What is compared of an answer that fits: equal keys are judged as one.

        Args:
            question: that was answered.
            answer: as it was sent.
            locale: the language of the page that it was written on.

        Raises:
            Misfit: only by this it turns out not to fit.
        """
        return answer

    def shown(self, question: Q, answer: Answer, key: Answer) -> Answer:
        """An answer as others may see it."""
        return key

    def acceptable(self, question: Q, text: Answer) -> Answer:
        """What a ruling accepts, as it is compared; raises Misfit where no ruling can."""
        raise Misfit("Of this kind no answer can be accepted. Give points, or void the question.")

    @abstractmethod
    def judge(self, question: Q, key: Answer, accepted: Accepted = frozenset()) -> int | None:
        """What share of an answer that fits is right: 0 to 100 percent, None where nothing can be right."""

    def shares(
        self, question: Q, keys: Collection[Answer], accepted: Accepted = frozenset()
    ) -> dict[Answer, int | None]:
        """The shares of all different answers to a question."""
        return {key: self.judge(question, key, accepted) for key in keys}

    def is_by_time(self, question: Q) -> bool:
        """Whether a quicker answer may earn more, if the session is scored by speed."""
        return question.time_limit_ms is not None

    def cells(self, question: Q) -> int:
        """How many numbers are counted up while the question is open."""
        return 0

    def tally(self, question: Q, key: Answer) -> Iterable[int]:
        """Which of them an answer adds one to."""
        return ()

    def pack(self, key: Answer) -> int:
        """An answer as a number below 2**64, for a player's history; 0 is no answer. Not for written ones."""
        return _pack(indexes_in(key))

    def unpack(self, question: Q, packed: int) -> Answer:
        """The answer that was packed."""
        return _unpack(packed)

    def describe(self, question: Q, answer: Answer) -> str:
        """An answer that fits, in words; people count from 1."""
        return "answer " + (", ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer))

    def correct(self, question: Q) -> tuple[int, ...]:
        """Indexes of the correct options; none where a question has none."""
        return ()

    def counts(self, question: Q, cells: Sequence[int]) -> tuple[int, ...]:
        """What is told as `counts`: by option, where there are options to choose from."""
        return ()

    def solution(self, question: Q) -> Solution | None:
        """What is right; None where nothing can be."""
        return None

    @abstractmethod
    def told(
        self, question: Q, cells: Sequence[int], written: Sequence[Written], given: Callable[[], Iterable[Given]]
    ) -> Tally | None:
        """How a closed question was answered.

        Args:
            question: that was closed.
            cells: what was counted up.
            written: the different answers, if they are texts; the order does not matter.
            given: gives the answers by player, the earliest first, to those who need them.
        """

    def texts(self, question: Q) -> tuple[str, ...]:
        """The texts that indexes in answers and counts stand for."""
        return ()

    @abstractmethod
    def public(self, question: Q, index: int, total: int) -> PublicQuestion:
        """The question without its solution, at its place among the questions of the quiz."""

    def as_played(self, question: Q, sample: Sample, *, randomize_options: bool) -> Q:
        """The question in the order that a session plays it in."""
        return question

    def is_told_by_indexes(self, question: Q) -> bool:
        """Whether the question follows from what players got and the correct options, as logs of 0.1.0 have it."""
        return False

    @abstractmethod
    def restored(
        self, struct: type[Q], asked: PublicQuestion, correct: tuple[int, ...] | None, explanation: str | None
    ) -> Question:
        """The question from what a log says of it: see `kinds.restored`."""


def asked_as(question: QuestionFields, text: str, index: int, total: int, **more: Any) -> PublicQuestion:
    """What players get of a question of any kind, with what its own kind adds."""
    return PublicQuestion(
        **{
            "index": index,
            "total": total,
            "kind": question.kind,
            "text": text,
            "image": question.image,
            "image_alt": UNSET if question.image_alt is None else question.image_alt,
            "options": (),
            "points": question.points,
            "time_limit_ms": question.time_limit_ms,
            **more,
        }
    )


def written_as(asked: PublicQuestion, explanation: str | None = None) -> dict[str, Any]:
    """The fields that a question of any kind has, from what players got of it."""
    return {
        "text": asked.text,
        "time_limit_ms": asked.time_limit_ms,
        "points": asked.points,
        "explanation": explanation,
        "image": asked.image,
        "image_alt": None if asked.image_alt is UNSET else asked.image_alt,
    }


def _pack(values: Iterable[int]) -> int:
    """A list of up to 14 numbers from -1 to 14 as one number, never 0."""
    packed = 1
    for value in values:
        packed = packed << 4 | value + 1
    return packed


def _unpack(packed: int) -> tuple[int, ...]:
    """The list that was packed."""
    values = []
    while packed > 1:
        values.append((packed & 15) - 1)
        packed >>= 4
    return tuple(reversed(values))


def percent(part: int, whole: int) -> int:
    """round_half_up(100 * part / whole) for what is not below 0, and 0 below it."""
    return (200 * part + whole) // (2 * whole) if part > 0 else 0


def check_text(answer: Answer, most: int) -> str:
    """The answer, if it is a text of up to so many characters that says something; raises Misfit otherwise."""
    if not isinstance(answer, str):
        raise Misfit("Answer with a text.")
    if len(answer) > most:
        raise Misfit(f"Write at most {most} characters.")
    if is_blank(answer):
        raise Misfit("Write something that can be seen.")
    return answer
