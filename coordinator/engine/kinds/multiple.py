"""Several options may be right, and a player chooses all that are."""

from typing import Final

from coordinator.engine.kinds.kind import Accepted
from coordinator.engine.kinds.options import OptionsKind, check_list
from quickpoll.protocol import Answer, MultipleQuestion


class Multiple(OptionsKind[MultipleQuestion]):
    """The rules of `multiple`."""

    def check(self, question: MultipleQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is not a list of options."""
        check_list(answer, len(question.options))

    def judge(self, question: MultipleQuestion, answer: Answer, accepted: Accepted = frozenset()) -> int:
        """All or nothing; an option that a ruling accepts makes no difference."""
        chosen = set(self.tally(question, answer))
        return 100 if chosen ^ set(self.correct(question)) <= accepted else 0

    def unpack(self, question: MultipleQuestion, packed: int) -> Answer:
        """The options chosen, in their order."""
        return tuple(option for option in range(len(question.options)) if packed >> option & 1)


MULTIPLE: Final = Multiple()
