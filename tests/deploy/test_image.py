"""What the image is built from, read without Docker; `tests/compose` runs it."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def let_in() -> list[str]:
    """What .dockerignore lets into the build, after it has shut everything out."""
    first, *lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert first == "*"
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


def test_everything_that_the_wheel_is_made_of_gets_into_the_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [*wheel["only-include"], wheel["hooks"]["custom"]["path"], project["project"]["readme"], "pyproject.toml"]
    assert [path for path in needed if path not in let_in()] == []


def test_everything_that_the_dockerfile_copies_gets_into_the_build() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()} - {"."}
    assert len(sources) >= 4
    assert [path for path in sources if not any(fnmatch(path, f"{one}*") for one in let_in())] == []


def test_everything_that_is_let_in_is_there() -> None:
    assert [path for path in let_in() if not (ROOT / path).exists()] == []
