"""The recordings that the pages' law is tried with are whole games, and the same in each run."""

from typing import Any

import pytest

from quickpoll.protocol import MESSAGES
from tests.system.heard import play

GAMES = 30
NOT_DRAWN = {"clock", "results", "answers", "agenda", "log", "kicked", "host_left", "host_returned"}
"""What a page asks for, and what it hears when its host is away."""


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    return [step for seed in range(GAMES) for watched in play(seed) for step in watched.steps]


def test_a_game_is_drawn_by_its_seed() -> None:
    one, again, other = ([watched.steps for watched in play(seed)] for seed in (1, 1, 2))
    assert one == again != other


def test_every_message_that_pages_hear_in_a_game_is_in_them(recorded: list[dict[str, Any]]) -> None:
    heard = {message.get("type") for step in recorded for message in step["said"]}
    all_messages = {str(kind.__struct_config__.tag) for kind in MESSAGES}
    assert all_messages - heard == NOT_DRAWN - heard


def test_each_step_says_what_a_page_would_be_told_that_comes_back_after_it(recorded: list[dict[str, Any]]) -> None:
    phases = {step["resumed"]["session"]["phase"] for step in recorded if step["resumed"]}
    assert phases == {"lobby", "question", "results", "ended"}
    assert any(step["resumed"] is None for step in recorded)
    assert any(step["does"] for step in recorded)
