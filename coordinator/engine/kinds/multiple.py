"""`multiple`: several options may be right, and players choose all that are."""

from typing import ClassVar, Final

from coordinator.engine.kinds.kind import Accepted, percent
from coordinator.engine.kinds.options import OptionsKind, check_list, options_in
from quickpoll.protocol import Answer, MultipleQuestion


class Multiple(OptionsKind[MultipleQuestion]):
    """The rules of `multiple`."""

    accepts_parts: ClassVar[bool] = True

    def check(self, question: MultipleQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is not a list of options."""
        check_list(answer, len(question.options))

    def judge(self, question: MultipleQuestion, key: Answer, accepted: Accepted = frozenset()) -> int:
        """All or nothing, or right ones less wrong ones; an option that a ruling accepts makes no difference."""
        chosen, correct = set(self.tally(question, key)), set(self.correct(question))
        if question.partial == "right_minus_wrong":
            counted, needed = chosen - accepted, correct - accepted
            return percent(len(counted & needed) - len(counted - needed), len(needed)) if needed else 100
        return 100 if chosen ^ correct <= accepted else 0

    def unpack(self, question: MultipleQuestion, packed: int) -> Answer:
        """The options chosen, in their order."""
        return options_in(packed)

    def is_told_by_indexes(self, question: MultipleQuestion) -> bool:
        """Unless it is judged in parts."""
        return question.partial == "exact"


MULTIPLE: Final = Multiple()
