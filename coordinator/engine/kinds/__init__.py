"""The kinds of question: one file each, and nothing outside this package asks which kind a question is.

A kind says which answers fit, what share of an answer is right, what is counted of it, and how it is shown, stored
and restored. All of that is pure, in integers, so that a log replays to the same bytes everywhere. Deadlines, points,
streaks, ranks, results and the log are the same for all kinds. `kind.py` is what each file answers.
"""

from typing import Any, Final

from coordinator.engine.kinds.kind import Accepted, Kind, Misfit, Sample
from coordinator.engine.kinds.multiple import MULTIPLE
from coordinator.engine.kinds.poll import POLL
from coordinator.engine.kinds.single import SINGLE
from coordinator.engine.kinds.true_false import TRUE_FALSE
from quickpoll.protocol import (
    MultipleQuestion,
    PollQuestion,
    PublicQuestion,
    Question,
    QuestionFields,
    SingleQuestion,
    TrueFalseQuestion,
)

__all__ = ["KINDS", "STRUCTS", "Accepted", "Kind", "Misfit", "Sample", "of", "restored"]

KINDS: Final[dict[type[QuestionFields], Kind[Any]]] = {
    SingleQuestion: SINGLE,
    MultipleQuestion: MULTIPLE,
    TrueFalseQuestion: TRUE_FALSE,
    PollQuestion: POLL,
}
"""By the struct of its questions."""
STRUCTS: Final[dict[str, type[QuestionFields]]] = {str(struct.__struct_config__.tag): struct for struct in KINDS}
"""By the name of the kind."""


def of(question: Question) -> Kind[Any]:
    """The kind of a question."""
    return KINDS[type(question)]


def restored(asked: PublicQuestion, correct: tuple[int, ...] | None, explanation: str | None) -> Question:
    """A question from what the log says of it.

    Args:
        asked: as players saw it.
        correct: the correct options; None where the question was not closed: then any solution does.
        explanation: as told when it was closed.

    Raises:
        ValueError: no such question can be.
    """
    struct = STRUCTS[asked.kind]
    return KINDS[struct].restored(struct, asked, correct, explanation)
