from pathlib import Path

import pytest

from quickpoll import setting_readers as readers


def test_blanks_line_ends_and_a_byte_order_mark_are_trimmed() -> None:
    assert readers.trimmed("\ufeff a value\r\n") == "a value"


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\x1b[2Jb", "a\x00b", "a\u2028b"])
def test_a_control_character_inside_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        readers.trimmed(text)


def test_a_whole_number_has_bounds() -> None:
    read = readers.whole_number(1, 10)
    assert (read("1"), read("10")) == (1, 10)
    for text in ("0", "11", "-1", "1.0", "", "\u0661", "9" * 10_000):
        with pytest.raises(ValueError):
            read(text)


def test_a_switch_is_on_or_off() -> None:
    assert (readers.switch("on"), readers.switch("off")) == (True, False)
    for text in ("", "yes", "ON", "1"):
        with pytest.raises(ValueError):
            readers.switch(text)


def test_a_folder_is_made_absolute() -> None:
    assert readers.folder("data") == Path.cwd() / "data"
    assert readers.folder("~/data") == Path.home() / "data"
    with pytest.raises(ValueError):
        readers.folder("")


def test_a_web_address_loses_its_last_slash() -> None:
    assert readers.web_address("https://q.example/") == "https://q.example"


@pytest.mark.parametrize(
    "text", ["", "q.example", "ftp://q.example", "https://", "https://q.example/?a", "https://a b"]
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        readers.web_address(text)


def test_a_public_address_has_no_path() -> None:
    assert readers.public_url("https://q.example:8443/") == "https://q.example:8443"
    with pytest.raises(ValueError):
        readers.public_url("https://school.example/quiz/")


def test_lists_are_separated_by_commas() -> None:
    assert readers.origins("https://a.example/, ,http://b.example:81") == ("https://a.example", "http://b.example:81")
    assert len(readers.networks("10.0.0.0/8, ::1")) == 2


def test_links_have_a_text_and_a_web_address() -> None:
    given = "Impressum=https://a.example/i?x=1#y, Privacy policy = http://b.example"
    assert readers.links(given) == (("Impressum", "https://a.example/i?x=1#y"), ("Privacy policy", "http://b.example"))
    assert readers.links("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example",
        "=https://a.example",
        "A=javascript:alert(1)",
        "A=/imprint",
        "A=b c",
        "x" * 41 + "=https://a",
        ",".join(["A=https://a.b"] * 7),
    ],
)
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        readers.links(text)
