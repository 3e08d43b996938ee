"""What must hold at every step, looked at from outside: each script that Valkey runs, and what is stored after it.

- A fence is given out once, and is greater than all before it, whatever Valkey has lost in between.
- A batch is committed by the process that its fence was given to, and under no fence but the greatest; where Valkey
  has lost the latest, an older one may be the greatest again.
- Whatever anybody was told is stored: each answer that was accepted, and each step of the session.
"""

from collections.abc import Callable, Sequence
from typing import Any

from coordinator.batch.snapshots import decode_session
from coordinator.engine import Session
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.store.script import Script
from tests.chaos.crowd import Crowd
from tests.simulation.loop import Host

Tell = Callable[[str], None]


class Watch:
    """Sees every script of one world."""

    def __init__(self, partitions: int, stored: Callable[[str], Any], wrong: Tell, note: Tell) -> None:
        """`stored` looks up what is behind a key; `wrong` is told what must not be, and `note` what happens."""
        self.crowd: Crowd | None = None
        """Those who were told something."""
        self.has_gone_back = False
        """Whether Valkey has lost something that somebody was told."""
        self.has_failed_over = False
        """Whether it has lost something that nobody was told, such as the latest fence."""
        self._partitions = partitions
        self._stored = stored
        self._wrong = wrong
        self._note = note
        self._commit, self._lease = _hash_of("commit"), _hash_of("lease")
        self._greatest: dict[bytes, int] = {}
        """The greatest fence that was given out, by its key."""
        self._given_to: dict[tuple[bytes, int], Host] = {}

    def script_ran(self, client: Host, script: bytes, keys: Sequence[bytes], args: Sequence[bytes], reply: Any) -> None:
        """See `valkey.Watcher`."""
        if script == self._commit and reply == b"COMMITTED":
            self._committed(client, keys[0], int(args[0]))
            if self.crowd and not self.has_gone_back:
                self._compare(self.crowd, keys)
        elif script == self._lease and args[0] == b"acquire":
            for key, fence in zip(keys[1::2], reply, strict=True):
                if fence:
                    self._given(client, key, fence)

    def _given(self, client: Host, key: bytes, fence: int) -> None:
        greatest = self._greatest.get(key, 0)
        if fence <= greatest:
            self._wrong(f"{client} was given fence {fence} of {key.decode()} after {greatest}")
        self._note(f"{client} takes the lease behind {key.decode()} under fence {fence}")
        self._greatest[key] = max(fence, greatest)
        self._given_to[key, fence] = client

    def _committed(self, client: Host, key: bytes, fence: int) -> None:
        owner = self._given_to.get((key, fence))
        if owner is not client:
            self._wrong(f"{client} has committed under fence {fence} of {key.decode()}, which is that of {owner}")
        if fence != self._greatest.get(key) and not (self.has_gone_back or self.has_failed_over):
            self._wrong(f"{client} has committed under fence {fence} of {key.decode()} after {self._greatest.get(key)}")

    def _compare(self, crowd: Crowd, keys: Sequence[bytes]) -> None:
        code = crowd.host.code
        key = PartitionKeys(partition_of(code, self._partitions)).session(code)
        if code and key.encode() in keys:
            session, _ = decode_session(code, self._stored(key).getall())
            self._compare_steps(crowd, session)
            if not session.head.closed:
                self._compare_answers(crowd, session)

    def _compare_steps(self, crowd: Crowd, session: Session) -> None:
        for person in crowd.people:
            if person.seq > session.head.seq:
                self._wrong(f"{person.name} was told seq {person.seq}, and stored is {session.head.seq}")

    def _compare_answers(self, crowd: Crowd, session: Session) -> None:
        index = session.head.question
        for player in crowd.players:
            given, stored = player.given.get(index), session.players.get(player.id)
            answer = stored.answer if stored else None
            is_stored = answer is not None and (answer.question, answer.choice) == (index, given and given.answer)
            if given and given.accepted and not is_stored:
                self._wrong(f"{player.name} was told that answer {given.answer} to {index} counts; stored is {answer}")


def _hash_of(name: str) -> bytes:
    """Under which Valkey knows a script."""
    return Script("coordinator", f"scripts/{name}.lua")._hash.encode()
