"""`quickpoll replay FILE`: plays the log of a session again, and says whether the results are the same.

With another ruling (a question dropped, a further option accepted, another scoring) the new ranking stands beside the
old one. People count questions and options from 1, so it does here. Exit codes: 0 the same, 1 the file was changed, the
results differ or a receipt is not in it; what is not readable or not possible raises `BadSetting` (2).
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from coordinator.engine import Session, kinds, ranking, records, report
from coordinator.engine.scoring import OtherRules
from coordinator.log import file as log_file
from coordinator.log.file import SessionLog
from coordinator.log.replay import Differs, Replay
from program.ranking_file import RankedLine, write
from quickpoll import __version__
from quickpoll.printable import printable
from quickpoll.protocol import options_of
from quickpoll.settings import BadSetting

SHOWN: Final = 20
"""So many players of a ranking are printed; a file holds all."""
SCORINGS: Final = {
    "speed": "a quicker answer earns more, a streak nothing: the published rule",
    "streak": "the same, with the bonus for correct answers in a row",
    "flat": "a correct answer earns the points of its question, whenever it came",
}


@dataclass(frozen=True)
class _Wish:
    """Another ruling, as it was asked for."""

    ruling: OtherRules
    streak_bonus: bool | None
    said: str
    """In words; empty: none."""


def main(arguments: Sequence[str]) -> int:
    """Does it, prints what came of it, and returns the exit code.

    Raises:
        BadSetting: the file cannot be read, or what is asked for cannot be done with it.
    """
    given = _parser().parse_args(arguments)
    if given.output and given.output.suffix not in (".csv", ".json"):
        raise BadSetting(f"--output {given.output}: give it a name that ends in .csv or .json")
    try:
        log = log_file.read(given.file.read_bytes())
        _say(
            f"{log.quiz.title}: session {log.began.code} of {_moment(log.began.at)}, recorded by quickpoll"
            f" {log.began.version} and replayed by {__version__}"
        )
        session = Replay(log).run()
    except (log_file.Tampered, Differs) as error:
        _say(f"NOT THE SAME: {error}")
        return 1
    except (OSError, log_file.UnreadableLog) as error:
        raise BadSetting(f"{given.file} cannot be replayed: {error}") from None
    _say_same(log, session)
    found = [_find(log, session, receipt) for receipt in given.receipt]
    _rank(given, log, session)
    return 0 if all(found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="quickpoll replay",
        description="Plays the log of a session again, and says whether the results are the same.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the log of a session, as the host downloaded it")
    parser.add_argument(
        "--void", metavar="N", type=int, action="append", default=[], help="drop question N, counted from 1; repeatable"
    )
    parser.add_argument(
        "--accept",
        metavar="N=K",
        action="append",
        default=[],
        help="count option K of question N as correct, too, both counted from 1; repeatable",
    )
    rules = "; ".join(f"{name}: {meaning}" for name, meaning in SCORINGS.items())
    parser.add_argument("--scoring", metavar="RULE", choices=SCORINGS, help=f"score by another rule ({rules})")
    parser.add_argument(
        "--receipt", metavar="RECEIPT", action="append", default=[], help="find the answer of a receipt; repeatable"
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="write the whole ranking as .csv or .json")
    return parser


def _say_same(log: SessionLog, session: Session) -> None:
    questions, players = len(session.head.tallies), len(session.players)
    _say(f"Same results: {questions} questions, {players} players, {len(log.texts)} records, head {log.head}")
    if not any(isinstance(record, records.Ended) for record in log.records):
        _say("The quiz had not ended when this log was exported.")


# -- the ranking ----------------------------------------------------------------------------


def _rank(given: argparse.Namespace, log: SessionLog, session: Session) -> None:
    wish = _wish(given, session)
    new = Replay(log, wish.ruling, wish.streak_bonus).run() if wish.said else session
    ordered = ranking.in_order(new.players.values())
    lines = [RankedLine(player, session.players[player.id], report.points_of(new, player)) for player in ordered]
    _say("")
    _say(f"New ranking: {wish.said}" if wish.said else "Ranking")
    width = max([len(line.new.name) for line in lines[:SHOWN]], default=0)
    if wish.said:
        _say(f"{'new':>5} {'old':>5}  {'player':{width}} {'points':>7} {'before':>7}")
    for line in lines[:SHOWN]:
        if wish.said:
            _say(
                f"{line.new.rank or '-':>5} {line.old.rank or '-':>5}  {line.new.name:{width}}"
                f" {line.new.points:>7} {line.old.points:>7}"
            )
        else:
            _say(f"{line.new.rank or '-':>5}  {line.new.name:{width}} {line.new.points:>7}")
    if len(lines) > SHOWN:
        _say(f"... and {len(lines) - SHOWN} more; --output FILE writes them all")
    if given.output:
        write(given.output, session.quiz.title, wish.said, lines)
        _say(f"Written: {given.output}")


def _wish(given: argparse.Namespace, session: Session) -> _Wish:
    said: list[str] = []
    void: set[int] = set()
    for number in given.void:
        void.add(_question_index(session, number, f"--void {number}"))
        said.append(f"question {number} dropped")
    accepted: set[tuple[int, int]] = set()
    for text in given.accept:
        question, option = _accepted(session, text)
        accepted.add((question, option))
        shown = options_of(session.quiz.questions[question])[option].text
        said.append(f"option {option + 1} ({shown}) of question {question + 1} accepted")
    if given.scoring:
        said.append(f"scoring {given.scoring}")
    ruling = OtherRules(
        frozenset(void), frozenset(accepted), by_time=given.scoring != "flat" if given.scoring else None
    )
    return _Wish(ruling, given.scoring == "streak" if given.scoring else None, ", ".join(said))


def _question_index(session: Session, number: int, where: str) -> int:
    closed = len(session.head.tallies)
    if not 1 <= number <= closed:
        raise BadSetting(f"{where}: this log has the questions 1 to {closed}")
    return number - 1


def _accepted(session: Session, text: str) -> tuple[int, int]:
    number, _, option = text.partition("=")
    if not (number.isdecimal() and option.isdecimal()):
        raise BadSetting(f"--accept {text}: write question=option, such as 3=2, both counted from 1")
    index = _question_index(session, int(number), f"--accept {text}")
    question = session.quiz.questions[index]
    if not kinds.of(question).is_scored:
        raise BadSetting(f"--accept {text}: question {number} is a {question.kind}, where nothing is correct")
    if not kinds.of(question).correct(question):
        raise BadSetting(f"--accept {text}: question {number} is of the kind {question.kind}, which has no options")
    if not 1 <= int(option) <= len(options_of(question)):
        raise BadSetting(f"--accept {text}: question {number} has the options 1 to {len(options_of(question))}")
    return index, int(option) - 1


# -- a receipt ------------------------------------------------------------------------------


def _find(log: SessionLog, session: Session, receipt: str) -> bool:
    """Says what a receipt is for; returns whether it is in the log."""
    wanted = receipt.strip().lower().replace(" ", "")
    index = log.receipts.index(wanted) if wanted in log.receipts else -1
    record = log.records[index]
    if index < 0 or not isinstance(record, records.Answered | records.Wrote):
        _say(f"Receipt {receipt}: NO ANSWER IN THIS LOG HAS IT.")
        return False
    question = session.quiz.questions[record.question]
    answer = kinds.of(question).describe(question, record.answer)
    name = next(r.name for r in log.records if isinstance(r, records.PlayerJoined) and r.player == record.player)
    _say(
        f"Receipt {wanted}: question {record.question + 1}, {answer}, by {name}, accepted at"
        f" {_moment(record.at)}, is record {index + 1} of this log{_verdict(session, record)}"
    )
    return True


def _verdict(session: Session, record: records.Answered | records.Wrote) -> str:
    if record.question >= len(session.head.tallies):
        return "; its question was not closed yet."
    player = next((p for p in session.players.values() if p.number == record.player), None)
    if player is None:
        return "; its player has left or was removed, and is in no ranking."
    return f" and counts: {report.points_of(session, player)[record.question]} points."


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(" ", "milliseconds").replace("+00:00", " UTC")


def _say(line: str) -> None:
    """Prints one line; titles, names and options come from the file, which anybody may have written."""
    sys.stdout.write(printable(line) + "\n")
