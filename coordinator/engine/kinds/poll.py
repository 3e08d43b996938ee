"""An opinion: nothing is right, and nobody earns points."""

from typing import ClassVar, Final

from coordinator.engine.kinds.kind import Accepted
from coordinator.engine.kinds.options import OptionsKind, check_one
from quickpoll.protocol import Answer, PollQuestion


class Poll(OptionsKind[PollQuestion]):
    """The rules of `poll`."""

    is_scored: ClassVar[bool] = False

    def check(self, question: PollQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is not the index of an option."""
        check_one(answer, len(question.options))

    def judge(self, question: PollQuestion, answer: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""


POLL: Final = Poll()
