"""Files of the pages that each gateway can serve, of whatever version it is itself: they lie in Redis for a while.

A page that was opened before an update asks for parts that the server does not have any more; so does one that came
from a gateway of another version, while an update is under way. Only files whose names have a hash of their content are
shared, so a name is always the same file. Each is sealed with the secret of the deployment: whoever else can write to
this Redis puts no script into a page.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Final

import msgspec
from msgspec import Struct

from gateway.pages import PageFile, Pages, hashed_file
from gateway.timing import Timing
from quickpoll.keys import PAGE_FILE_PREFIX
from quickpoll.store.link import StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links
from quickpoll.store.outage import Outage, Unreachable
from quickpoll.tokens import BrokenSeal, Tokens

_log: Final = logging.getLogger(__name__)


class _Shared(Struct, frozen=True, array_like=True):
    path: str
    """Sealed with the rest, so that no file takes the place of another."""
    kind: str
    body: bytes
    encoded: dict[str, bytes]


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(_Shared)


class SharedFiles:
    """Puts ours there, and finds those of others."""

    def __init__(self, links: Links, pages: Pages, tokens: Tokens, timing: Timing, away: Unreachable) -> None:
        self._links = links
        self._pages = pages
        self._tokens = tokens
        self._timing = timing
        self._away = away

    async def run(self) -> None:
        """Has ours stay in Redis, until it is cancelled."""
        outage = Outage(_log, self._timing.longest_retry_s, self._away)
        while True:
            try:
                await self.share()
            except StoreError as error:
                await outage.pause(error)
            else:
                outage.over()
                await asyncio.sleep(self._timing.share_files_every_s)

    async def share(self) -> None:
        """Has ours stay for `share_files_ms` from now on; raises what the links raise."""
        files_of: defaultdict[Node, dict[str, PageFile]] = defaultdict(dict)
        for path, file in self._pages.hashed.items():
            files_of[self._links.nodes.at(PAGE_FILE_PREFIX + path)][path] = file
        for node, files in files_of.items():
            expiry_ms = self._timing.share_files_ms
            stay = await self._links.ask(node, *(("PEXPIRE", PAGE_FILE_PREFIX + path, expiry_ms) for path in files))
            missing = [path for path, stays in zip(files, stay, strict=True) if not stays]
            if missing:
                await self._links.ask(
                    node,
                    *(
                        ("SET", PAGE_FILE_PREFIX + path, self._sealed(path, files[path]), "PX", expiry_ms)
                        for path in missing
                    ),
                )

    async def find(self, path: str) -> PageFile | None:
        """The file that a gateway of another version has shared; None if there is none, or it cannot be read now."""
        key = PAGE_FILE_PREFIX + path
        try:
            (sealed,) = await self._links.ask(self._links.nodes.at(key), ("GET", key))
            shared = _decoder.decode(self._tokens.unseal(sealed or b""))
        except (StoreError, BrokenSeal, msgspec.DecodeError):
            return None
        return hashed_file(shared.kind, shared.body, shared.encoded) if shared.path == path else None

    def _sealed(self, path: str, file: PageFile) -> bytes:
        return self._tokens.seal(_encoder.encode(_Shared(path, file.kind, file.body, dict(file.encoded))))
