"""One session as it is here: its connections, where their deliveries are, and what is on its way to them."""

from gateway.connection import Connection
from gateway.continuity import Continuity
from gateway.fanout import Fanout
from quickpoll.protocol import Role


class Room:
    """A session that has connections here."""

    def __init__(
        self, code: str, members: dict[Role, dict[int, Connection]], continuity: Continuity, fanout: Fanout
    ) -> None:
        """`members` are its connections by role and number, the hosts' first: those that `fanout` writes to."""
        self.code = code
        self.members = members
        self.continuity = continuity
        self.fanout = fanout
        self.last_seq = 0
        """The number of the last message that has one."""

    @property
    def connections(self) -> list[Connection]:
        """Everyone's, the hosts' first."""
        return [connection for members in self.members.values() for connection in members.values()]

    @property
    def is_empty(self) -> bool:
        """Whether all have left."""
        return not any(self.members.values())
