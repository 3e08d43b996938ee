"""Settings of a process under test."""

from dataclasses import replace
from typing import Any

from quickpoll.settings import ProcessSettings, load


def settings_with(**changed: Any) -> ProcessSettings:
    """The defaults on a free port of this machine alone, with sessions checked, but for what is changed."""
    given: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "check_invariants": True} | changed
    return replace(load({}, {}), **given)
