"""What one client says: as whom, well-formed frames with any text in them, and perhaps an ending against the rules.

Hypothesis draws conversations; `variants` makes more of each, which is a hundred times as quick. All frames but the
last are such that the gateway goes on reading, so that a frame that is counted is one that was handled.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from quickpoll import protocol
from quickpoll.protocol import EndSession
from tests.fuzz.corpus import ENDINGS, TEXTS


class As(StrEnum):
    """Whom a conversation begins as."""

    NOBODY = "nobody"
    PLAYER = "player"
    HOST = "host"


@dataclass(frozen=True)
class Fuzz:
    """One conversation."""

    as_: As
    texts: tuple[str, ...]
    cuts: int
    """Into how many fragments each text is cut; what is beyond its length makes empty ones."""
    pings: bool
    """Whether pings come between the fragments."""
    ending: bytes

    @property
    def frames(self) -> list[bytes]:
        """As they go out; the ending counts as one."""
        frames = [frame for text in self.texts for frame in self._message(text.encode())]
        return [*frames, self.ending] if self.ending else frames

    def _message(self, text: bytes) -> Iterator[bytes]:
        size = len(text) // self.cuts + 1
        for number in range(self.cuts):
            part, last = text[number * size : (number + 1) * size], number == self.cuts - 1
            yield Frame(Opcode.CONT if number else Opcode.TEXT, part, last).serialize(mask=True)
            if self.pings:
                yield Frame(Opcode.PING if number % 2 else Opcode.PONG, part[:125]).serialize(mask=True)


COMMANDS: Final = tuple(str(kind.__struct_config__.tag) for kind in protocol.COMMANDS)

_characters: Final = st.characters(exclude_categories=["Cs"])
_json: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(_characters, max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(_characters, max_size=8), inner, max_size=4),
    max_leaves=8,
)
_OPTIONS: Final = [{"text": "a"}, {"text": "b"}, {"text": "c"}]
_QUESTIONS: Final[list[dict[str, Any]]] = [
    {"kind": "poll", "options": _OPTIONS, "max_choices": 2},
    {"kind": "text", "accepted": ["Lima", {"text": "Cusco", "share": 50}]},
    {"kind": "number", "value": "4.5", "min": "0", "max": "10", "step": "0.5", "scoring": "closest"},
    {"kind": "order", "items": ["a", "b", "c"]},
    {"kind": "match", "pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}], "extra": ["3"]},
    {"kind": "words"},
    {"kind": "open", "time_limit_ms": None},
    {"kind": "scale"},
    {"kind": "ranking", "options": _OPTIONS},
    {"kind": "slide"},
]
_quizzes: Final = st.lists(
    st.sampled_from([{"text": "?"} | question for question in _QUESTIONS]), min_size=1, max_size=3
)
_good: Final[dict[str, st.SearchStrategy[Any]]] = {
    "id": st.text(_characters, min_size=1, max_size=64),
    "quiz": st.builds(lambda questions: {"title": "t", "questions": questions}, _quizzes),
    "settings": st.fixed_dictionaries({}, optional={"lead_ms": st.just(0), "max_players": st.integers(0, 20_001)}),
    "code": st.sampled_from(["{code}", "000000"]),
    "token": st.sampled_from(["{host_token}", "{player_token}", "v2.AAAA.AAAA"]),
    "name": st.text(_characters, max_size=30),
    "avatar": st.text(_characters, max_size=70),
    "question": st.integers(-1, 3),
    "answer": st.integers(-1, 6)
    | st.lists(st.integers(-1, 6), max_size=7)
    | st.text(_characters, max_size=90)
    | st.lists(st.text(_characters, max_size=26), max_size=6)
    | st.sampled_from(["Lima", "4,5", "½", "1.234", "\u0301" * 80, "\u202elima", "\ufdfa" * 80]),
    "locale": st.none() | st.sampled_from(["de", "en-GB", "x"]),
    "ruling": st.sampled_from([{"accept": 0}, {"accept": "Lima", "share": 0}, {"void": True}, {"points": 1}])
    | st.just({"points": 2000, "player_id": "{player_id}"}),
    "preview": st.booleans(),
    "asked": st.sampled_from([{"text": "?"} | question for question in _QUESTIONS]),
    "open": st.booleans(),
    "choice": st.integers(-1, 4),
    "total": st.integers(0, 4),
    "text": st.sampled_from(["Lima", "a", "4.5"]) | st.text(_characters, max_size=30),
    "into": st.none() | st.sampled_from(["Lima", "a"]),
    "shown": st.booleans(),
    "stopped": st.booleans(),
    "number": st.integers(0, 3),
    "by_ms": st.sampled_from([1000, 300_000, 0]),
    "offset": st.integers(-1, 20_001),
    "locked": st.booleans(),
    "paused": st.booleans(),
    "remote": st.booleans(),
    "t0": st.integers() | st.floats(),
    "player_id": st.sampled_from(["{player_id}", "nobody"]),
    "percent": st.sampled_from([0, 25, 50, 100, 7]),
}
"""What a field may be; whatever else has none is drawn from all of JSON."""


def _command(kind: type[Any]) -> st.SearchStrategy[str]:
    """Commands of one type: most have all of its fields, and most of these are as they may be."""
    names = kind.__struct_fields__
    as_meant = st.fixed_dictionaries({name: _good.get(name, _json) for name in names})
    spoiled = st.dictionaries(st.sampled_from((*names, "else")), _json, max_size=1)
    tag = str(kind.__struct_config__.tag)
    return st.builds(lambda meant, spoilt: json.dumps({"type": tag} | meant | spoilt), as_meant, spoiled)


_texts: Final = (
    # Almost never the end: what comes after it tries nothing more.
    st.one_of([_command(kind) for kind in protocol.COMMANDS if kind is not EndSession])
    | st.sampled_from(TEXTS)
    | st.text(_characters, max_size=80)
)
conversations: Final = st.builds(
    Fuzz,
    st.sampled_from(As),
    st.lists(_texts, min_size=6, max_size=20).map(tuple),
    st.integers(1, 4),
    st.booleans(),
    st.just(b"") | st.sampled_from(ENDINGS) | st.binary(min_size=1, max_size=40),
)


def variants(fuzz: Fuzz, seed: int, count: int) -> Iterator[Fuzz]:
    """The conversation, and others like it."""
    chance = random.Random(seed)
    yield fuzz
    for _ in range(count - 1):
        texts = [_bend(text, chance) if chance.random() < 0.7 else text for text in fuzz.texts]
        chance.shuffle(texts)
        ending = chance.choice((fuzz.ending, b"", chance.choice(ENDINGS), chance.randbytes(chance.randrange(1, 64))))
        yield Fuzz(chance.choice(list(As)), tuple(texts), chance.randrange(1, 5), chance.random() < 0.5, ending)


def _bend(text: str, chance: random.Random) -> str:
    """The text with a part of it left out, doubled or replaced."""
    if not text:
        return chance.choice(TEXTS)
    start = chance.randrange(len(text))
    end = min(len(text), start + chance.randrange(1, 12))
    part = chance.choice(
        ("", text[start:end] * 2, chance.choice(COMMANDS), chr(chance.randrange(0xD800)), '"', "{", "0")
    )
    return text[:start] + part + text[end:]
