"""`slide`: something to show between questions; nobody answers, and it stays until the host moves on."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine.kinds.kind import Accepted, Given, Kind, Misfit, Sample, Written, asked_as, written_as
from quickpoll.protocol import Answer, PublicQuestion, Question, SlideQuestion


class Slide(Kind[SlideQuestion]):
    """The rules of `slide`."""

    is_scored: ClassVar[bool] = False
    is_asked: ClassVar[bool] = False

    def check(self, question: SlideQuestion, answer: Answer) -> None:
        """Raises Misfit, whatever the answer."""
        raise Misfit("This is nothing to answer. Wait for the next question.")

    def judge(self, question: SlideQuestion, key: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""

    def told(
        self,
        question: SlideQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> None:
        """Nothing."""

    def public(self, question: SlideQuestion, index: int, total: int) -> PublicQuestion:
        """What is shown; it earns nothing and has no limit."""
        return asked_as(question, question.text, index, total, body=question.body, points=0, time_limit_ms=None)

    def as_played(self, question: SlideQuestion, sample: Sample, *, randomize_options: bool) -> SlideQuestion:
        """Without points and time limit, whatever its author left there."""
        return replace(question, points=0, time_limit_ms=None)

    def restored(
        self,
        struct: type[SlideQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """As it was."""
        fields: dict[str, Any] = {"body": None if asked.body is UNSET else asked.body, **written_as(asked)}
        return struct(**fields)


SLIDE: Final = Slide()
