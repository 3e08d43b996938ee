"""The example games of docs/protocol.md are what the engine says."""

import json

import pytest

from coordinator.engine.kinds import STRUCTS
from quickpoll.protocol import QuestionResults, decode_command, decode_message
from tests.system.examples import PAGE, examples, written


def test_the_page_has_the_games_as_they_are_played() -> None:
    page = PAGE.read_text()
    assert written(page) == page, "run `make generate`"


@pytest.mark.parametrize("kind", STRUCTS)
def test_each_kind_has_a_game_that_any_client_can_read(kind: str) -> None:
    _, _, rest = examples().partition(f"### `{kind}`\n\n```\n")
    lines = rest.partition("\n```")[0].split("\n")
    told = [decode_message(line[2:]) for line in lines if line.startswith("← ")]
    sent = [decode_command(line[2:].encode()) for line in lines if line.startswith("→ ")]
    assert len(told) + len(sent) == len(lines)
    assert json.loads(lines[0][2:])["question"]["kind"] == kind
    assert any(isinstance(message, QuestionResults) for message in told) == bool(sent) == (kind != "slide")
