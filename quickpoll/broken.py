"""What a message that is not of the protocol breaks: where, which rule, and the rule's limit.

msgspec says so in a sentence for people. This is the one place that takes its sentences apart, so that no client has
to; rules of our own are raised as `RuleBroken`.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple


class BrokenRule(StrEnum):
    """What is wrong with a field, for programs; `limit` is what the rule allows."""

    MISSING = "missing"  # it has to be there
    TYPE = "type"  # limit: the JSON types that it may have, such as `array | null`
    UNKNOWN = "unknown"  # limit: the value, which is none of those allowed
    FORMAT = "format"  # it is a text of another form
    TOO_SHORT = "too_short"  # limit: how many characters it has at least
    TOO_LONG = "too_long"  # limit: how many characters it has at most
    TOO_FEW = "too_few"  # limit: how many entries it has at least
    TOO_MANY = "too_many"  # limit: how many entries it has at most
    TOO_SMALL = "too_small"  # limit: the least number
    TOO_LARGE = "too_large"  # limit: the greatest number
    BLANK = "blank"  # it has to show something
    REPEATED = "repeated"  # no two of its entries may be the same
    OUTSIDE_SLIDER = "outside_slider"  # it has to lie between `min` and `max`
    SLIDER_PART = "slider_part"  # `min`, `max` and `step` belong together
    SLIDER_ORDER = "slider_order"  # it has to lead up from `min` to `max`
    SLIDER_STEPS = "slider_steps"  # limit: how many steps a slider has at most
    NOT_AN_ORDER = "not_an_order"  # it needs each index once
    ONE_CORRECT = "one_correct"  # exactly one option is correct
    SOME_CORRECT = "some_correct"  # at least one option is correct
    NONE_CORRECT = "none_correct"  # no option is correct
    TRUE_OR_FALSE = "true_or_false"  # there are two options, one of them correct
    ONE_DECISION = "one_decision"  # a ruling decides exactly one thing


class RuleBroken(ValueError):
    """A field breaks a rule that its type alone does not say; msgspec adds where the object is that has the field."""

    def __init__(self, field: str, rule: BrokenRule, advice: str, limit: int | None = None) -> None:
        super().__init__(f"`{field}`: {advice}")
        self.field = field
        self.rule = rule
        self.limit = limit


class Broken(NamedTuple):
    """Where and what: `path` is that of the field, such as `$.quiz.questions[3].options`."""

    path: str
    rule: BrokenRule
    limit: int | str | None = None


_TYPES: Final = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_PLACE: Final = re.compile(r"(?P<problem>.*?)(?: - at `(?:key in )?(?P<path>\$.*)`)?", re.DOTALL)
_SENTENCES: Final[tuple[tuple[re.Pattern[str], BrokenRule, Callable[[str], int | str | None]], ...]] = (
    (re.compile(r"Expected `str` of length >= (\d+)"), BrokenRule.TOO_SHORT, int),
    (re.compile(r"Expected `str` of length <= (\d+)"), BrokenRule.TOO_LONG, int),
    (re.compile(r"Expected `array` of (?:at least length|length >=) (\d+)(?:, got \d+)?"), BrokenRule.TOO_FEW, int),
    (re.compile(r"Expected `array` of (?:at most length|length <=) (\d+)(?:, got \d+)?"), BrokenRule.TOO_MANY, int),
    (re.compile(r"Expected `int` >= (-?\d+)"), BrokenRule.TOO_SMALL, int),
    (re.compile(r"Expected `int` <= (-?\d+)"), BrokenRule.TOO_LARGE, int),
    (re.compile(r"(Expected) `str` matching regex .*", re.DOTALL), BrokenRule.FORMAT, lambda _: None),
    (
        re.compile(r"Expected `([^`]+)`(?:, got `[^`]+`)?"),
        BrokenRule.TYPE,
        lambda types: " | ".join(_TYPES.get(name, name) for name in types.split(" | ")),
    ),
    (re.compile(r"Invalid (?:enum )?value (.*)", re.DOTALL), BrokenRule.UNKNOWN, lambda value: value.strip("'\"")),
)
_MISSING: Final = re.compile(r"Object missing required field `(.+)`")


def broken(error: Exception) -> Broken | None:
    """What a `msgspec.ValidationError` says; None if it is another error, or says something unknown."""
    place = _PLACE.fullmatch(str(error))
    assert place is not None, "everything matches"
    problem, path = place["problem"], place["path"] or "$"
    if isinstance(error.__cause__, RuleBroken):
        cause = error.__cause__
        return Broken(f"{path}.{cause.field}", cause.rule, cause.limit)
    if missing := _MISSING.fullmatch(problem):
        return Broken(f"{path}.{missing[1]}", BrokenRule.MISSING)
    for sentence, rule, limit_of in _SENTENCES:
        if found := sentence.fullmatch(problem):
            return Broken(path, rule, limit_of(found[1]))
    return None
