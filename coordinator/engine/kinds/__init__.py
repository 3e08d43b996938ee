"""The kinds of question: one file each, and nothing outside this package asks which kind a question is.

A kind says which answers fit, what share of an answer is right, what is counted of it, and how it is shown, stored
and restored. All of that is pure, in integers, so that a log replays to the same bytes everywhere. Deadlines, points,
streaks, ranks, results and the log are the same for all kinds. `kind.py` is what each file answers.
"""

from typing import Any, Final

from msgspec.structs import replace

from coordinator.engine.kinds.kind import Accepted, Given, Kind, Misfit, Sample, Written
from coordinator.engine.kinds.match import MATCH
from coordinator.engine.kinds.multiple import MULTIPLE
from coordinator.engine.kinds.number import NUMBER
from coordinator.engine.kinds.open import OPEN
from coordinator.engine.kinds.order import ORDER
from coordinator.engine.kinds.poll import POLL
from coordinator.engine.kinds.ranking import RANKING
from coordinator.engine.kinds.scale import SCALE
from coordinator.engine.kinds.single import SINGLE
from coordinator.engine.kinds.slide import SLIDE
from coordinator.engine.kinds.text import TEXT
from coordinator.engine.kinds.true_false import TRUE_FALSE
from coordinator.engine.kinds.words import WORDS
from quickpoll.protocol import (
    MatchQuestion,
    MultipleQuestion,
    NumberQuestion,
    OpenQuestion,
    OrderQuestion,
    PollQuestion,
    PublicQuestion,
    Question,
    QuestionFields,
    RankingQuestion,
    ScaleQuestion,
    SingleQuestion,
    SlideQuestion,
    TextQuestion,
    TrueFalseQuestion,
    WordsQuestion,
)

__all__ = ["KINDS", "STRUCTS", "Accepted", "Given", "Kind", "Misfit", "Sample", "Written", "of", "restored"]

KINDS: Final[dict[type[QuestionFields], Kind[Any]]] = {
    SingleQuestion: SINGLE,
    MultipleQuestion: MULTIPLE,
    TrueFalseQuestion: TRUE_FALSE,
    PollQuestion: POLL,
    TextQuestion: TEXT,
    NumberQuestion: NUMBER,
    OrderQuestion: ORDER,
    MatchQuestion: MATCH,
    WordsQuestion: WORDS,
    OpenQuestion: OPEN,
    ScaleQuestion: SCALE,
    RankingQuestion: RANKING,
    SlideQuestion: SLIDE,
}
"""By the struct of its questions."""
STRUCTS: Final[dict[str, type[QuestionFields]]] = {str(struct.__struct_config__.tag): struct for struct in KINDS}
"""By the name of the kind."""


def of(question: Question) -> Kind[Any]:
    """The kind of a question."""
    return KINDS[type(question)]


def restored(
    asked: PublicQuestion,
    correct: tuple[int, ...] | None,
    explanation: str | None,
    solved: Question | None = None,
) -> Question:
    """A question from what the log says of it.

    Args:
        asked: as players saw it.
        correct: the correct options; None where the question was not closed: then any solution does.
        explanation: as told when it was closed.
        solved: the question with its solution but without its picture, where the log has it.

    Raises:
        ValueError: no such question can be.
    """
    if solved is not None:
        return replace(solved, image=asked.image)
    struct = STRUCTS[asked.kind]
    return KINDS[struct].restored(struct, asked, correct, explanation)
