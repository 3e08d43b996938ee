import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.engine import records
from coordinator.log import file as log_file
from coordinator.log.file import Tampered, UnreadableLog
from quickpoll.protocol import NextQuestion
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE, Game


def played() -> Game:
    """A quiz of four questions, of which one is played."""
    game = Game(SINGLE, MULTIPLE, TRUE_FALSE, POLL)
    ann, ben = game.join("Ann"), game.join("Bén ✨")
    game.open()
    game.answer(ann, 0)
    game.answer(ben, 1)
    game.do(NextQuestion())
    return game


GAME = played()
FILE = GAME.exported()


def test_a_file_is_read_as_what_was_recorded() -> None:
    log = log_file.read(FILE)
    assert log.texts == GAME.log
    assert log.records == [records.decode(text) for text in GAME.log]
    assert log.head == GAME.session.head.log_hash.hex()
    assert log.began.code == "123456"


def test_the_quiz_is_known_as_far_as_it_was_asked() -> None:
    single, multiple, never, _ = log_file.read(FILE).quiz.questions
    assert single == SINGLE
    assert multiple.text == MULTIPLE.text
    assert (never.kind, never.text) == ("poll", "-")


@pytest.mark.parametrize("questions", [0, 201, 10**9])
def test_a_log_that_says_it_has_more_questions_than_a_quiz_may_have_is_refused(questions: int) -> None:
    texts = [GAME.log[0].replace(b'"Capitals",4,', b'"Capitals",%d,' % questions), *GAME.log[1:]]
    lines, head = log_file.lines(texts)
    with pytest.raises(UnreadableLog, match=r"record 1 \(line 1\): Expected `int`"):
        log_file.read("\n".join([*lines, log_file.end_line(len(lines), head)]).encode())


def test_anybody_can_check_a_file_with_nothing_but_sha_256() -> None:
    before = bytes(32)
    *lines, end = FILE.decode().splitlines()
    for line in lines:
        receipt, *_ = json.loads(line)
        before = sha256(before + b"[" + line[len('["12345678901234567890",') :].encode()).digest()
        assert receipt == before.hex()[:20]
    assert json.loads(end) == ["end", len(lines), before.hex()]


def test_lines_can_be_made_in_parts() -> None:
    first, head = log_file.lines(GAME.log[:3])
    second, _ = log_file.lines(GAME.log[3:], head)
    assert [*first, *second] == FILE.decode().splitlines()[:-1]


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(FILE) - 2), st.integers(1, 255))
def test_a_change_of_any_byte_is_found(place: int, change: int) -> None:
    changed = bytearray(FILE)
    changed[place] ^= change
    with pytest.raises((Tampered, UnreadableLog)):
        log_file.read(bytes(changed))


@pytest.mark.parametrize("line", range(1, FILE.count(b"\n")))
def test_a_line_that_is_missing_doubled_or_moved_is_found(line: int) -> None:
    lines = FILE.splitlines(keepends=True)
    for changed in (
        [*lines[:line], *lines[line + 1 :]],
        [*lines[:line], lines[line], *lines[line:]],
        [*lines[: line - 1], lines[line], lines[line - 1], *lines[line + 1 :]],
        lines[:line],
    ):
        with pytest.raises((Tampered, UnreadableLog)):
            log_file.read(b"".join(changed))


def test_the_first_record_that_was_changed_is_named() -> None:
    lines = FILE.decode().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines, 1) if '"answer"' in line)
    lines[place - 1] = lines[place - 1].replace(",0,0,0,null,0]", ",0,0,2,null,0]")
    with pytest.raises(Tampered, match=f"record {place} "):
        log_file.read("".join(lines).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}",
        b"title,points\nAnn,3\n",
        b'["x","join",1]\n',
        b"\xff\xfe",
        b'["x","session",1,2]\n',
        b"[" * 9999,
    ],
)
def test_what_is_no_log_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableLog):
        log_file.read(data)


def test_a_log_of_another_format_is_refused_by_its_number() -> None:
    with pytest.raises(UnreadableLog, match="format 2, this version reads format 1"):
        log_file.read(b'["x","session",1700000000000,2,"9.9"]\n["end",1,""]\n')
