"""`quickpoll loadtest`, or `python -m clients.loadtest`: from arguments to a report and an exit code."""

import argparse
import asyncio
import math
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clients.loadtest.arguments import (
    DEFAULT_URL,
    DESCRIPTION,
    MAX_ANSWER_WINDOW_S,
    PLAYERS_PER_PROCESS,
    add_arguments,
)
from clients.loadtest.limits import CannotRun, raise_file_limit, refuse_strangers
from clients.loadtest.plan import Plan
from clients.loadtest.seen import LiveCounts
from clients.loadtest.wire import WireError
from quickpoll.printable import printable

if TYPE_CHECKING:
    from clients.loadtest.director import Run

DEFAULT_WINDOW_S: Final = 3.0
WINDOW_PER_THINK: Final = 4.0
"""One of 400 people thinks longer than this many medians, and answers at the end of the window."""


def main(arguments: Sequence[str] | None = None, program: str = "python -m clients.loadtest") -> int:
    """Parses the arguments and runs the load test; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog=program, description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        _need_histograms()
        plan = _plan(options)
        if not options.yes_i_own_this_server:
            for url in plan.urls:
                refuse_strangers(url)
        return _play(options, plan)
    except (CannotRun, OSError, WireError) as error:
        print(f"loadtest: {printable(str(error)) or type(error).__name__}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("loadtest: broken off", file=sys.stderr)
        return 2


def _need_histograms() -> None:
    if find_spec("hdrh") is None:
        raise CannotRun(
            "it needs the package hdrhistogram, which has no wheel for this machine; with a C compiler: "
            f"{sys.executable} -m pip install hdrhistogram"
        )


def _plan(options: argparse.Namespace) -> Plan:
    window_s = options.answer_window
    if window_s is None:
        window_s = (
            DEFAULT_WINDOW_S if options.think is None else min(MAX_ANSWER_WINDOW_S, WINDOW_PER_THINK * options.think)
        )
    return Plan(
        urls=tuple(options.url or [DEFAULT_URL]),
        players=options.players,
        questions=options.questions,
        answer_window_s=window_s,
        lead_ms=round(options.lead * 1000),
        seed=options.seed,
        sessions=options.sessions,
        think_s=options.think,
        join_rate=options.join_rate,
        reconnects=options.reconnects,
        kinds=options.kinds,
    )


def _play(options: argparse.Namespace, plan: Plan) -> int:
    # Here, so that the arguments and what is wrong with them need not wait for these.
    from clients.loadtest.director import play
    from clients.loadtest.page import as_page
    from clients.loadtest.report import as_json, report, verdict_on
    from clients.loadtest.terminal import Live, as_table

    total = plan.sessions * plan.players
    processes = options.processes or min(os.cpu_count() or 1, math.ceil(total / PLAYERS_PER_PROCESS))
    raise_file_limit(plan.sessions + (total if processes == 1 else 0))

    async def watched() -> "Run":
        tally = LiveCounts()
        live = Live(plan, tally)
        live.start()
        try:
            return await play(plan, processes, tally=tally)
        finally:
            live.stop()

    played = asyncio.run(watched())
    figures = report(played, verdict_on(played))
    if options.json == "-":
        print(as_json(figures))
    else:
        print(as_table(figures))
    if options.json not in (None, "-"):
        Path(options.json).write_text(as_json(figures) + "\n")
    if options.html:
        Path(options.html).write_text(as_page(figures))
    return 0 if figures.good else 1


if __name__ == "__main__":
    sys.exit(main())
