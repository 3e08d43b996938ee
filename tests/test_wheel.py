"""What a wheel of QuickPoll holds: all that it needs to run anywhere."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("quickpoll-*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_holds_every_module_and_script(names: set[str]) -> None:
    for package in ("program", "quickpoll", "gateway", "coordinator", "clients"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in (".py", ".lua") and "node_modules" not in path.parts:
                assert str(path.relative_to(ROOT)) in names


def test_it_holds_the_page_of_the_load_test(names: set[str]) -> None:
    assert "clients/loadtest/page.html" in names


def test_it_holds_the_built_pages(names: set[str]) -> None:
    built = {str(path.relative_to(ROOT)) for path in (ROOT / "gateway/static").rglob("*") if path.is_file()}
    assert {"gateway/static/index.html", "gateway/static/host.html"} <= built
    assert built <= names


def test_it_holds_nothing_that_only_builds_or_tests_it(names: set[str]) -> None:
    assert not [name for name in names if name.startswith(("tests/", "clients/web/", "deploy/"))]
