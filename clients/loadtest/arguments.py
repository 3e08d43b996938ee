"""The arguments of the load test, for `quickpoll loadtest` and `python -m clients.loadtest`; imports little."""

import argparse
from collections.abc import Callable
from typing import Final

from clients.loadtest.questions import KINDS
from quickpoll.protocol import QuestionKind

DEFAULT_URL: Final = "ws://127.0.0.1:8000/ws"
DESCRIPTION: Final = """\
Plays a quiz with a crowd of simulated players, measures how long they wait, and computes every point again.

Exit code 0: every accepted answer was counted once, and all points are right; 1: not so; 2: it could not run.
"""
MAX_PLAYERS: Final = 20_000
MAX_SESSIONS: Final = 10_000
MAX_QUESTIONS: Final = 50
MAX_ANSWER_WINDOW_S: Final = 60.0
MAX_PROCESSES: Final = 64
PLAYERS_PER_PROCESS: Final = 5_000
"""Without --processes: so many fit on a core with room to spare."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds all arguments to a parser."""
    _add_crowd(parser)
    _add_answers(parser)
    add = parser.add_argument
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write the report as JSON, with encoded HdrHistograms, to a file; without one, print it and no table",
    )
    add("--html", metavar="FILE", help="write the report as a page of one file")
    add(
        "--yes-i-own-this-server",
        action="store_true",
        help="needed for addresses that are not this machine's: a load test of others is an attack",
    )


def _add_crowd(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("the crowd").add_argument
    add(
        "--url",
        action="append",
        metavar="URL",
        help=f"WebSocket of a gateway or balancer ({DEFAULT_URL}); several are used in rotation",
    )
    add(
        "--players",
        type=_within(int, 1, MAX_PLAYERS),
        default=500,
        metavar="N",
        help="in each session, not in total (%(default)s)",
    )
    add("--sessions", type=_within(int, 1, MAX_SESSIONS), default=1, metavar="N", help="at once (%(default)s)")
    add(
        "--kinds",
        type=_kinds,
        default=("single", "multiple"),
        metavar="K,K",
        help=f"of the questions, in turn, out of {', '.join(KINDS)}; or all (single,multiple)",
    )
    add("--questions", type=_within(int, 1, MAX_QUESTIONS), default=3, metavar="N", help="of each quiz (%(default)s)")
    add(
        "--join-rate",
        type=_within(float, 0, 100_000),
        default=0.0,
        metavar="N",
        help="players that join in a second, over all sessions (as quickly as the server lets them in)",
    )
    add(
        "--processes",
        type=_within(int, 1, MAX_PROCESSES),
        metavar="N",
        help=f"that share the players, also those of one session (one for each {PLAYERS_PER_PROCESS:,} of them, "
        "but not more than there are cores)",
    )
    add("--seed", type=int, default=1, metavar="N", help="of the random answers and their moments (%(default)s)")


def _add_answers(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("each question").add_argument
    add("--lead", type=_within(float, 0, 10), default=1.0, metavar="S", help="from question to options (%(default)s)")
    add(
        "--answer-window",
        type=_within(float, 0, MAX_ANSWER_WINDOW_S),
        metavar="S",
        help="seconds over which answers are spread, each moment as likely (3, or four times --think)",
    )
    add(
        "--think",
        type=_within(float, 0.01, MAX_ANSWER_WINDOW_S),
        metavar="S",
        help="answer as people do: after a log-normal time with this median and sigma 0.5 (two of three between "
        "0.6 and 1.6 times the median), at the latest at the end of the answer window",
    )
    add(
        "--reconnects",
        type=_within(float, 0, 1),
        default=0.0,
        metavar="SHARE",
        help="of the players whose connection breaks in each question, half of them just after they answered; they "
        "come back within half a second and send the answer again (%(default)s)",
    )


def _kinds(text: str) -> tuple[QuestionKind, ...]:
    chosen = tuple(kind for name in text.split(",") for kind in KINDS if name in (kind, "all"))
    unknown = sorted({*text.split(",")} - {*KINDS, "all"})
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: the kinds are {', '.join(KINDS)}")
    return chosen


def _within(kind: Callable[[str], float], low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not within {low} and {high}")
        return value

    return parse
