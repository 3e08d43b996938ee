"""What nearly all bytes of clients are, read at once: whole, unfragmented, masked texts and pongs below 126 bytes.

The library's parser takes some 40 us for such a frame, this takes 2. It decides nothing: whatever is not exactly that
(RFC 6455, section 5.2) is left to the parser, which has to be between two frames for it.
"""

from typing import Final

try:  # in C where it could be compiled
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

TEXT: Final = 0x81
PONG: Final = 0x8A
"""First bytes of a frame: its last fragment, and what it is."""
_MASKED: Final = 0x80
_LONG: Final = 126
"""From here on the length is in the bytes that follow."""
_HEADER_BYTES: Final = 6
"""Two, and the mask."""


def short_frames(data: bytes) -> list[tuple[int, bytes]] | None:
    """Kind and content of the frames that `data` consists of; None if there is anything else in it."""
    frames: list[tuple[int, bytes]] = []
    at, end = 0, len(data)
    while at < end:
        start = at + _HEADER_BYTES
        if start > end or not _MASKED <= data[at + 1] < _MASKED + _LONG:
            return None
        kind, at = data[at], start + data[at + 1] - _MASKED
        if at > end or kind not in (TEXT, PONG):
            return None
        frames.append((kind, apply_mask(data[start:at], data[start - 4 : start])))
    return frames


def are_whole(data: bytes) -> bool:
    """Whether masked frames of any kind end where `data` ends."""
    at, end = 0, len(data)
    while at + 2 <= end:
        size = data[at + 1] & 0x7F
        if size < _LONG:
            at += _HEADER_BYTES + size
        else:
            extended = 2 if size == _LONG else 8
            at += _HEADER_BYTES + extended + int.from_bytes(data[at + 2 : at + 2 + extended])
    return at == end
