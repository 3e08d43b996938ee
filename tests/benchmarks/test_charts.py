"""The pictures have every figure that was measured, for eyes and for screen readers."""

from xml.etree import ElementTree

from benchmarks.charts import PLAYERS, charts
from benchmarks.results import Case, Row

KEYS = ("total", "least", "ack p50", "ack p99", "waiting", "wake-ups")


def measured() -> Case:
    values = {f"{key} {players}": players / 100 + place for place, key in enumerate(KEYS) for players in PLAYERS}
    return Case(
        title="",
        measured_at="",
        machine={},
        rows=tuple(Row(what="", key=k, value=v, unit="") for k, v in values.items()),
    )


def test_nothing_measured_there_is_no_picture() -> None:
    assert charts({}) == {}


def test_each_figure_is_written_in_its_picture_and_described() -> None:
    made = charts({"a": measured()})
    assert list(made) == ["cpu.svg", "acknowledgements.svg", "waiting.svg"]
    for svg in made.values():
        root = ElementTree.fromstring(svg)  # noqa: S314 - of our own making
        texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert len([text for text in texts if text.replace(".", "").isdigit()]) == 2 * len(PLAYERS)
        described = root.find("{http://www.w3.org/2000/svg}desc")
        assert described is not None
        assert (described.text or "").count(" with ") == 2 * len(PLAYERS)
