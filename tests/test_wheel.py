"""What a wheel of QuickPoll holds: all that it needs to run anywhere."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.system.harness import free_port

ROOT = Path(__file__).parents[1]


PARTS = "quickpoll_app/parts/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("quickpoll-*.whl")
    return wheel


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed in an environment that has QuickPoll's dependencies and nothing of the clone."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # A plain line is a folder of the path; what lies in there to extend the path (the editable clone) is not read.
    (packages / "dependencies.pth").write_text(str(Path(pytest.__file__).parents[1]) + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*install, "--disable-pip-version-check", "--no-index", str(wheel)], check=True)
    return folder / "bin/quickpoll"


def test_it_has_one_top_level_name_that_nobody_else_has(names: set[str]) -> None:
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"quickpoll_app"}


def test_it_plays_outside_the_clone_with_the_pages_and_the_load_test(command: Path, tmp_path: Path) -> None:
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("QUICKPOLL_", "PYTHON"))}
    settings = {
        "QUICKPOLL_DATA_DIR": str(tmp_path / "data"),
        "QUICKPOLL_PORT": str(port),
        "QUICKPOLL_HOST": "127.0.0.1",
    }
    with subprocess.Popen([command], env=clean | settings, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        while "Sessions" not in (line := server.stdout.readline()):
            assert line, "it ended"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/host", timeout=10) as page:
            assert b"<html" in page.read()
        crowd = ["--players", "4", "--processes", "2", "--questions", "1", "--answer-window", "0.5"]
        played = subprocess.run(
            [command, "loadtest", "--url", f"ws://127.0.0.1:{port}/ws", *crowd],
            env=clean,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert played.returncode == 0, played.stdout + played.stderr
        assert "GOOD: 0 answers lost" in played.stdout
        server.terminate()
        assert server.wait(20) == 0


def test_it_holds_every_module_and_script(names: set[str]) -> None:
    for package in ("program", "quickpoll", "gateway", "coordinator", "clients"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in (".py", ".lua") and "node_modules" not in path.parts:
                assert PARTS + str(path.relative_to(ROOT)) in names


def test_it_holds_the_page_of_the_load_test(names: set[str]) -> None:
    assert PARTS + "clients/loadtest/page.html" in names


def test_it_holds_the_built_pages(names: set[str]) -> None:
    built = {PARTS + str(path.relative_to(ROOT)) for path in (ROOT / "gateway/static").rglob("*") if path.is_file()}
    assert {PARTS + "gateway/static/index.html", PARTS + "gateway/static/host.html"} <= built
    assert built <= names


def test_it_holds_nothing_that_only_builds_or_tests_it(names: set[str]) -> None:
    assert not [name for name in names if name.startswith(("tests/", PARTS + "clients/web/", "deploy/"))]
