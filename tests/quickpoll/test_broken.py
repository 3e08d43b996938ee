"""What msgspec really says of wrong messages, taken apart: a new wording of its sentences fails here."""

import json
from typing import Any

import pytest
from msgspec import UNSET

from quickpoll.broken import Broken, BrokenRule
from quickpoll.protocol import BadMessage, decode_command, encode_message

OPTIONS = [{"text": "a", "correct": True}, {"text": "b"}]
SINGLE = {"kind": "single", "text": "?", "options": OPTIONS}
NUMBER = {"kind": "number", "text": "?", "value": "1"}
SLIDER = NUMBER | {"min": "0", "max": "10", "step": "1"}
POLL = {"kind": "poll", "text": "?", "options": [{"text": "a"}, {"text": "b"}]}
RANKING = {"kind": "ranking", "text": "?", "options": [{"text": text} for text in "abc"]}


def broken(message: dict[str, Any]) -> Broken | None:
    with pytest.raises(BadMessage) as caught:
        decode_command(json.dumps(message))
    found, error = caught.value.broken, caught.value.as_error()
    if found is not None:
        assert (error.path, error.rule) == (found.path, found.rule)
        assert error.limit == (UNSET if found.limit is None else found.limit)
    return found


@pytest.mark.parametrize(
    ("question", "field", "rule", "limit"),
    [
        (SINGLE | {"options": "a, b"}, "options", BrokenRule.TYPE, "array"),
        (SINGLE | {"points": "many"}, "points", BrokenRule.TYPE, "integer"),
        (SINGLE | {"image": 5}, "image", BrokenRule.TYPE, "string | null"),
        ({"kind": "single", "text": "?"}, "options", BrokenRule.MISSING, None),
        ({"text": "?"}, "kind", BrokenRule.MISSING, None),
        (SINGLE | {"kind": "essay"}, "kind", BrokenRule.UNKNOWN, "essay"),
        (NUMBER | {"scoring": "best"}, "scoring", BrokenRule.UNKNOWN, "best"),
        (SINGLE | {"text": ""}, "text", BrokenRule.TOO_SHORT, 1),
        (SINGLE | {"notes": "x" * 1001}, "notes", BrokenRule.TOO_LONG, 1000),
        (SINGLE | {"options": OPTIONS[:1]}, "options", BrokenRule.TOO_FEW, 2),
        (SINGLE | {"options": OPTIONS * 6}, "options", BrokenRule.TOO_MANY, 10),
        (SINGLE | {"time_limit_ms": 999}, "time_limit_ms", BrokenRule.TOO_SMALL, 1000),
        (SINGLE | {"points": 10**6}, "points", BrokenRule.TOO_LARGE, 2000),
        (SINGLE | {"image": "https://elsewhere.example/a.png"}, "image", BrokenRule.FORMAT, None),
        (NUMBER | {"value": "one"}, "value", BrokenRule.FORMAT, None),
        (SINGLE | {"options": [{"text": "a"}, {"text": "b"}]}, "options", BrokenRule.ONE_CORRECT, None),
        (SINGLE | {"kind": "multiple", "options": POLL["options"]}, "options", BrokenRule.SOME_CORRECT, None),
        (SINGLE | {"kind": "true_false", "options": OPTIONS * 2}, "options", BrokenRule.TRUE_OR_FALSE, None),
        (POLL | {"options": OPTIONS}, "options", BrokenRule.NONE_CORRECT, None),
        (RANKING | {"top": 4}, "top", BrokenRule.TOO_LARGE, 3),
        ({"kind": "text", "text": "?", "accepted": ["a", " "]}, "accepted[1]", BrokenRule.BLANK, None),
        (NUMBER | {"tolerance": "-1"}, "tolerance", BrokenRule.TOO_SMALL, 0),
        (NUMBER | {"min": "0"}, "step", BrokenRule.SLIDER_PART, None),
        (SLIDER | {"step": "-1"}, "step", BrokenRule.SLIDER_ORDER, None),
        (SLIDER | {"step": "0.001"}, "step", BrokenRule.SLIDER_STEPS, 1001),
        (SLIDER | {"value": "11"}, "value", BrokenRule.OUTSIDE_SLIDER, None),
        ({"kind": "order", "text": "?", "items": ["a", "b", "a"]}, "items", BrokenRule.REPEATED, None),
    ],
)
def test_a_question_that_cannot_be_played_names_field_rule_and_limit(
    question: dict[str, Any], field: str, rule: BrokenRule, limit: int | str | None
) -> None:
    wrong = {"type": "create_session", "quiz": {"title": "Quiz", "questions": [SINGLE, question]}}
    assert broken(wrong) == Broken(f"$.quiz.questions[1].{field}", rule, limit)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"type": "join_session", "code": "12", "name": "Ann"}, Broken("$.code", BrokenRule.FORMAT)),
        ({"type": "join_session", "code": "123456"}, Broken("$.name", BrokenRule.MISSING)),
        (
            {"type": "rule", "question": 0, "ruling": {"void": True, "accept": 1}},
            Broken("$.ruling.accept", BrokenRule.ONE_DECISION),
        ),
        ({"type": 5}, Broken("$.type", BrokenRule.TYPE, "string")),
    ],
)
def test_so_does_any_command(message: dict[str, Any], found: Broken) -> None:
    assert broken(message) == found


def test_text_that_is_no_message_breaks_no_rule() -> None:
    with pytest.raises(BadMessage) as caught:
        decode_command("{")
    assert caught.value.broken is None
    assert encode_message(caught.value.as_error()).startswith(
        b'{"type":"error","code":"bad_message","message":"not JSON'
    )
