"""An example game of each kind for docs/protocol.md: what the engine says to one player, byte for byte.

`python -m tests.system.examples` writes them between the marks there; a test fails when they differ.
"""

from pathlib import Path
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import Effects, ToEach, ToMany
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    Answer,
    AnswerAccepted,
    Leaderboard,
    NewQuestion,
    NextQuestion,
    ServerMessage,
    ShowAnswer,
    SubmitAnswer,
    encode_command,
    encode_message,
)
from tests.coordinator.engine.game import Game, Seat, told
from tests.coordinator.engine.kinds.samples import ALL, as_played

PAGE: Final = Path(__file__).parents[2] / "docs/protocol.md"
BEGIN: Final = "<!-- generated: examples -->\n"
END: Final = "<!-- end -->"
ANSWERS: Final[dict[str, tuple[Answer, Answer]]] = {
    "single": (0, 1),
    "multiple": ((0, 2), (0, 1)),
    "true_false": (1, 0),
    "poll": (1, 1),
    "text": ("lima!", "Cuzco"),
    "number": ("4,808.7 m", "4000"),
    "order": ((3, 2, 1, 0), (0, 1, 2, 3)),
    "match": ((3, 2, 1), (3, 0, -1)),
    "words": (("Fun", "fast"), ("fun",)),
    "open": ("More breaks", "Fewer slides"),
    "scale": (3, 4),
    "ranking": ((2, 0), (2, 1)),
}
"""What Ada and Bo answer; Ada's is shown."""


def examples() -> str:
    """All games as Markdown."""
    return "\n".join(_example(kind) for kind in [*ANSWERS, "slide"])


def _example(kind: str) -> str:
    game = Game(as_played(ALL[kind]))
    ada, bo = game.join("Ada"), game.join("Bo")
    game.open()
    lines = [_said(message) for message in told(game.effects, NewQuestion)]
    if kind in ANSWERS:
        mine, other = ANSWERS[kind]
        game.now += 2000
        command = SubmitAnswer(id="7", question=0, answer=mine, locale="en")
        lines.append("→ " + encode_command(command).decode())
        accepted = game.by_player(ada, command)
        assert isinstance(accepted, AnswerAccepted)
        lines.append(_said(replace(accepted, receipt=UNSET)))  # it changes with every setting of a session
        game.now += 3000
        game.answer(bo, other)
        lines += map(_said, _to_player(game.effects, ada))
        if kind == "open":  # nothing is told before the host has picked it
            game.do(ShowAnswer(question=0, text=str(mine), shown=True))
            lines += map(_said, _to_player(game.effects, ada))
    else:
        game.do(NextQuestion())
        lines += map(_said, _to_player(game.effects, ada))
    return f"### `{kind}`\n\n```\n" + "\n".join(lines) + "\n```\n"


def _to_player(effects: Effects, seat: Seat) -> list[ServerMessage]:
    """What a player is told, but for the leaderboard, which is the same for all kinds."""
    said: list[ServerMessage] = []
    for effect in effects.said:
        if isinstance(effect, ToMany) and effect.audience is not Audience.HOST:
            said.append(effect.message)
        elif isinstance(effect, ToEach):
            said += [message for connection, message in effect.messages if connection == seat.connection]
    return [message for message in said if not isinstance(message, Leaderboard)]


def _said(message: ServerMessage) -> str:
    return "← " + encode_message(message).decode()


def written(page: str) -> str:
    """The text of docs/protocol.md with the examples of now."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError("docs/protocol.md needs a block 'examples'")
    return f"{before}{mark}\n{examples()}\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
