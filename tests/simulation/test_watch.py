from collections.abc import Sequence

from quickpoll.store.script import Script
from tests.simulation.loop import Host, SimulatedLoop
from tests.simulation.watch import Watch

COMMIT, LEASE = (Script("coordinator", f"scripts/{name}.lua")._hash.encode() for name in ("commit", "lease"))


class Seen:
    """A watch, two coordinators, and what it finds wrong."""

    def __init__(self) -> None:
        loop = SimulatedLoop(1)
        self.one, self.other = loop.host("one"), loop.host("other")
        self.wrong: list[str] = []
        self.watch = Watch(1, lambda _: None, self.wrong.append, lambda _: None)
        loop.close()

    def takes(self, host: Host, fence: int) -> None:
        self._ran(host, LEASE, [b"lease", b"fence"], [b"acquire"], [fence])

    def commits(self, host: Host, fence: int, reply: bytes = b"COMMITTED") -> None:
        self._ran(host, COMMIT, [b"fence"], [b"%d" % fence], reply)

    def _ran(self, host: Host, script: bytes, keys: Sequence[bytes], args: Sequence[bytes], reply: object) -> None:
        self.watch.script_ran(host, script, keys, args, reply)


def test_owners_that_follow_each_other_are_right() -> None:
    seen = Seen()
    seen.takes(seen.one, 5)
    seen.commits(seen.one, 5)
    seen.takes(seen.other, 6)
    seen.commits(seen.one, 5, reply=b"FENCED")
    seen.commits(seen.other, 6)
    assert seen.wrong == []


def test_a_fence_that_comes_again_is_wrong() -> None:
    seen = Seen()
    seen.takes(seen.one, 5)
    seen.takes(seen.other, 5)
    assert len(seen.wrong) == 1


def test_a_commit_under_a_lease_of_before_is_wrong_unless_valkey_has_forgotten_the_later_one() -> None:
    seen = Seen()
    seen.takes(seen.one, 5)
    seen.takes(seen.other, 6)
    seen.watch.has_gone_back = True
    seen.commits(seen.one, 5)
    assert seen.wrong == []
    seen.watch.has_gone_back = False
    seen.commits(seen.one, 5)
    assert len(seen.wrong) == 1


def test_a_commit_under_the_fence_of_another_is_wrong() -> None:
    seen = Seen()
    seen.takes(seen.one, 5)
    seen.commits(seen.other, 5)
    assert len(seen.wrong) == 1
