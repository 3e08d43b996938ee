"""`ranking`: players put options, or the best of them, into the order that they prefer; nothing is right or wrong."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine.kinds.kind import (
    Accepted,
    Given,
    Kind,
    Misfit,
    Sample,
    Written,
    asked_as,
    written_as,
)
from coordinator.engine.kinds.options import check_list, without_marks
from coordinator.engine.kinds.order import rows
from quickpoll.protocol import Answer, Option, PublicQuestion, Question, RankingQuestion, Tally, indexes_in


class Ranking(Kind[RankingQuestion]):
    """The rules of `ranking`: an answer lists the indexes of as many options as are ranked, the best first."""

    is_scored: ClassVar[bool] = False

    def check(self, question: RankingQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer does not rank as many options as it should."""
        check_list(answer, len(question.options))
        if len(indexes_in(answer)) != question.ranked:
            raise Misfit(f"Rank {question.ranked} options.")

    def judge(self, question: RankingQuestion, key: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""

    def cells(self, question: RankingQuestion) -> int:
        """A count for each option in each place."""
        return len(question.options) * question.ranked

    def tally(self, question: RankingQuestion, key: Answer) -> Iterable[int]:
        """Each option in its place."""
        return (option * question.ranked + place for place, option in enumerate(indexes_in(key)))

    def describe(self, question: RankingQuestion, answer: Answer) -> str:
        """The options, the best first."""
        return "ranking " + ", ".join(f"{n + 1} ({question.options[n].text})" for n in indexes_in(answer))

    def told(
        self,
        question: RankingQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """Points by option, and how often each was the first."""
        ranked = question.ranked
        table = rows(cells, ranked)
        firsts = tuple(row[0] for row in table)
        answered = sum(firsts)
        sums = [sum(count * (ranked - place) for place, count in enumerate(row)) for row in table]
        points = tuple((200 * total + answered) // (2 * answered) if answered else 0 for total in sums)
        return Tally(points=points, firsts=firsts)

    def texts(self, question: RankingQuestion) -> tuple[str, ...]:
        """The texts of the options."""
        return tuple(option.text for option in question.options)

    def public(self, question: RankingQuestion, index: int, total: int) -> PublicQuestion:
        """The options, and how many are ranked."""
        options = without_marks(question.options)
        return asked_as(question, question.text, index, total, options=options, top=question.ranked)

    def as_played(self, question: RankingQuestion, sample: Sample, *, randomize_options: bool) -> RankingQuestion:
        """With the options in a drawn order, if the host wants that."""
        return replace(question, options=sample(question.options)) if randomize_options else question

    def restored(
        self,
        struct: type[RankingQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """As it was."""
        options = tuple(Option(option.text) for option in asked.options)
        top = None if asked.top is UNSET else asked.top
        fields: dict[str, Any] = {"options": options, "top": top, **written_as(asked, explanation)}
        return struct(**fields)


RANKING: Final = Ranking()
