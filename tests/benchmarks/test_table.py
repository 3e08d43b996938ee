"""The tables say what was measured, on what, and whether that meets the target."""

import pytest

from benchmarks.results import Case, Row, case, figure
from benchmarks.table import as_markdown, as_text

HERE = {"processor": "P", "commit": "abc"}
CASE = Case(
    title="T",
    measured_at="2026-01-01 00:00 UTC",
    machine=HERE,
    rows=(
        Row(what="quick", key="q", value=0.1234, unit="ms", target=0.2, anchor="C", ratio=1.5, note="n"),
        Row(what="large", value=12_345.6, unit="bytes", target=10_000),
        Row(what="plain", value=3.0, unit=""),
    ),
)


@pytest.mark.parametrize(("value", "verdict"), [(0.19, "met"), (0.2, "met"), (0.21, "missed")])
def test_a_target_is_met_up_to_its_value(value: float, verdict: str) -> None:
    assert Row(what="", value=value, unit="", target=0.2).verdict == verdict


def test_a_case_is_a_table_under_its_machine() -> None:
    page = as_markdown({"a": CASE})
    assert page.startswith("processor P, commit abc.\n\n### (a) T\n\nMeasured 2026-01-01 00:00 UTC, one run.")
    assert "| quick (n) | 0.123 ms | ≤ 0.2 ms | met | 1.50 × C |" in page
    assert "| large | 12,346 bytes | ≤ 10,000 bytes | missed |  |" in page
    assert "| plain | 3  |  |  |  |" in page


def test_the_machine_is_told_again_only_where_it_differs() -> None:
    other = Case(title="U", measured_at="", machine={"processor": "Q"}, rows=())
    assert as_markdown({"a": CASE, "b": CASE, "c": other}).count("processor P") == 1
    assert "processor Q" in as_markdown({"a": CASE, "b": CASE, "c": other})


def test_of_several_runs_the_median_and_the_range_are_told() -> None:
    def run(value: float, ratio: float) -> tuple[Row, ...]:
        return (
            Row(what="quick", value=value, unit="ms", target=0.2, anchor="C", ratio=ratio),
            Row(what="lost", value=0, unit=""),
        )

    of_three = case("T", [run(0.3, 3.0), run(0.1, 1.0), run(0.15, 1.5)], stolen=0.012)
    page = as_markdown({"a": of_three})
    assert ", 3 runs: median, and range; other virtual machines took 1.2% of a core at most." in page
    assert "| quick | 0.15 ms (0.1 to 0.3) | ≤ 0.2 ms | met | 1.50 × C |" in page
    assert "| lost | 0  |  |  |  |" in page


def test_the_terminal_shows_the_verdict() -> None:
    assert as_text(CASE.rows[1]).endswith("≤ 10,000 bytes: missed")


def test_a_figure_is_found_by_its_key() -> None:
    assert figure({"a": CASE}, "a", "q") == 0.1234
    with pytest.raises(KeyError):
        figure({"a": CASE}, "a", "none")
