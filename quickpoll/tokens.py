"""Host and player tokens: an identity and its HMAC-SHA256, verified without asking Redis.

`v1.<identity>.<signature>`, both base64url. The algorithm is fixed by the version; a token says
nothing that its reader must trust before the signature was checked. Signing the same identity
again gives the same token, so a reply can be given twice.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

import msgspec

from quickpoll.envelope import Identity

_VERSION: Final = "v1"


class InvalidToken(Exception):
    """Not a token of this deployment."""


class Tokens:
    """Signs and verifies with one secret."""

    def __init__(self, secret: str) -> None:
        # A purpose in the key: a signature made for something else is no token.
        self._key = hmac.digest(secret.encode(), b"quickpoll token v1", sha256)

    def sign(self, identity: Identity) -> str:
        """The token that proves `identity`."""
        payload = _VERSION + "." + _base64(msgspec.msgpack.encode(identity))
        return payload + "." + self._signature(payload)

    def verify(self, token: str) -> Identity:
        """The identity that a token proves.

        Raises:
            InvalidToken: it was not signed with this secret, or is no token at all.
        """
        payload, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            raise InvalidToken
        version, _, identity = payload.partition(".")
        if version != _VERSION:
            raise InvalidToken
        return msgspec.msgpack.decode(urlsafe_b64decode(identity + "=" * (-len(identity) % 4)), type=Identity)

    def _signature(self, payload: str) -> str:
        return _base64(hmac.digest(self._key, payload.encode(), sha256))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
