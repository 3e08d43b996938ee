"""`single`: one option is right, and players choose one."""

from typing import Final, TypeVar

from coordinator.engine.kinds.kind import Accepted
from coordinator.engine.kinds.options import OptionsKind, check_one
from quickpoll.protocol import Answer, SingleQuestion, TrueFalseQuestion

S = TypeVar("S", SingleQuestion, TrueFalseQuestion)


class OneChoice(OptionsKind[S]):
    """The rules of `single`."""

    def check(self, question: S, answer: Answer) -> None:
        """Raises Misfit where an answer is not the index of an option."""
        check_one(answer, len(question.options))

    def judge(self, question: S, key: Answer, accepted: Accepted = frozenset()) -> int:
        """All or nothing."""
        return 100 if (key,) == self.correct(question) or key in accepted else 0


SINGLE: Final = OneChoice[SingleQuestion]()
