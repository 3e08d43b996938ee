import pytest

from quickpoll.wordlists import BY_LANGUAGE, EVERYWHERE, IN_NAMES


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_each_language_has_a_list_without_doubles_or_odd_lines(language: str) -> None:
    lines = BY_LANGUAGE[language]
    assert len(lines) >= 60
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert line == " ".join(line.split())
        assert line.strip("*")
        assert "*" not in line.strip("*")
        assert line.endswith("*") or not line.startswith("*")


def test_names_have_more_words_than_texts() -> None:
    assert set(EVERYWHERE) < set(IN_NAMES)
    assert len(set(IN_NAMES)) == len(IN_NAMES)
