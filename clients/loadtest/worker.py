"""A process with players: does what the leading process asks for, and ends with it.

python -m clients.loadtest.worker   (started by `clients.loadtest.workers`, which talks to it over its pipes)
"""

import asyncio
import signal
import sys
from typing import Final

from clients.loadtest.channel import Assignment, AwaitFinals, AwaitQuestion, Call, Channel, Counted, Done, Join, Order
from clients.loadtest.crowd import Crowd, Doors
from clients.loadtest.limits import raise_file_limit
from clients.loadtest.meter import Meter
from clients.loadtest.plan import players_of
from clients.loadtest.seen import LiveCounts, Seen
from clients.loadtest.wire import WireError

TELL_EVERY_S: Final = 0.25


class Desk:
    """Carries out the calls, all at the same time."""

    def __init__(self, channel: "Channel[Order]", assignment: Assignment) -> None:
        self._channel = channel
        self._tally = LiveCounts()
        self._meter = Meter()
        doors = Doors()
        self._crowds = {part.session: Crowd(assignment.plan, part, self._tally, doors) for part in assignment.parts}

    async def work(self) -> None:
        """Until the leading process closes the pipe, or something is wrong here."""
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._tell())]
            try:
                while isinstance(call := await self._channel.receive(), Call):
                    running.append(tasks.create_task(self._carry_out(call)))
            except EOFError:
                pass
            for task in running:
                task.cancel()
        for crowd in self._crowds.values():
            crowd.close()

    async def _carry_out(self, call: Call) -> None:
        try:
            done = Done(call.number, seen=await self._call(call))
        except (OSError, WireError) as error:  # TimeoutError and ConnectionRefusedError are OSErrors
            done = Done(call.number, failure=str(error) or type(error).__name__)
        self._count()
        self._channel.send(done)

    async def _call(self, call: Call) -> Seen | None:
        crowd = self._crowds[call.session]
        if isinstance(call, AwaitFinals):
            return await crowd.finals()
        if isinstance(call, AwaitQuestion):
            self._meter.start()
            await crowd.question(call.index)
        elif isinstance(call, Join):
            await crowd.join(call.code, call.clock_ahead_ms, call.per_s)
        return None

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            self._count()

    def _count(self) -> None:
        self._channel.send(Counted(self._tally, self._meter.busiest, self._meter.lag_s))
        vars(self._tally).update(vars(LiveCounts()))


async def main() -> None:
    """Serves the leading process."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    channel: Channel[Order] = Channel(reader, asyncio.StreamWriter(transport, protocol, None, loop), Order)
    try:
        assignment = await channel.receive()
    except EOFError:
        return
    if isinstance(assignment, Assignment):
        raise_file_limit(players_of(assignment.parts))
        await Desk(channel, assignment).work()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the leading process, whose end ends this one
    asyncio.run(main())
