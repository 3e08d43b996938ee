"""What `quickpoll doctor` finds, and how it judges it."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a finding is judged."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    about: str
    grade: Grade
    found: str
    change: str = ""
    """What to do about it; empty where nothing is to be done."""
