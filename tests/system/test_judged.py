"""The table by which the editor's twin of the judging is tried says what the engine says."""

from tests.system.judged import FILE, table, written


def test_the_table_is_as_the_engine_judges() -> None:
    assert FILE.read_text() == written(), "write it again: python -m tests.system.judged"


def test_it_has_every_share_and_every_way_to_judge() -> None:
    cases = table()["text"]
    assert {case["share"] for case in cases} >= {0, 50, 80, 100}
    for way, strict in (("typos", "none"), ("exact_case", True), ("exact_accents", True)):
        assert sum(case[way] == strict for case in cases) >= 10, way
