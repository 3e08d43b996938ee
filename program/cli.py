"""The command line: arguments to settings to one of the processes, and failures to one line and a code.

Exit codes: 0 ended as asked (Ctrl-C and SIGTERM too), 1 a failure that its line says how to mend (of `replay`: not the
same), 2 an argument or setting that is not allowed.
"""

import argparse
import logging
import os
import signal
import sys
import textwrap
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Final

from quickpoll import __version__
from quickpoll.settings import FILE_SUFFIX, SETTINGS, BadSetting, Failure, Setting, load, unknown_variables

DESCRIPTION: Final = """\
A live quiz that a whole hall plays at the same instant on its phones.

  quickpoll               everything in one process, with its data kept in a folder: the usual way
  quickpoll serve         the same
  quickpoll gateway       only the connections, for many processes on one Valkey or Redis
  quickpoll coordinator   only the sessions, likewise; any number of both may run
  quickpoll replay FILE   plays the log of a session again: the same results, or under another ruling
  quickpoll loadtest      a crowd of simulated players, for a server of your own
"""
COMMANDS: Final = {
    "serve": "everything in one process",
    "gateway": "the connections: pages, /ws, /livez and /readyz on QUICKPOLL_PORT",
    "coordinator": "the sessions: state and timers; /livez and /readyz on QUICKPOLL_ADMIN_PORT",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command to its end and returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["loadtest"]:
        from clients.loadtest.__main__ import main as loadtest  # noqa: PLC0415  (no server needs it)

        return loadtest(arguments[1:], "quickpoll loadtest")
    signal.signal(signal.SIGTERM, _end)  # until the event loop takes over, and after it
    try:
        if arguments[:1] == ["replay"]:
            from program import replay_command as replay  # noqa: PLC0415  (no server needs it)

            return replay.main(arguments[1:])
        given = vars(_parser().parse_args(arguments))
        command = given.pop("command") or "serve"
        flags = {name: text for name, text in given.items() if text is not None}
        _run(command, flags, os.environ)
    except Failure as failure:
        sys.stderr.write(f"quickpoll: {failure}\n")
        return failure.exit_code
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # whoever read our output has had enough: nothing is left to be flushed at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


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
    parser = argparse.ArgumentParser(
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
    # For the list: these have parsers of their own.
    commands.add_parser("replay", help="plays the log of a session again")
    commands.add_parser("loadtest", help="a crowd of simulated players, and a verdict on lost and doubled answers")
    return parser


def _add_flags(parser: argparse.ArgumentParser, command: str) -> None:
    for setting in SETTINGS:
        if setting.has_flag and command in setting.used_by:
            parser.add_argument(
                setting.flag, dest=setting.name, metavar="VALUE", default=argparse.SUPPRESS, help=_help(setting)
            )


def _help(setting: Setting) -> str:
    return f"{setting.explanation} [{setting.variable}, default {setting.shown_default}]".replace("%", "%%")


def _epilog() -> str:
    lines = ["Each setting is also an environment variable, named in brackets; a flag goes first. Without a flag:"]
    for setting in SETTINGS:
        if not setting.has_flag:
            lines += textwrap.wrap(
                f"{setting.variable} (or {setting.variable}{FILE_SUFFIX}): {setting.explanation}", 100
            )
    return "\n".join(lines)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
