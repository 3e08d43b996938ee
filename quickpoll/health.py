"""The health of a process as HTTP tells it: one answer for the public port and for the internal one.

`/livez` (and `/healthz`, its older name) asks nobody else: 200 as long as the event loop turns.
`/readyz` is 200 while work can be done here, else 503. The status is the contract; the text is for people.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from quickpoll import __version__

Ready = Callable[[], Awaitable[tuple[bool, str]]]
"""Whether the process can do its work, and the reason in a few words."""

LIVE_PATHS: Final = frozenset({"/livez", "/healthz"})
HEALTH_PATHS: Final = LIVE_PATHS | {"/readyz"}


async def health(target: str, ready: Ready, *, tells_why: bool) -> tuple[HTTPStatus, str] | None:
    """The answer to a request for one of the `HEALTH_PATHS`; None for any other path.

    Args:
        target: what the request asks for, with its query: `/readyz?verbose`.
        ready: asked only for `/readyz`.
        tells_why: whether `verbose` in the query adds the reason and the version. The reason names internal
            addresses, so a port that the public reaches never tells it.
    """
    path, _, query = target.partition("?")
    if path in LIVE_PATHS:
        good, reason = True, "alive"
    elif path in HEALTH_PATHS:
        good, reason = await ready()
    else:
        return None
    text = "ok\n" if good else "not ready\n"
    if tells_why and "verbose" in parse_qs(query, keep_blank_values=True):
        text += f"{reason}\nquickpoll {__version__}\n"
    return (HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE), text
