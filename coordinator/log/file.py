"""The file that a session's log is exported as: a line for each record, and one that ends it.

    ["9f86d081884c7d659a2f","answer",1764248064210,17,2,1]
    ["end",5123,"<hash of the last record>"]

A line is a record with the first 20 digits of its hash before it: for an answer, that is its receipt. So a change of
any byte shows, and in which line; so does a missing end. A file that was changed and whose hashes were all computed
again cannot be told from the file alone, but by any receipt or head that was told before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from coordinator.engine import kinds, log_chain, records
from coordinator.engine.records import Adds, Began, Chooses, Closed, Opened, Record, Solved
from quickpoll.protocol import Option, PollQuestion, PublicQuestion, Question, Quiz

RECEIPT_CHARACTERS: Final = 2 * log_chain.RECEIPT_BYTES
_BEFORE_RECORD: Final = len('["') + RECEIPT_CHARACTERS + len('",')

_NEVER_ASKED: Final = PollQuestion("-", (Option("-"), Option("-")))


class UnreadableLog(Exception):
    """No log of a session, or of a format that this version cannot read; its text says why."""


class Tampered(Exception):
    """A file that is not as it was exported; its text says where."""


@dataclass(frozen=True)
class SessionLog:
    """A whole log whose chain is sound."""

    texts: Sequence[bytes]
    records: Sequence[Record]
    receipts: Sequence[str]
    head: str

    @property
    def began(self) -> Began:
        """The first record."""
        first = self.records[0]
        if not isinstance(first, Began):
            raise UnreadableLog("it does not begin with a session")
        return first

    @property
    def quiz(self) -> Quiz:
        """What was asked, in the order at the end; a question that was never opened is an empty one."""
        added = sum(isinstance(record, Adds) for record in self.records)
        asked = {record.question.index: record.question for record in self.records if isinstance(record, Opened)}
        closed = {record.question: record for record in self.records if isinstance(record, Closed)}
        solved = {record.question: record.solved for record in self.records if isinstance(record, Solved)}
        questions = [
            _question(asked[index], closed.get(index), solved.get(index)) if index in asked else _NEVER_ASKED
            for index in range(self.began.questions + added)
        ]
        return Quiz(self.began.title, tuple(questions))

    @property
    def before(self) -> tuple[Quiz, list[Question]]:
        """The quiz as the session began with it, and the questions that the host has added, in that order.

        Raises:
            UnreadableLog: a question that is not there was chosen or added.
        """
        quiz = self.quiz
        questions, added = list(quiz.questions), list[Question]()
        opened = sum(isinstance(record, Opened) for record in self.records)
        for number, record in reversed(list(enumerate(self.records, 1))):
            opened -= isinstance(record, Opened)
            if isinstance(record, Adds | Chooses):
                # What was added or chosen stood after all that had been opened.
                if not opened < len(questions) or not 0 <= record.question < len(questions):
                    raise UnreadableLog(f"record {number} is about a question that is not there")
                moved = questions.pop(opened)
                if isinstance(record, Chooses):
                    questions.insert(record.question, moved)
                else:
                    added.insert(0, moved)
        return replace(quiz, questions=tuple(questions)), added


def lines(texts: Iterable[bytes], before: bytes = log_chain.START) -> tuple[list[str], bytes]:
    """The lines of some records that follow each other.

    Args:
        texts: of the records.
        before: the hash of the record before them.

    Returns:
        The lines, and the hash of the last record.
    """
    made = []
    for text in texts:
        before = log_chain.chain(before, text)
        made.append(f'["{before[: log_chain.RECEIPT_BYTES].hex()}",{text[1:].decode()}')
    return made, before


def end_line(count: int, head: bytes) -> str:
    """The last line of a file with so many records."""
    return f'["end",{count},"{head.hex()}"]'


def read(data: bytes) -> SessionLog:
    """Reads a file and checks its chain.

    Raises:
        UnreadableLog: it is no log, or of another format.
        Tampered: it is not as it was exported.
    """
    *given, last = data.removesuffix(b"\n").split(b"\n")
    _check_format(given[0] if given else last)
    texts, receipts, head = [], [], log_chain.START
    for number, line in enumerate(given, 1):
        text = b"[" + line[_BEFORE_RECORD:]
        (expected,), head = lines([text], head) if _is_text(text) else (("",), head)
        if line != expected.encode():
            raise Tampered(f"record {number} (line {number}) is not what was recorded, or one before it is missing")
        texts.append(text)
        receipts.append(expected[2 : 2 + RECEIPT_CHARACTERS])
    if last != end_line(len(given), head).encode():
        raise Tampered(f"the end (line {len(given) + 1}) is missing or does not fit the {len(given)} records before it")
    return SessionLog(texts, [_decode(number, text) for number, text in enumerate(texts, 1)], receipts, head.hex())


def _question(asked: PublicQuestion, closed: Closed | None, solved: Question | None) -> Question:
    """A question with its solution; one that was not closed has none yet, and gets any."""
    try:
        if closed is None:
            return kinds.restored(asked, None, None)
        return kinds.restored(asked, closed.correct, closed.explanation, solved)
    except ValueError as error:
        raise UnreadableLog(f"question {asked.index + 1}: {error}") from None


def _check_format(first: bytes) -> None:
    try:
        _, kind, _, written_in, *_ = msgspec.json.decode(first)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError):
        raise UnreadableLog("it is not the log of a session") from None
    if kind != "session":
        raise UnreadableLog("it is not the log of a session: the first line is not its beginning")
    if written_in != log_chain.FORMAT:
        raise UnreadableLog(f"it is of format {written_in}, this version reads format {log_chain.FORMAT}")


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode(number: int, text: bytes) -> Record:
    try:
        return records.decode(text)
    except msgspec.DecodeError as error:
        raise UnreadableLog(f"record {number} (line {number}): {error}") from None
