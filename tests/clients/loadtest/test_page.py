"""The page tells all that the report has, loads nothing, and lets no text become markup."""

import re
from html.parser import HTMLParser

import pytest

from clients.loadtest.histograms import bins, latency
from clients.loadtest.ledger import Audit
from clients.loadtest.page import as_page, duration, picture
from clients.loadtest.report import report
from tests.clients.loadtest.test_report import GOOD, two_players


class Outline(HTMLParser):
    """Tags and text; fails on one that is not closed in order where it must be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert name not in ("src", "href"), f"{tag} loads {value}"

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_is_one_file_that_loads_nothing() -> None:
    page = as_page(report(two_players(), GOOD))
    outline = Outline(page)
    assert "script" not in outline.tags
    assert not re.search(r"url\(|@import", page)
    assert "$" not in page


def test_it_says_the_verdict_first_and_shows_a_picture_for_each_latency_that_was_measured() -> None:
    outline = Outline(as_page(report(two_players(), GOOD)))
    assert "Nothing was lost" in outline.text
    assert outline.tags.count("svg") == 5  # nobody was cut off, so nobody came back
    assert "Acknowledgement of an answer" in outline.text


def test_what_is_wrong_is_told_and_stays_text() -> None:
    page = as_page(report(two_players(), Audit(2, 0, ("player <b>7</b> was told no result",))))
    assert "Answers were lost or doubled" in page
    assert "player &lt;b&gt;7&lt;/b&gt; was told no result" in page
    assert "Something is wrong" in as_page(report(two_players(), Audit(0, 0, ("odd",))))


def test_many_findings_are_cut_short() -> None:
    page = as_page(report(two_players(), Audit(0, 0, tuple(f"finding {number}" for number in range(201)))))
    assert "and 1 more findings" in page


def test_each_bar_lies_within_the_picture_and_the_highest_is_the_most_frequent() -> None:
    found = latency([0.002, 0.002, 0.002, 0.05, 0.7])
    drawn = picture(bins(found.hdr), found, "join")
    bars = [
        tuple(map(float, bar)) for bar in re.findall(r'<rect x="(.+?)" width="(.+?)" y="(.+?)" height="(.+?)"', drawn)
    ]
    assert len(bars) == 3
    for x, width, y, height in bars:
        assert 0 <= x < x + width <= 360
        assert 0 <= y < y + height <= 98.1
    assert max(bars, key=lambda bar: bar[3]) == bars[0]
    assert "median 2 ms" in drawn


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0.05, "50 µs"),
        (0.1, "0.1 ms"),
        (1, "1 ms"),
        (2.34, "2.3 ms"),
        (99.6, "100 ms"),
        (1000, "1 s"),
        (12_345, "12 s"),
    ],
)
def test_durations_are_short(milliseconds: float, text: str) -> None:
    assert duration(milliseconds) == text
