"""Where log lines go and how they look: readable on a terminal, else one JSON object a line, to stderr.

Fields given as `extra=` become fields of the object. The `websockets` library is heard from
WARNING up: below that it writes out frames, and frames hold tokens.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import msgspec

from quickpoll.printable import printable

_STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Sends every logger's lines from `level` up to `stream` (stderr by default), in the form that fits it."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    if stream.isatty():
        handler.setFormatter(ReadableLines("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    else:
        handler.setFormatter(JsonLines())
    handler.addFilter(_without_handshake_traceback)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("websockets").setLevel(logging.WARNING)


class ReadableLines(logging.Formatter):
    """One line for people, and below it the lines of a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of one record; a message may quote clients and files, and stays on its line."""
        head, *traceback = super().format(_with_message(record, printable(record.getMessage()))).split("\n")
        return "\n".join([head, *map(printable, traceback)])


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record: when, how grave, by whom, what, and its extra fields."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return printable(msgspec.json.encode(fields, enc_hook=str).decode())  # JSON lets 8-bit controls through


def _with_message(record: logging.LogRecord, message: str) -> logging.LogRecord:
    return logging.makeLogRecord(vars(record) | {"msg": message, "args": None})


def _without_handshake_traceback(record: logging.LogRecord) -> bool:
    """Keeps what a port scan or a broken client causes to one line; `websockets` adds 25 of traceback."""
    if record.name.startswith("websockets") and record.msg == "opening handshake failed":
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
