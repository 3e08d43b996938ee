"""`words`: players name some words, which become a cloud; nothing is right or wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

from msgspec import UNSET

from coordinator.engine.kinds.kind import Accepted, Given, Kind, Misfit, Written, asked_as, check_text, written_as
from coordinator.engine.normalising import normalised, readable
from quickpoll.protocol import Answer, PublicQuestion, Question, Tally, WordCount, WordsQuestion

MAX_CHARACTERS: Final = 25
MOST_WORDS: Final = 60


class Words(Kind[WordsQuestion]):
    """The rules of `words`: an answer is a list of words; one that is named twice counts once."""

    is_scored: ClassVar[bool] = False
    is_written: ClassVar[bool] = True
    tells_texts: ClassVar[bool] = True

    def check(self, question: WordsQuestion, answer: Answer) -> None:
        """Raises Misfit where an answer is not a list of as many words as allowed."""
        if not isinstance(answer, tuple) or not answer:
            raise Misfit("Answer with a list of words.")
        if len(answer) > question.max_words:
            raise Misfit(f"Name at most {question.max_words}.")
        for word in answer:
            check_text(word, MAX_CHARACTERS)

    def judge(self, question: WordsQuestion, key: Answer, accepted: Accepted = frozenset()) -> None:
        """Nothing can be right."""

    def key(self, question: WordsQuestion, answer: Answer, locale: str | None) -> Answer:
        """The words as they are compared, each once."""
        return tuple(_by_key(answer))

    def shown(self, question: WordsQuestion, answer: Answer, key: Answer) -> Answer:
        """The words as they were written, each once."""
        return tuple(_by_key(answer).values())

    def told(
        self,
        question: WordsQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        """The most frequent words, as most of those who named one wrote it first."""
        counts: Counter[str] = Counter()
        texts: dict[str, str] = {}
        for each in sorted(written, key=lambda each: (-each.count, str(each.key))):
            for key, text in zip(_list(each.key), _list(each.shown), strict=False):
                counts[key] += each.count
                texts.setdefault(key, text)
        most = sorted(counts.items(), key=lambda word: (-word[1], word[0]))[:MOST_WORDS]
        return Tally(words=tuple(WordCount(text=texts[key], count=n) for key, n in most), distinct=len(counts))

    def public(self, question: WordsQuestion, index: int, total: int) -> PublicQuestion:
        """How many words may be named."""
        return asked_as(question, question.text, index, total, max_words=question.max_words)

    def restored(
        self,
        struct: type[WordsQuestion],
        asked: PublicQuestion,
        correct: tuple[int, ...] | None,
        explanation: str | None,
    ) -> Question:
        """As it was."""
        max_words = 3 if asked.max_words is UNSET else asked.max_words
        fields: dict[str, Any] = {"max_words": max_words, **written_as(asked, explanation)}
        return struct(**fields)


def _list(answer: Answer) -> list[str]:
    return [str(word) for word in answer] if isinstance(answer, tuple) else []


def _by_key(answer: Answer) -> dict[str, str]:
    """Words as they were written, by how they are compared."""
    found: dict[str, str] = {}
    for key, shown in map(_compared, _list(answer)):
        found.setdefault(key, shown)
    return found


@lru_cache(maxsize=8192)  # of thousands of players, most name the same words
def _compared(word: str) -> tuple[str, str]:
    return normalised(word) or readable(word), readable(word)


WORDS: Final = Words()
