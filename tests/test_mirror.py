"""Each module has its test module, and each test module the module that it is about."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("program", "quickpoll", "gateway", "coordinator", "clients")
WHOLE_PRODUCT = {"system", "chaos", "simulation", "deploy", "compose", "benchmarks", "gallery"}
DATA = {"clients/quizzes"}
"""What is tested but is no Python: the bundled quizzes."""


def modules() -> set[str]:
    """Paths of all modules that do something of their own, without `.py`."""
    paths = {path.relative_to(ROOT).with_suffix("") for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return {str(path) for path in paths if "node_modules" not in path.parts and path.name != "__init__"}


def covered() -> set[str]:
    """Paths of the modules that the tests are about; `x/test_x.py`, about the package x as a whole, is for none."""
    paths = {path.relative_to(ROOT / "tests") for path in (ROOT / "tests").glob("*/**/test_*.py")}
    about = {path.with_name(path.stem.removeprefix("test_")) for path in paths}
    return {str(path) for path in about if path.name != path.parent.name and path.parts[0] not in WHOLE_PRODUCT} - DATA


def test_every_module_has_its_tests() -> None:
    assert sorted(modules() - covered()) == []


def test_every_test_is_about_a_module() -> None:
    assert sorted(covered() - modules()) == []
