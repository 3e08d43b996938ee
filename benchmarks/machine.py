"""On what a figure was measured."""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from program.embedded import find_server

PACKAGES: Final = ("websockets", "redis", "hiredis", "msgspec")


def describe() -> dict[str, str]:
    """The machine and the versions of what matters, by name."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Valkey": _valkey(),
        **{name: version(name) for name in PACKAGES},
        "Node": _first_line("node", "--version").removeprefix("v"),
        "commit": _first_line("git", "rev-parse", "--short=10", "HEAD"),
    }


def stolen_s() -> float:
    """Seconds that other virtual machines have taken from this one since it was started, of all cores."""
    line = Path("/proc/stat").read_text().partition("\n")[0]
    return int(line.split()[8]) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    """As the kernel names it; where a virtual machine hides the name, by its numbers."""
    text = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    fields = dict(re.findall(r"^([^\t:]+)\s*: (.*)$", text, re.MULTILINE))
    if not fields:
        return platform.machine()
    return f"{fields.get('model name', '?')} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')})"


def _valkey() -> str:
    program = find_server()
    found = re.search(r"v=(\S+)", _first_line(str(program), "--version")) if program else None
    return found[1] if found else "none"


def _first_line(*command: str) -> str:
    try:
        output = subprocess.run(command, capture_output=True, check=False, encoding="utf-8").stdout
    except OSError:
        return "none"
    return output.partition("\n")[0].strip() or "none"
