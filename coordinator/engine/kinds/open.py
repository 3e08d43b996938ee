"""`open`: players write what they think; nothing is right or wrong."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from coordinator.engine.kinds.kind import Accepted, Given, Kind, Written, asked_as, check_text, written_as
from coordinator.engine.normalising import readable
from quickpoll.protocol import Answer, OpenQuestion, PublicQuestion, Question, Tally

MAX_CHARACTERS: Final = 250


class Open(Kind[OpenQuestion]):
    """The rules of `open`."""

    is_scored: ClassVar[bool] = False
    is_written: ClassVar[bool] = True
    tells_texts: ClassVar[bool] = True
    is_picked: ClassVar[bool] = True

    def check(self, question: OpenQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is no text, too long or blank."""
        check_text(answer, MAX_CHARACTERS)

    def judge(self, question: OpenQuestion, key: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""

    def key(self, question: OpenQuestion, answer: Answer, locale: str | None) -> Answer:
        """The text on one line."""
        return readable(str(answer))

    def told(
        self,
        question: OpenQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """How many there are; which texts are told, the host decides: see `tallying.py`."""
        return Tally(texts=(), count=sum(each.count for each in written))

    def public(self, question: OpenQuestion, index: int, total: int) -> PublicQuestion:
        """The question alone."""
        return asked_as(question, question.text, index, total)

    def restored(
        self,
        struct: type[OpenQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """As it was."""
        fields: dict[str, Any] = written_as(asked, explanation)
        return struct(**fields)


OPEN: Final = Open()
