"""One server of Redis: where it is, how to enter it, and what to trust there."""

import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Final

REDIS_PORT: Final = 6379


@dataclass(frozen=True)
class Node:
    """The address of one server.

    Two are the same server if they are equal. The TLS context is part of it and is made once: making one reads all
    certificates that are trusted, which takes 30 to 60 ms.
    """

    host: str = ""
    port: int = REDIS_PORT
    path: str = ""
    """Of a Unix socket, in place of host and port."""
    username: str = ""
    """Empty: the user `default`."""
    password: str = field(default="", repr=False)
    """Empty: none is sent. Bytes that are not UTF-8 are kept as surrogates."""
    db: int = 0
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def __hash__(self) -> int:
        """By place alone, since it is looked up on the hot path."""
        return hash((self.path, self.host, self.port))

    def __str__(self) -> str:
        """Place alone, for messages."""
        return self.path or (f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}")


@dataclass(frozen=True)
class Trust:
    """What a TLS connection trusts, and how it shows who it is."""

    ca_file: str = ""
    """Certificates that are trusted instead of those of the system."""
    certificate: str = ""
    key: str = ""
    key_password: str = field(default="", repr=False)
    verify: bool = True
    """Whether a certificate is demanded that is trusted."""
    check_hostname: bool = True
    """Whether it must be made out to the name or address that was asked for."""


def trusting(ca_file: str = "") -> ssl.SSLContext:
    """A context that trusts what browsers do, on every version of Python.

    From 3.13 on Python refuses certificates without the identifiers of keys, as own authorities often make them.

    Args:
        ca_file: certificates that are trusted instead of those of the system.
    """
    context = ssl.create_default_context(cafile=ca_file or None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@cache
def tls_context(trust: Trust) -> ssl.SSLContext:
    """The context that says so, made once per process.

    Raises:
        OSError: a file cannot be read, or is no certificate or key.
    """
    context = trusting(trust.ca_file)
    if trust.certificate:
        # With a function, OpenSSL does not ask for the password on the terminal.
        context.load_cert_chain(trust.certificate, trust.key or None, password=lambda: trust.key_password)
    context.check_hostname = trust.check_hostname and trust.verify
    context.verify_mode = ssl.CERT_REQUIRED if trust.verify else ssl.CERT_NONE
    return context
