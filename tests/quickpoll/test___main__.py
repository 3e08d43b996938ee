import subprocess
import sys

from quickpoll import __version__


def test_the_package_runs_as_the_command_does() -> None:
    said = subprocess.check_output([sys.executable, "-m", "quickpoll", "--version"], text=True)
    assert said == f"quickpoll {__version__}\n"
