"""A question of each kind that the crowd plays, its answers, and what share of one is right. Pure.

Shares are computed here again, from the published rules and nothing of the server. Texts are drawn as people write
them: a few again and again, and many once (Zipf).
"""

import random
from typing import Final, get_args

from quickpoll.protocol import (
    Answer,
    MatchQuestion,
    MultipleQuestion,
    NumberQuestion,
    OpenQuestion,
    Option,
    OrderQuestion,
    Pair,
    PollQuestion,
    PublicQuestion,
    Question,
    QuestionKind,
    RankingQuestion,
    ScaleQuestion,
    SingleQuestion,
    Solution,
    TextQuestion,
    TrueFalseQuestion,
    WordsQuestion,
    indexes_in,
    options_of,
)

KINDS: Final[tuple[QuestionKind, ...]] = tuple(kind for kind in get_args(QuestionKind) if kind != "slide")
"""All that players answer."""
CHOICES: Final[frozenset[QuestionKind]] = frozenset({"single", "multiple", "true_false", "poll"})
"""Of these, options are chosen, and it is counted how often."""
UNSCORED: Final[frozenset[QuestionKind]] = frozenset({"poll", "words", "open", "scale", "ranking"})
"""Nothing can be right."""
ZIPF: Final = 1.1
"""The exponent of how often the n-th text is written: as words are in natural language."""
TEXTS: Final = 2000
_WEIGHTS: Final = [1 / (rank + 1) ** ZIPF for rank in range(TEXTS)]
_LETTERS: Final = "bdfgklmnprst"
_ITEMS: Final = ("ant", "cat", "cow", "whale")
_PAIRS: Final = (Pair("Peru", "Lima"), Pair("Kenya", "Nairobi"), Pair("Cuba", "Havana"))
_VALUE: Final = 500


def ask(kind: QuestionKind, index: int, limit_ms: int) -> Question:
    """The question of a kind at a place of the quiz."""
    text = f"Question {index}?"
    match kind:
        case "single":
            return SingleQuestion(text, _options({index % 4}), time_limit_ms=limit_ms)
        case "multiple":
            return MultipleQuestion(text, _options({0, 2}), time_limit_ms=limit_ms)
        case "true_false":
            return TrueFalseQuestion(text, (Option("True", correct=True), Option("False")), time_limit_ms=limit_ms)
        case "poll":
            return PollQuestion(text, _options(set()), time_limit_ms=limit_ms)
        case "text":
            return TextQuestion(text, (word(0),), typos="none", time_limit_ms=limit_ms)
        case "number":
            return NumberQuestion(text, str(_VALUE), "50", time_limit_ms=limit_ms)
        case "order":
            return OrderQuestion(text, _ITEMS, time_limit_ms=limit_ms)
        case "match":
            return MatchQuestion(text, _PAIRS, ("Quito",), partial="exact", time_limit_ms=limit_ms)
        case "words":
            return WordsQuestion(text, time_limit_ms=limit_ms)
        case "open":
            return OpenQuestion(text, time_limit_ms=limit_ms)
        case "scale":
            return ScaleQuestion(text, time_limit_ms=limit_ms)
        case "ranking":
            return RankingQuestion(text, _options(set()), time_limit_ms=limit_ms)
        case _:
            raise ValueError(f"nobody answers a {kind}")


def answer(rng: random.Random, question: Question) -> Answer:
    """A random answer to a question."""
    count = len(options_of(question))
    match question:
        case MultipleQuestion():
            return tuple(sorted(rng.sample(range(count), rng.randint(1, count))))
        case TextQuestion():
            return _text(rng)
        case NumberQuestion():
            return str(round(rng.gauss(_VALUE, _VALUE / 5)))
        case OrderQuestion(items=items):
            return tuple(rng.sample(range(len(items)), len(items)))
        case MatchQuestion(pairs=pairs, extra=extra):
            return tuple(rng.sample(range(len(pairs) + len(extra)), len(pairs)))
        case WordsQuestion(max_words=most):
            return tuple(_text(rng) for _ in range(rng.randint(1, most)))
        case OpenQuestion():
            return " ".join(_text(rng) for _ in range(rng.randint(2, 12)))
        case ScaleQuestion(steps=steps):
            return rng.randrange(steps)
        case RankingQuestion(ranked=ranked):
            return tuple(rng.sample(range(count), ranked))
        case _:
            return rng.randrange(count)


def share(question: Question, given: Answer, shown: PublicQuestion | None) -> int:
    """What share of an answer is right, in percent; 0 where nothing can be right.

    Args:
        question: as its author wrote it.
        given: the answer as it was sent.
        shown: the question as players saw it: things to put in order or to match are shuffled. None: nobody did.
    """
    match question:
        case SingleQuestion() | MultipleQuestion() | TrueFalseQuestion():
            right = {index for index, option in enumerate(question.options) if option.correct}
            return 100 * (set(indexes_in(given)) == right)
        case TextQuestion():
            return 100 * (given == word(0))
        case NumberQuestion():
            return 100 * (abs(int(str(given)) - _VALUE) <= 50)
        case OrderQuestion() | MatchQuestion():
            return 100 * (given == solution(question, shown))
        case _:
            return 0


def solution(question: OrderQuestion | MatchQuestion, shown: PublicQuestion | None) -> tuple[int, ...]:
    """The right order, or the right side of each left one, as indexes of what was shown; empty if nobody saw it."""
    match question:
        case OrderQuestion(items=items) if shown and shown.items:
            return tuple(shown.items.index(item) for item in items)
        case MatchQuestion(pairs=pairs) if shown and shown.left and shown.right:
            partners = {pair.left: pair.right for pair in pairs}
            return tuple(shown.right.index(partners[left]) for left in shown.left)
        case _:
            return ()


def is_solved_by(question: Question, told: Solution | None, shown: PublicQuestion | None) -> bool:
    """Whether the order, or the pairs, that were told to be right are; true for all other kinds."""
    match question:
        case OrderQuestion():
            return told is not None and told.items == solution(question, shown)
        case MatchQuestion():
            return told is not None and told.rights == solution(question, shown)
        case _:
            return True


def word(rank: int) -> str:
    """The text that is written rank-th most often, counted from 0: consonants and vowels in turn."""
    letters = []
    rank += TEXTS
    while rank:
        rank, letter = divmod(rank, len(_LETTERS))
        letters.append(_LETTERS[letter] + "aeiou"[(rank + letter) % 5])
    return "".join(letters)


def _text(rng: random.Random) -> str:
    return word(rng.choices(range(TEXTS), _WEIGHTS)[0])


def _options(correct: set[int]) -> tuple[Option, ...]:
    return tuple(Option(f"Option {number}", number in correct) for number in range(4))
