import json

import pytest

from quickpoll.printable import printable


@pytest.mark.parametrize("text", ["", "Ana", "a b", "Zoë 🦊", "中文", "👨\u200d👩\u200d👧", "می\u200cروم"])
def test_what_people_write_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nice\r\x1b[2KSame results", r"nice\u000d\u001b[2KSame results"),
        ("two\nlines", r"two\u000alines"),
        ("\x9b2J", r"\u009b2J"),  # the 8-bit form of the same
        ("\x7f\x00", r"\u007f\u0000"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2028b", r"a\u2028b"),
        ("\U000e0001", r"\udb40\udc01"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert json.loads(f'"{shown}"') == text
