"""A Step as WebSocket bytes.

Each message is framed once, however many get it; connections without a personal message in the Step
share one joined `bytes`. Frames are unmasked, unfragmented and uncompressed, so that the same bytes
suit every connection.
"""

from dataclasses import dataclass
from typing import Final

from quickpoll.envelope import Audience, CloseAll, CloseOne, Shared, Step, decode_personal
from quickpoll.protocol import Role

_FIN_TEXT: Final = 0x81
_PING: Final = 0x89
_OTHERS: Final = {Role.HOST: Audience.PLAYERS, Role.PLAYER: Audience.HOST}


def text_frame(text: bytes) -> bytes:
    """One unmasked text frame (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((_FIN_TEXT, size)) + text
    if size < 65536:
        return bytes((_FIN_TEXT, 126)) + size.to_bytes(2, "big") + text
    return bytes((_FIN_TEXT, 127)) + size.to_bytes(8, "big") + text


def ping_frame(content: bytes) -> bytes:
    """One ping; `content` is at most 125 bytes (RFC 6455, section 5.5.2)."""
    return bytes((_PING, len(content))) + content


@dataclass(frozen=True, slots=True)
class _SharedFrame:
    audience: Audience
    seq: int
    droppable: bool
    frame: bytes


Segment = bytes | dict[int, bytes]
"""Bytes for every connection, or frames by connection number."""


class Cut:
    """What the connections of one role get of a Step."""

    __slots__ = ("_segments", "addressed", "common")

    def __init__(self, segments: list[Segment]) -> None:
        self._segments = segments
        self.addressed = frozenset(number for part in segments if isinstance(part, dict) for number in part)
        """The connections that get something different from the others."""
        self.common = b"".join(part for part in segments if isinstance(part, bytes))
        """What the others get."""

    def bytes_for(self, number: int) -> bytes:
        """All frames for this connection, in order, to be written at once; empty if it gets none."""
        if number not in self.addressed:
            return self.common
        return b"".join(part if isinstance(part, bytes) else part.get(number, b"") for part in self._segments)


class StepFrames:
    """The frames of one Step, and whom it closes."""

    def __init__(self, step: Step, gateway: str) -> None:
        self._close_all: CloseAll | None = None
        self._closes: dict[int, CloseOne] = {}
        self._parts: list[_SharedFrame | dict[int, bytes]] = []
        self._cuts: dict[tuple[Role, int, bool], Cut] = {}
        for item in step.items:
            if isinstance(item, Shared):
                self._parts.append(_SharedFrame(item.audience, item.seq, item.droppable, text_frame(item.text)))
            elif isinstance(item, CloseAll):
                self._close_all = item
            elif isinstance(item, CloseOne):
                if item.connection.gateway == gateway:
                    self._closes[item.connection.number] = item
            elif gateway in item.by_gateway:
                texts = decode_personal(item.by_gateway[gateway])
                self._parts.append({number: text_frame(text) for number, text in texts})

    def is_special(self, role: Role) -> bool:
        """Whether some connections of a role get something else than the others, or are closed."""
        return bool(self.cut(role).addressed or self._closes or self._close_all)

    def close_of(self, number: int) -> tuple[int, str, bytes] | None:
        """Whether this connection closes after its frames: code, reason, and the last frame of all (empty: none)."""
        if one := self._closes.get(number):
            return one.code, one.reason, text_frame(one.text) if one.text else b""
        return (self._close_all.code, self._close_all.reason, b"") if self._close_all else None

    def cut(self, role: Role, after_seq: int = 0, *, lean: bool = False) -> Cut:
        """The part for one role.

        Args:
            role: whose part.
            after_seq: leave out broadcasts up to this number, which the connection has seen already.
            lean: leave out what may be dropped for a slow client.
        """
        key = (role, after_seq, lean)
        cut = self._cuts.get(key)
        if cut is None:
            cut = self._cuts[key] = Cut(self._segments(*key))
        return cut

    def _segments(self, role: Role, after_seq: int, lean: bool) -> list[Segment]:
        segments: list[Segment] = []
        for part in self._parts:
            if isinstance(part, dict):
                segments.append(part)
            elif part.audience != _OTHERS[role] and not (0 < part.seq <= after_seq or (lean and part.droppable)):
                segments.append(part.frame)
        return segments
