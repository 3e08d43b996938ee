import asyncio

from gateway.tasks import Tasks
from tests.simulation.coverage import ROOT, Coverage, at_a_new_await, places
from tests.simulation.loop import SimulatedLoop
from tests.simulation.play import play
from tests.simulation.scenario import draw


def test_every_await_is_a_place() -> None:
    found = {(file, (ROOT / file).read_text().splitlines()[line - 1].strip()) for file, line in places()}
    assert ("gateway/relay.py", "await self._waits.wait()") in found
    assert ("coordinator/reader.py", "async with asyncio.TaskGroup() as tasks:") in found
    assert ("coordinator/reader.py", "async with AsyncExitStack() as stack:") not in found, "it waits for nothing"
    assert not any(file.startswith("coordinator/engine") for file, _ in found), "the engine waits for nothing"


def test_a_fault_meets_what_waits_just_then() -> None:
    coverage = Coverage()
    assert play(draw(1, "coordinator_killed"), coverage).wrong == ()
    assert {fault for fault, _ in coverage.pairs} == {"coordinator_killed"}
    met = {file for _, (file, _) in coverage.pairs}
    assert {"coordinator/reader.py", "coordinator/timers.py", "gateway/feed.py"} <= met
    first, *rest = coverage.report()
    assert f"of {len(places())} awaits" in first
    assert len(rest) == len(places()) - len({place for _, place in coverage.pairs})
    assert all(line.endswith(": never met") for line in rest)


def test_the_report_tells_the_pairs_that_have_never_met() -> None:
    coverage = Coverage()
    one, other, *rest = sorted(places())
    coverage.pairs.update({("valkey_cut", one): 2, ("valkey_slow", one): 1, ("valkey_slow", other): 1})
    first, *told = coverage.report()
    assert first == f"3 pairs of 2 faults and 2 of {len(places())} awaits"
    assert len(told) == len(rest) + 1
    (partly,) = [line for line in told if not line.endswith(": never met")]
    assert partly.startswith(f"  {other[0]}:{other[1]}: ")
    assert partly.endswith(": not with valkey_cut")


def test_a_fault_may_strike_when_something_waits_where_nothing_has() -> None:
    loop = SimulatedLoop(1)
    host = loop.host("gateway")
    is_time = at_a_new_await(host, 1)
    assert not is_time()
    waiting = host.run(Tasks().ended())
    loop.run_until_complete(loop.supervisor.run(asyncio.sleep(1)))
    assert is_time()
    assert not at_a_new_await(host, 1)()  # which it knows from its first look
    waiting.cancel()
    loop.run_until_complete(loop.supervisor.run(asyncio.sleep(1)))
    loop.close()
