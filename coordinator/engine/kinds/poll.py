"""`poll`: players choose what they think; nothing is right or wrong."""

from typing import ClassVar, Final

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine.kinds.kind import Accepted, Misfit
from coordinator.engine.kinds.options import OptionsKind, check_list, check_one, options_in
from quickpoll.protocol import Answer, PollQuestion, PublicQuestion, Question


class Poll(OptionsKind[PollQuestion]):
    """The rules of `poll`."""

    is_scored: ClassVar[bool] = False

    def check(self, question: PollQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is neither the index of an option nor a list of as many as allowed."""
        if not isinstance(answer, tuple):
            check_one(answer, len(question.options))
            return
        check_list(answer, len(question.options))
        if len(answer) > question.max_choices:
            raise Misfit(f"Choose at most {question.max_choices}.")

    def judge(self, question: PollQuestion, key: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""

    def unpack(self, question: PollQuestion, packed: int) -> Answer:
        """The options chosen, in their order; an index where there can be only one."""
        if question.max_choices == 1:
            return super().unpack(question, packed)
        return options_in(packed)

    def public(self, question: PollQuestion, index: int, total: int) -> PublicQuestion:
        """The question, and how many options may be chosen."""
        return replace(super().public(question, index, total), max_choices=question.max_choices)

    def restored(
        self,
        struct: type[PollQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """With the number of options that may be chosen; logs say it where it is not 1."""
        poll = super().restored(struct, asked, correct, explanation)
        return poll if asked.max_choices is UNSET else replace(poll, max_choices=asked.max_choices)


POLL: Final = Poll()
