"""One command being applied: what a rule is given, and how it answers.

A rule ends in exactly one `Turn.reply`, or raises `Declined` before it has changed anything.
"""

from dataclasses import dataclass
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from coordinator.engine.effects import CommandReply, Effects
from coordinator.engine.state import IDLE_MS, Session
from quickpoll import __version__
from quickpoll.envelope import Command, Identity
from quickpoll.protocol import Answer, Error, ErrorCode, ServerMessage


class LogPage(NamedTuple):
    """A part of the session's log as it was read for a `get_log`."""

    text: str
    next_cursor: str | None


@dataclass(frozen=True)
class Drawn:
    """What was drawn by chance or read outside, for an entry that may need it.

    `code`, `nonce` and `salt` are for a new session, `player_id` for a new player. `version` is not drawn: it is that
    of quickpoll, which a new session's log says. `log_page` is for `get_log`. `key` is for an answer whose log says
    what is compared of it, and `withheld` for a name or an answer whose log says what the filter withholds of it: a
    replay asks neither the tables of Unicode nor lists of words. `idle_ms` is a new session's setting.
    """

    code: str = ""
    nonce: str = ""
    salt: str = ""
    player_id: str = ""
    version: str = __version__
    log_page: LogPage | None = None
    key: Answer | None = None
    withheld: tuple[str, ...] | None = None
    idle_ms: int = IDLE_MS


class Declined(Exception):
    """The command is not done; its sender gets this error."""

    def __init__(self, code: ErrorCode, message: str, retry_after_ms: int | UnsetType = UNSET) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_ms = retry_after_ms


@dataclass(slots=True)
class Turn:
    """A command on a session at `now`, the time of its entry in ms."""

    session: Session
    command: Command
    now: int
    drawn: Drawn
    effects: Effects

    @property
    def reply_to(self) -> str | UnsetType:
        """What the reply carries as `reply_to`: the client's `id`, if it gave one."""
        return self.command.body.id or UNSET

    def reply(self, message: ServerMessage, identity: Identity | None = None, *, unbind: bool = False) -> None:
        """Answers the command; with `identity`, its connection acts as that from here on."""
        self.effects.said.append(CommandReply(self.command.connection, self.command.request, message, identity, unbind))

    def refuse(self, refused: Declined) -> None:
        """Answers the command with an error."""
        error = Error(
            code=refused.code,
            message=refused.message,
            retry_after_ms=refused.retry_after_ms,
            reply_to=self.reply_to,
        )
        self.reply(error)
