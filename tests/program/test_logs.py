import io
import json
import logging
from collections.abc import Iterator

import pytest

from program import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def root_logger_as_before() -> Iterator[None]:
    root, websockets = logging.getLogger(), logging.getLogger("websockets")
    before = (root.handlers[:], root.level, websockets.level)
    root.handlers = []  # `configure` closes those it replaces, and pytest's are not ours to close
    yield
    root.handlers, root.level, websockets.level = before


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_on_a_terminal_a_line_is_for_people() -> None:
    logs.configure(stream := Terminal())
    logging.getLogger("gateway.app").info("listening on port %d", 8000)
    assert stream.getvalue().endswith(" INFO    gateway.app: listening on port 8000\n")


def test_a_message_that_quotes_a_client_cannot_paint_over_lines() -> None:
    logs.configure(stream := Terminal())
    logging.getLogger("gateway.app").warning("refused: %s", "\x1b[2K\r\x9b1A\nall is well")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"refused: \u001b[2K\u000d\u009b1A\u000aall is well")
    logs.configure(other := io.StringIO())
    logging.getLogger("gateway.app").warning("refused: %s", "\x9b1A", extra={"origin": "\x9b2J"})
    assert "\x9b" not in other.getvalue()
    assert [(line["message"], line["origin"]) for line in lines(other)] == [("refused: \x9b1A", "\x9b2J")]


def test_on_a_terminal_a_traceback_keeps_its_lines() -> None:
    logs.configure(stream := Terminal())
    try:
        int("\x1b[2Jbad")
    except ValueError:
        logging.getLogger("x").exception("it ended")
    assert stream.getvalue().count("\n") > 3
    assert "\x1b" not in stream.getvalue()


def test_elsewhere_a_line_is_one_json_object_with_its_extra_fields() -> None:
    logs.configure(stream := io.StringIO())
    logging.getLogger("gateway.app").warning("closed\nslowly", extra={"close_code": 1013, "where": {1}})
    (line,) = lines(stream)
    assert str(line.pop("time")).endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "gateway.app",
        "message": "closed\nslowly",
        "close_code": 1013,
        "where": [1],
    }


def test_an_exception_stays_within_its_line() -> None:
    logs.configure(stream := io.StringIO())
    try:
        int("wrong")
    except ValueError:
        logging.getLogger("coordinator").exception("a batch failed")
    (line,) = lines(stream)
    assert "ValueError: invalid literal" in str(line["exception"])


def test_frames_which_hold_tokens_are_not_logged() -> None:
    logs.configure(stream := io.StringIO())
    logging.getLogger("websockets.server").debug("< TEXT %s", "a token")
    logging.getLogger("websockets.server").info("connection open")
    assert stream.getvalue() == ""


def test_a_broken_handshake_is_one_warning_without_a_traceback() -> None:
    logs.configure(stream := io.StringIO())
    try:
        bytes.fromhex("a scan")
    except ValueError:
        logging.getLogger("websockets.server").error("opening handshake failed", exc_info=True)
    (line,) = lines(stream)
    assert line["level"] == "warning"
    assert "exception" not in line
