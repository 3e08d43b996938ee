"""`text`: players write a short text; those that the author lists are right, with a typo or two if that is allowed."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from coordinator.engine import spelling
from coordinator.engine.kinds.kind import (
    Accepted,
    Given,
    Kind,
    Sample,
    Written,
    asked_as,
    check_text,
    written_as,
)
from coordinator.engine.normalising import normalised, readable
from quickpoll.protocol import AcceptedText, Answer, PublicQuestion, Question, Solution, Tally, TextGroup, TextQuestion

MAX_CHARACTERS: Final = 80
GROUPS: Final = 20


class Text(Kind[TextQuestion]):
    """The rules of `text`: answers are compared as they are normalised."""

    is_written: ClassVar[bool] = True
    is_acceptable: ClassVar[bool] = True
    tells_texts: ClassVar[bool] = True

    def check(self, question: TextQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is no text, too long or blank."""
        check_text(answer, MAX_CHARACTERS)

    def key(self, question: TextQuestion, answer: Answer, locale: str | None) -> Answer:
        """The text as it is compared."""
        return _normalised(question, str(answer)) or readable(str(answer))

    def shown(self, question: TextQuestion, answer: Answer, key: Answer) -> Answer:
        """As it was written, on one line."""
        return readable(str(answer))

    def acceptable(self, question: TextQuestion, text: Answer) -> Answer:
        """An answer."""
        self.check(question, text)
        return self.key(question, text, None)

    def judge(self, question: TextQuestion, key: Answer, accepted: Accepted = frozenset()) -> int:
        """The share of the variant that it equals, or of the one that it is a slip away from.

        What differs in nothing but capitals or accents, where those have to be right, is no slip.
        """
        text, variants = str(key), _variants(question)
        equal = [variant.share for variant in variants if variant.text == text]
        if equal or question.typos == "none":
            return max(equal, default=0)
        if question.exact_case or question.exact_accents:
            variants = tuple(one for one in variants if normalised(one.text) != normalised(text))
        return _with_slips(text, variants)

    def solution(self, question: TextQuestion) -> Solution:
        """The texts that are right, as the author wrote them."""
        return Solution(accepted=question.variants)

    def told(
        self,
        question: TextQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """The most frequent texts."""
        most = sorted(written, key=lambda each: (-each.count, str(each.key)))[:GROUPS]
        groups = tuple(TextGroup(text=str(each.shown), count=each.count, share=each.share) for each in most)
        return Tally(groups=groups, distinct=len(written))

    def public(self, question: TextQuestion, index: int, total: int) -> PublicQuestion:
        """The question alone."""
        return asked_as(question, question.text, index, total)

    def as_played(self, question: TextQuestion, sample: Sample, *, randomize_options: bool) -> TextQuestion:
        """With the accepted texts as they are compared: a replay needs no Unicode tables."""
        return replace(question, normalised=_normalise_variants(question))

    def restored(
        self,
        struct: type[TextQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """With any solution."""
        fields: dict[str, Any] = {"accepted": ("-",), **written_as(asked)}
        return struct(**fields)


def _normalised(question: TextQuestion, text: str) -> str:
    return normalised(text, exact_case=question.exact_case, exact_accents=question.exact_accents)


def _variants(question: TextQuestion) -> tuple[AcceptedText, ...]:
    return question.normalised or _normalise_variants(question)


@lru_cache(maxsize=64)
def _normalise_variants(question: TextQuestion) -> tuple[AcceptedText, ...]:
    return tuple(AcceptedText(_normalised(question, v.text) or v.text, v.share) for v in question.variants)


def _with_slips(text: str, variants: tuple[AcceptedText, ...]) -> int:
    """The share of the nearest variants; 0 where there is none, or they have different shares."""
    nearest, shares = spelling.TWO_SLIPS_FROM, set[int]()
    for variant in variants:
        off = spelling.distance(text, variant.text, spelling.slips_allowed(variant.text))
        if off is None or off > nearest or spelling.fixed_words(text) != spelling.fixed_words(variant.text):
            continue
        shares = shares | {variant.share} if off == nearest else {variant.share}
        nearest = off
    return shares.pop() if len(shares) == 1 else 0


TEXT: Final = Text()
