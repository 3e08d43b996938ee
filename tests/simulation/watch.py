"""What must hold at every step, looked at from outside: each script that Valkey runs, and what comes of it.

- A fence is given out once, and is greater than all before it, whatever Valkey has lost in between.
- A batch is committed by the process that its fence was given to, and under no fence but the greatest; where Valkey
  has lost the latest, an older one may be the greatest again.
"""

from collections.abc import Callable, Sequence
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final

from tests.simulation.loop import Host


def _hash_of(script: str) -> bytes:
    return sha1(files("coordinator").joinpath(f"scripts/{script}.lua").read_bytes()).hexdigest().encode()  # noqa: S324  (Redis's name)


_COMMIT: Final = _hash_of("commit")
_LEASE: Final = _hash_of("lease")


class Watch:
    """Sees every script of one world."""

    def __init__(self, wrong: Callable[[str], None]) -> None:
        self.commits = 0
        self.has_gone_back = False
        """Whether Valkey has lost something."""
        self._wrong = wrong
        self._greatest: dict[bytes, int] = {}
        """The greatest fence that was given out, by its key."""
        self._given_to: dict[tuple[bytes, int], Host] = {}

    def script_ran(self, client: Host, script: bytes, keys: Sequence[bytes], args: Sequence[bytes], reply: Any) -> None:
        """See `valkey.Watcher`."""
        if script == _COMMIT and reply == b"COMMITTED":
            self._committed(client, keys[0], int(args[0]))
        elif script == _LEASE and args[0] == b"acquire":
            for key, fence in zip(keys[1::2], reply, strict=True):
                if fence:
                    self._given(client, key, fence)

    def _given(self, client: Host, key: bytes, fence: int) -> None:
        greatest = self._greatest.get(key, 0)
        if fence <= greatest:
            self._wrong(f"{client} was given fence {fence} of {key.decode()} after {greatest}")
        self._greatest[key] = max(fence, greatest)
        self._given_to[key, fence] = client

    def _committed(self, client: Host, key: bytes, fence: int) -> None:
        self.commits += 1
        owner = self._given_to.get((key, fence))
        if owner is not client:
            self._wrong(f"{client} has committed under fence {fence} of {key.decode()}, which is that of {owner}")
        if fence != self._greatest[key] and not self.has_gone_back:
            self._wrong(f"{client} has committed under fence {fence} of {key.decode()} after {self._greatest[key]}")
