"""The questions of a quiz as their author writes them: one struct for each kind, and what makes a question playable.

A struct that decodes is playable. None of them is ever sent to players, since each holds its solution. What players
get of a question is `PublicQuestion` of the protocol; how answers are judged is the engine's business.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from quickpoll.broken import BrokenRule, RuleBroken
from quickpoll.decimals import DecimalText, aligned, decimal

MAX_QUESTIONS: Final = 200
MAX_SLIDER_STEPS: Final = 1001
"""Positions of a slider."""

TimeLimitMs = Annotated[int, Meta(ge=1000, le=300_000)]
Points = Annotated[int, Meta(ge=0, le=2000)]
# A bundled picture, or one inside the quiz file; nothing that makes a page ask another host.
Image = Annotated[
    str,
    Meta(
        max_length=65_536,
        pattern=r"^(/images/[A-Za-z0-9_-]+\.(svg|png|jpg|webp)|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$(?!\n)",
    ),
]
ItemText = Annotated[str, Meta(min_length=1, max_length=100)]
LabelText = Annotated[str, Meta(max_length=100)]
QuestionText = Annotated[str, Meta(min_length=1, max_length=500)]


class Option(Struct, frozen=True):
    """A choice offered, as the host writes it."""

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    correct: bool = False


class QuestionFields(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What a question of every kind has; a kind is the tag of its class."""

    time_limit_ms: TimeLimitMs | None = 10_000
    """Null: there is none; the question ends when all have answered, or when the host closes it."""
    points: Points = 1000
    explanation: Annotated[str, Meta(max_length=1000)] | None = None
    image: Image | None = None
    image_alt: Annotated[str, Meta(max_length=300)] | None = None
    """What the picture shows, for those who cannot see it."""
    notes: Annotated[str, Meta(max_length=1000)] | None = None
    """For the host's devices only."""

    @property
    def kind(self) -> "QuestionKind":
        """The tag that the question travels with."""
        return self.__struct_config__.tag  # type: ignore[return-value]  # each class below has one


# -- options to choose from -----------------------------------------------------------------


class OptionsQuestion(QuestionFields, frozen=True):
    """What the kinds have in common that offer options."""

    text: QuestionText
    options: Annotated[tuple[Option, ...], Meta(min_length=2, max_length=10)]

    @property
    def correct_count(self) -> int:
        """How many options are marked as correct."""
        return sum(option.correct for option in self.options)


class SingleQuestion(OptionsQuestion, frozen=True, tag="single"):
    """One option is correct, and players choose one. Never sent to players: it has the solution."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where not exactly one option is marked; msgspec adds the path."""
        if self.correct_count != 1:
            advice = f"a single question needs exactly one correct option, not {self.correct_count}"
            raise RuleBroken("options", BrokenRule.ONE_CORRECT, advice)


class MultipleQuestion(OptionsQuestion, frozen=True, tag="multiple"):
    """Several options may be correct, and players choose all that are."""

    partial: Literal["exact", "right_minus_wrong"] = "exact"
    """Whether all correct options and no other must be chosen, or each one counts."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where no option is marked."""
        if not self.correct_count:
            raise RuleBroken(
                "options", BrokenRule.SOME_CORRECT, "a multiple question needs at least one correct option"
            )


class TrueFalseQuestion(OptionsQuestion, frozen=True, tag="true_false"):
    """A statement that is true or false; the two options keep their order everywhere."""

    def __post_init__(self) -> None:
        """Raises RuleBroken unless there are two options, one of them marked."""
        if len(self.options) != 2 or self.correct_count != 1:
            advice = "a true_false question needs two options, one of them correct"
            raise RuleBroken("options", BrokenRule.TRUE_OR_FALSE, advice)


class PollQuestion(OptionsQuestion, frozen=True, tag="poll"):
    """An opinion: no option is correct, and nobody earns points."""

    max_choices: Annotated[int, Meta(ge=1, le=10)] = 1
    """How many options a player may choose."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where an option is marked."""
        if self.correct_count:
            raise RuleBroken("options", BrokenRule.NONE_CORRECT, "a poll has no correct option")


class RankingQuestion(QuestionFields, frozen=True, tag="ranking"):
    """An opinion: players put the options into an order, or the best of them."""

    text: QuestionText
    options: Annotated[tuple[Option, ...], Meta(min_length=3, max_length=10)]
    top: Annotated[int, Meta(ge=1, le=10)] | None = None
    """How many of them players rank; null: all."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where an option is marked, or more are to be ranked than there are."""
        if any(option.correct for option in self.options):
            raise RuleBroken("options", BrokenRule.NONE_CORRECT, "a ranking has no correct option")
        if self.ranked > len(self.options):
            count = len(self.options)
            advice = f"there are {count} options, {self.top} cannot be ranked"
            raise RuleBroken("top", BrokenRule.TOO_LARGE, advice, count)

    @property
    def ranked(self) -> int:
        """How many options a player ranks."""
        return self.top or len(self.options)


# -- texts and numbers ----------------------------------------------------------------------


class AcceptedText(Struct, frozen=True):
    """A text that is right, or in part."""

    text: Annotated[str, Meta(min_length=1, max_length=80)]
    share: Annotated[int, Meta(ge=1, le=100)] = 100
    """How much of the points it earns, in percent."""


class TextQuestion(QuestionFields, frozen=True, tag="text"):
    """Players write a short text; those that are right are listed."""

    text: QuestionText
    accepted: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=80)] | AcceptedText, ...], Meta(min_length=1, max_length=20)
    ]
    typos: Literal["none", "few"] = "few"
    """Whether a text with a slip or two counts: one from 4 characters on, two from 8."""
    exact_case: bool = False
    exact_accents: bool = False
    normalised: Annotated[tuple[AcceptedText, ...], Meta(max_length=20)] = ()
    """Filled in by the server: the accepted texts as they are compared."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where an accepted text is blank."""
        for index, text in enumerate(self.variants):
            if not text.text.strip():
                raise RuleBroken(f"accepted[{index}]", BrokenRule.BLANK, "write a text, not spaces only")

    @property
    def variants(self) -> tuple[AcceptedText, ...]:
        """The accepted texts, each with its share."""
        return tuple(AcceptedText(text) if isinstance(text, str) else text for text in self.accepted)


class NumberQuestion(QuestionFields, frozen=True, tag="number"):
    """Players give a number, typed or with a slider. Numbers travel as text, such as `-12.50`."""

    text: QuestionText
    value: DecimalText
    tolerance: DecimalText = "0"
    """How far an answer may be off and still be right."""
    unit: Annotated[str, Meta(max_length=20)] | None = None
    scoring: Literal["within", "closest"] = "within"
    """Whether all answers within the tolerance are right, or those that come closest."""
    min: DecimalText | None = None
    """With `max` and `step`: a slider."""
    max: DecimalText | None = None
    step: DecimalText | None = None

    def __post_init__(self) -> None:
        """Raises RuleBroken where numbers do not fit each other."""
        given = (self.value, self.tolerance, *(text for text in (self.min, self.max, self.step) if text is not None))
        value, tolerance, *slider = aligned([decimal(text) for text in given])
        if tolerance < 0:
            raise RuleBroken("tolerance", BrokenRule.TOO_SMALL, "it cannot be below 0", 0)
        if not slider:
            return
        if len(slider) != 3:
            raise RuleBroken("step", BrokenRule.SLIDER_PART, "a slider needs `min`, `max` and `step`")
        low, high, step = slider
        if not (low < high and step > 0):
            advice = "a slider goes up from `min` to `max`, by a `step` above 0"
            raise RuleBroken("step", BrokenRule.SLIDER_ORDER, advice)
        if (high - low) // step + 1 > MAX_SLIDER_STEPS:
            advice = f"a slider has at most {MAX_SLIDER_STEPS} steps; choose a larger one"
            raise RuleBroken("step", BrokenRule.SLIDER_STEPS, advice, MAX_SLIDER_STEPS)
        if not low <= value <= high:
            raise RuleBroken("value", BrokenRule.OUTSIDE_SLIDER, "it is not between `min` and `max`")


class WordsQuestion(QuestionFields, frozen=True, tag="words"):
    """Players give some words, which become a cloud."""

    text: QuestionText
    max_words: Annotated[int, Meta(ge=1, le=5)] = 3


class OpenQuestion(QuestionFields, frozen=True, tag="open"):
    """Players write what they think."""

    text: QuestionText


# -- things to arrange ----------------------------------------------------------------------


class OrderQuestion(QuestionFields, frozen=True, tag="order"):
    """Players put items into their right order."""

    text: QuestionText
    items: Annotated[tuple[ItemText, ...], Meta(min_length=3, max_length=8)]
    """In the right order."""
    partial: Literal["exact", "pairs"] = "exact"
    """Whether all must be in their place, or each pair in the right order counts."""
    right_order: Annotated[tuple[Annotated[int, Meta(ge=0, le=7)], ...], Meta(max_length=8)] = ()
    """Filled in by the server, which shuffles `items`: their right order then, as indexes."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where two items are the same, or `right_order` is no order of them."""
        _check_different("items", self.items)
        if self.right_order:
            _check_permutation("right_order", self.right_order, len(self.items))

    @property
    def solution(self) -> tuple[int, ...]:
        """The right order, as indexes of `items`."""
        return self.right_order or tuple(range(len(self.items)))


class Pair(Struct, frozen=True):
    """Two texts that belong together."""

    left: ItemText
    right: ItemText


class MatchQuestion(QuestionFields, frozen=True, tag="match"):
    """Players find for each text on the left the one on the right that belongs to it."""

    text: QuestionText
    pairs: Annotated[tuple[Pair, ...], Meta(min_length=2, max_length=6)]
    extra: Annotated[tuple[ItemText, ...], Meta(max_length=4)] = ()
    """Texts on the right that belong to none."""
    partial: Literal["each", "exact"] = "each"
    """Whether each pair counts, or all must be right."""
    right_places: Annotated[tuple[Annotated[int, Meta(ge=0, le=9)], ...], Meta(max_length=10)] = ()
    """Filled in by the server: in which order it shows the texts on the right, of the pairs and then `extra`."""

    def __post_init__(self) -> None:
        """Raises RuleBroken where two texts on the left are the same, or `right_places` is no order of those right."""
        _check_different("pairs", [pair.left for pair in self.pairs])
        if self.right_places:
            _check_permutation("right_places", self.right_places, len(self.pairs) + len(self.extra))

    @property
    def rights(self) -> tuple[str, ...]:
        """The texts on the right as they are shown."""
        texts = (*(pair.right for pair in self.pairs), *self.extra)
        return tuple(texts[place] for place in self.right_places) if self.right_places else texts

    @property
    def solution(self) -> tuple[int, ...]:
        """For each text on the left the index in `rights` that belongs to it."""
        return tuple(self.right_places.index(n) if self.right_places else n for n in range(len(self.pairs)))


# -- without a right answer -----------------------------------------------------------------


class ScaleQuestion(QuestionFields, frozen=True, tag="scale"):
    """Players say where between two ends they stand."""

    text: QuestionText
    min_label: LabelText = ""
    max_label: LabelText = ""
    steps: Annotated[int, Meta(ge=2, le=11)] = 5


class SlideQuestion(QuestionFields, frozen=True, tag="slide"):
    """Something to show between questions; nobody answers, and it stays until the host moves on."""

    text: QuestionText
    body: Annotated[str, Meta(max_length=2000)] | None = None


Question = (
    SingleQuestion
    | MultipleQuestion
    | TrueFalseQuestion
    | PollQuestion
    | TextQuestion
    | NumberQuestion
    | OrderQuestion
    | MatchQuestion
    | WordsQuestion
    | OpenQuestion
    | ScaleQuestion
    | RankingQuestion
    | SlideQuestion
)
"""One question of a quiz, with its solution; never sent to players."""
QuestionKind = Literal[
    "single",
    "multiple",
    "true_false",
    "poll",
    "text",
    "number",
    "order",
    "match",
    "words",
    "open",
    "scale",
    "ranking",
    "slide",
]


def options_of(question: Question) -> tuple[Option, ...]:
    """The options that a question offers; none where it is of a kind without."""
    return question.options if isinstance(question, OptionsQuestion | RankingQuestion) else ()


class Quiz(Struct, frozen=True):
    """A quiz as its author writes it, and as the host uploads it."""

    title: Annotated[str, Meta(min_length=1, max_length=120)]
    questions: Annotated[tuple[Question, ...], Meta(min_length=1, max_length=MAX_QUESTIONS)]


def _check_different(field: str, texts: Sequence[str]) -> None:
    if len(set(texts)) != len(texts):
        raise RuleBroken(field, BrokenRule.REPEATED, "no two of them may be the same")


def _check_permutation(field: str, indexes: tuple[int, ...], count: int) -> None:
    if sorted(indexes) != list(range(count)):
        raise RuleBroken(field, BrokenRule.NOT_AN_ORDER, f"it needs each index from 0 to {count - 1} once")
