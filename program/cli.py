"""The command line: arguments to settings to one of the processes, and failures to one line and a code.

Exit codes: 0 it ended as asked (Ctrl-C and SIGTERM too); 1 it failed, and its line says what to do (for `replay`: not
the same); 2 an argument or setting is not allowed.
"""

import argparse
import logging
import os
import re
import signal
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from io import TextIOWrapper
from types import FrameType
from typing import Final, NoReturn

from quickpoll import __version__
from quickpoll.printable import printable
from quickpoll.settings import FILE_SUFFIX, SETTINGS, BadSetting, Failure, Setting, load, unknown_variables

DESCRIPTION: Final = """\
A live quiz that a whole hall plays at the same instant on its phones.

  quickpoll               everything in one process, with its data kept in a folder: the usual way
  quickpoll serve         the same
  quickpoll gateway       only the connections, for many processes on one Valkey or Redis
  quickpoll coordinator   only the sessions, likewise; any number of both may run
  quickpoll replay FILE   plays the log of a session again: the same results, or under another ruling
  quickpoll doctor        what is wrong with this machine, its Redis or the way in, and what to change
  quickpoll loadtest      a crowd of simulated players, for a server of your own
"""
COMMANDS: Final = {
    "serve": "everything in one process",
    "gateway": "the connections: pages, /ws, /livez and /readyz on QUICKPOLL_PORT",
    "coordinator": "the sessions: state and timers; /livez and /readyz on QUICKPOLL_ADMIN_PORT",
}


TOOLS: Final = {
    "doctor": "looks at the machine, the Redis and the way in, and says what to change",
    "replay": "plays the log of a session again",
    "loadtest": "a crowd of simulated players, and a verdict on lost and doubled answers",
}
"""Commands that are no servers; each has arguments of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command to its end and returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Unicode shows names as it can
    try:
        if (tool := _tool(arguments)) is not None:
            return tool(arguments[1:])
        signal.signal(signal.SIGTERM, _end)  # until the event loop takes over
        given = vars(_parser().parse_args(arguments))
        command = given.pop("command") or "serve"
        flags = {name: text for name, text in given.items() if text is not None}
        _run(command, flags, os.environ)
    except Failure as failure:
        sys.stderr.write(f"quickpoll: {printable(str(failure))}\n")
        return failure.exit_code
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # whoever read our output has had enough: nothing is left to be flushed at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _tool(arguments: Sequence[str]) -> Callable[[Sequence[str]], int] | None:
    """The command with arguments of its own that is asked for; None: one of `COMMANDS`, or help.

    Raises:
        BadSetting: flags of servers stand before it.
    """
    place = 0
    while place < len(arguments) and arguments[place].startswith("--"):
        has_its_value = "=" in arguments[place] or arguments[place] in ("--help", "--version")
        place += 1 if has_its_value else 2
    name = arguments[place] if place < len(arguments) else ""
    if name not in TOOLS or arguments[0] in ("--help", "--version"):
        return None
    if place:
        flag = arguments[0].partition("=")[0]
        raise BadSetting(f"{flag} has no meaning for `quickpoll {name}`; `quickpoll {name} --help` lists its arguments")
    if name == "loadtest":
        from clients.loadtest.__main__ import main as loadtest  # noqa: PLC0415  (no server needs it)

        return partial(loadtest, program="quickpoll loadtest")
    module = import_module({"replay": "program.replay_command", "doctor": "program.doctor"}[name])
    run: Callable[[Sequence[str]], int] = module.main
    return run


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the list of all flags is for those who ask for it."""

    def error(self, message: str) -> NoReturn:
        raise BadSetting(f"{message}; `{self.prog} --help` lists what there is")


def _run(command: str, flags: Mapping[str, str], environment: Mapping[str, str]) -> None:
    for setting in SETTINGS:
        if setting.name in flags and command not in setting.used_by:
            raise BadSetting(f"{setting.flag} has no meaning for `quickpoll {command}`")
    for line in unknown_variables(environment):
        sys.stderr.write(f"quickpoll: warning: {line}\n")
    settings = load(flags, environment)

    from program import logs, serve  # noqa: PLC0415  (--help and a wrong setting should not wait for them)

    # Whoever starts everything in a terminal wants the addresses there, and what is wrong.
    logs.configure(level=logging.WARNING if command == "serve" and sys.stderr.isatty() else logging.INFO)
    run = {"serve": serve.everything, "gateway": serve.gateway_alone, "coordinator": serve.coordinator_alone}
    run[command](settings)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="quickpoll",
        description=DESCRIPTION,
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"quickpoll {__version__}")
    parser.set_defaults(command=None)
    _add_flags(parser, "serve")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, explanation in COMMANDS.items():
        _add_flags(commands.add_parser(name, help=explanation, description=explanation), name)
    for name, explanation in TOOLS.items():
        commands.add_parser(name, help=explanation)  # for the list: each has a parser of its own
    return parser


def _add_flags(parser: argparse.ArgumentParser, command: str) -> None:
    for setting in SETTINGS:
        if setting.has_flag and command in setting.used_by:
            parser.add_argument(
                setting.flag, dest=setting.name, metavar="VALUE", default=argparse.SUPPRESS, help=_help(setting)
            )


def _help(setting: Setting) -> str:
    # Its links are those of a page in docs/.
    explanation = re.sub(r"\[[^]]+\]\(([^)]+)\)", r"docs/\1", setting.explanation)
    return f"{explanation} [{setting.variable}, default {setting.shown_default}]".replace("%", "%%")


def _epilog() -> str:
    lines = ["Each setting is also an environment variable, named in brackets; a flag overrides it. Without a flag:"]
    for setting in SETTINGS:
        if not setting.has_flag:
            lines += textwrap.wrap(
                f"{setting.variable} (or {setting.variable}{FILE_SUFFIX}): {setting.explanation}", 100
            )
    return "\n".join(lines)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
