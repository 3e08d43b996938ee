"""What makes a question playable; each refusal names the field."""

from typing import Any

import msgspec
import pytest

from quickpoll import questions
from quickpoll.questions import MatchQuestion, OrderQuestion, Pair, Quiz, SingleQuestion, TextQuestion, options_of

ABC = [{"text": text} for text in "abc"]


def read(**fields: Any) -> Any:
    quiz = {"title": "T", "questions": [{"text": "?", **fields}]}
    return msgspec.json.decode(msgspec.json.encode(quiz), type=Quiz).questions[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "text", "accepted": ["Lima", {"text": "Lime", "share": 50}]},
        {"kind": "number", "value": "-12.50", "tolerance": "0.5", "unit": "km"},
        {"kind": "number", "value": "5", "min": "0", "max": "100", "step": "0.1", "scoring": "closest"},
        {"kind": "order", "items": ["a", "b", "c"], "partial": "pairs"},
        {"kind": "match", "pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "1"}], "extra": ["2"]},
        {"kind": "words", "max_words": 5},
        {"kind": "open", "time_limit_ms": None},
        {"kind": "scale", "steps": 11, "min_label": "no", "max_label": "yes"},
        {"kind": "ranking", "options": ABC, "top": 3},
        {"kind": "slide", "body": "x" * 2000, "notes": "y" * 1000, "image_alt": "z" * 300},
        {"kind": "poll", "options": ABC, "max_choices": 10},
        {"kind": "single", "options": [{"text": str(n), "correct": n == 9} for n in range(10)]},
        {
            "kind": "multiple",
            "options": [{"text": "a", "correct": True}, {"text": "b"}],
            "partial": "right_minus_wrong",
        },
    ],
    ids=lambda fields: fields["kind"],
)
def test_each_kind_is_read_with_the_fields_of_its_author(fields: dict[str, Any]) -> None:
    question = read(**fields)
    assert question.kind == fields["kind"]
    for name in fields.keys() - {"kind", "accepted", "items", "pairs", "extra", "options"}:
        assert getattr(question, name) == fields[name]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "text", "accepted": ["ok", "  "]}, r"`accepted\[1\]`"),
        ({"kind": "text", "accepted": []}, "accepted"),
        ({"kind": "text", "accepted": [{"text": "a", "share": 0}]}, "share"),
        ({"kind": "number", "value": "1e3"}, "value"),
        ({"kind": "number", "value": "1", "tolerance": "-1"}, "`tolerance`"),
        ({"kind": "number", "value": "1", "min": "0"}, "`step`"),
        ({"kind": "number", "value": "1", "min": "2", "max": "1", "step": "1"}, "`step`"),
        ({"kind": "number", "value": "1", "min": "0", "max": "1001", "step": "1"}, "`step`"),
        ({"kind": "number", "value": "7", "min": "0", "max": "5", "step": "1"}, "`value`"),
        ({"kind": "number", "value": "123456789012345678901"}, "more than 20 digits"),
        ({"kind": "order", "items": ["a", "b", "a"]}, "`items`"),
        ({"kind": "order", "items": ["a", "b"]}, "items"),
        ({"kind": "order", "items": ["a", "b", "c"], "right_order": [0, 1, 1]}, "`right_order`"),
        ({"kind": "match", "pairs": [{"left": "a", "right": "1"}]}, "pairs"),
        ({"kind": "match", "pairs": [{"left": "a", "right": "1"}, {"left": "a", "right": "2"}]}, "`pairs`"),
        (
            {
                "kind": "match",
                "pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}],
                "right_places": [0, 2],
            },
            "`right_places`",
        ),
        ({"kind": "ranking", "options": [*ABC, {"text": "d", "correct": True}]}, "`options`"),
        ({"kind": "ranking", "options": ABC, "top": 4}, "`top`"),
        ({"kind": "scale", "steps": 12}, "steps"),
        ({"kind": "words", "max_words": 6}, "max_words"),
        ({"kind": "poll", "options": [{"text": str(n)} for n in range(11)]}, "options"),
    ],
)
def test_a_question_that_cannot_be_played_names_the_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        read(**fields)


def test_a_slider_has_up_to_1001_positions() -> None:
    assert read(kind="number", value="1", min="0", max="1000", step="1").step == "1"


def test_the_right_order_and_the_right_sides_follow_the_shuffle() -> None:
    order = OrderQuestion("?", ("c", "a", "b"), right_order=(1, 2, 0))
    assert [order.items[item] for item in order.solution] == ["a", "b", "c"]
    assert OrderQuestion("?", ("a", "b", "c")).solution == (0, 1, 2)
    match = MatchQuestion("?", (Pair("a", "1"), Pair("b", "2")), ("3",), right_places=(2, 0, 1))
    assert match.rights == ("3", "1", "2")
    assert [match.rights[right] for right in match.solution] == ["1", "2"]
    assert MatchQuestion("?", match.pairs, ("3",)).rights == ("1", "2", "3")


def test_variants_have_shares_and_only_some_kinds_have_options() -> None:
    text = TextQuestion("?", ("Lima", questions.AcceptedText("Lime", 50)))
    assert [(variant.text, variant.share) for variant in text.variants] == [("Lima", 100), ("Lime", 50)]
    assert options_of(text) == ()
    single = SingleQuestion("?", (questions.Option("a", correct=True), questions.Option("b")))
    assert options_of(single) == single.options
