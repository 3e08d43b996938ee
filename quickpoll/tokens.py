"""Host and player tokens: an identity, until when, and their HMAC-SHA256; verified without asking Redis.

Files of the pages that lie in Redis are sealed with the same secret, so that only those of a gateway are served.

`v2.<identity and expiry>.<signature>`, both base64url. The algorithm is fixed by the version; a token says
nothing that its reader must trust before the signature was checked. What a signature cannot know (left, kicked,
session over) is judged by the engine.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from quickpoll.envelope import Identity

LIFETIME_MS: Final = 48 * 60 * 60 * 1000
"""Longer than a session is played: what ends a token before that is the end of its session."""
_VERSION: Final = "v2"


class InvalidToken(Exception):
    """Not a token of this deployment, or not any more."""


class BrokenSeal(Exception):
    """Bytes that were not sealed with the secrets of this deployment."""


class _Claim(Struct, frozen=True, array_like=True):
    identity: Identity
    expires_at: int


_decoder: Final = msgspec.msgpack.Decoder(_Claim)


class Tokens:
    """Signs with one secret, and verifies with that or the one before it."""

    def __init__(self, secret: str, previous: str | None = None) -> None:
        """`previous` is accepted too, so that the secret can be changed while sessions run."""
        # A purpose in the key: a signature made for something else is no token, and no seal.
        secrets = [text.encode() for text in (secret, previous) if text is not None]
        self._keys = [hmac.digest(text, b"quickpoll token v2", sha256) for text in secrets]
        self._seals = [hmac.digest(text, b"quickpoll seal v1", sha256) for text in secrets]

    def sign(self, identity: Identity, now: int) -> str:
        """The token that proves `identity` from `now` (ms) on, for `LIFETIME_MS`."""
        payload = _VERSION + "." + _base64(msgspec.msgpack.encode(_Claim(identity, now + LIFETIME_MS)))
        return payload + "." + _signature(self._keys[0], payload)

    def verify(self, token: str, now: int) -> Identity:
        """The identity that a token proves at `now` (ms).

        Raises:
            InvalidToken: it was not signed with these secrets, has expired, or is no token at all.
        """
        payload, _, signature = token.rpartition(".")
        given = signature.encode(errors="replace")
        if not any(hmac.compare_digest(given, _signature(key, payload).encode()) for key in self._keys):
            raise InvalidToken
        version, _, claim = payload.partition(".")
        if version != _VERSION:
            raise InvalidToken
        proved = _decoder.decode(urlsafe_b64decode(claim + "=" * (-len(claim) % 4)))
        if now >= proved.expires_at:
            raise InvalidToken
        return proved.identity

    def seal(self, data: bytes) -> bytes:
        """The data behind a signature of its own."""
        return hmac.digest(self._seals[0], data, sha256) + data

    def unseal(self, sealed: bytes) -> bytes:
        """The data that was sealed.

        Raises:
            BrokenSeal: not with these secrets, or it was changed since.
        """
        seal, data = sealed[: sha256().digest_size], sealed[sha256().digest_size :]
        if not any(hmac.compare_digest(seal, hmac.digest(key, data, sha256)) for key in self._seals):
            raise BrokenSeal
        return data


def _signature(key: bytes, payload: str) -> str:
    return _base64(hmac.digest(key, payload.encode(errors="replace"), sha256))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
