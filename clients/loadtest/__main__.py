"""`python -m clients.loadtest`: plays a quiz with a crowd, prints figures, and fails if anything was lost.

Exit code 0: every accepted answer was counted once, and all points are right; 1: not so; 2: it could not run.
"""

import argparse
import asyncio
import ipaddress
import resource
import socket
import sys
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from clients.loadtest.crowd import Plan, play
from clients.loadtest.ledger import judge
from clients.loadtest.report import as_json, as_table, report
from clients.loadtest.wire import WireError
from clients.player import Lost, Refused

DEFAULT_URL: Final = "ws://127.0.0.1:8000/ws"
MAX_PLAYERS: Final = 20_000
MAX_QUESTIONS: Final = 50
MAX_ANSWER_WINDOW_S: Final = 60.0
SPARE_FILES: Final = 64


class CannotRun(Exception):
    """One line for the person who called."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the load test; returns the exit code."""
    options = _parser().parse_args(arguments)
    plan = Plan(
        urls=tuple(options.url or [DEFAULT_URL]),
        players=options.players,
        questions=options.questions,
        answer_window_s=options.answer_window,
        lead_ms=round(options.lead * 1000),
        seed=options.seed,
    )
    try:
        if not options.yes_i_own_this_server:
            for url in plan.urls:
                refuse_strangers(url)
        _raise_file_limit(plan.players + SPARE_FILES)
        measured = asyncio.run(play(plan))
    except (CannotRun, OSError, WireError, Refused, Lost) as error:
        print(f"loadtest: {error or type(error).__name__}", file=sys.stderr)
        return 2
    figures = report(measured, judge(measured.rounds, measured.finals, measured.players))
    print(as_json(figures) if options.json else as_table(figures))
    return 0 if figures.good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m clients.loadtest", description=__doc__.partition(":")[2])
    add = parser.add_argument
    add(
        "--url",
        action="append",
        help=f"WebSocket of a gateway or balancer ({DEFAULT_URL}); given several times, players go there by turns",
    )
    add("--players", type=_within(int, 1, MAX_PLAYERS), default=500, help="how many (%(default)s)")
    add("--questions", type=_within(int, 1, MAX_QUESTIONS), default=3, help="how many (%(default)s)")
    add(
        "--answer-window",
        type=_within(float, 0, MAX_ANSWER_WINDOW_S),
        default=3.0,
        metavar="S",
        help="seconds over which the answers to a question are spread at random (%(default)s)",
    )
    add("--lead", type=_within(float, 0, 10), default=1.0, metavar="S", help="from question to options (%(default)s)")
    add("--seed", type=int, default=1, help="of the random answers and their moments (%(default)s)")
    add("--json", action="store_true", help="print JSON, not a table")
    add("--yes-i-own-this-server", action="store_true", help="needed for an address outside your own network")
    return parser


def _within(kind: Callable[[str], float], low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not within {low} and {high}")
        return value

    return parse


def refuse_strangers(url: str) -> None:
    """Raises CannotRun unless every address of the URL's host is of this machine or of a private network."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise CannotRun(f"{url} is no address like ws://127.0.0.1:8000/ws")
    addresses = {str(info[4][0]) for info in socket.getaddrinfo(parts.hostname, None)}
    strange = [address for address in sorted(addresses) if not ipaddress.ip_address(address).is_private]
    if strange:
        raise CannotRun(f"{strange[0]} is not in a private network: add --yes-i-own-this-server if the server is yours")


def _raise_file_limit(needed: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise CannotRun(f"this needs {needed} open files, and the limit is {hard}: raise it with `ulimit -n {needed}`")
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


if __name__ == "__main__":
    sys.exit(main())
