"""Messages between processes arrive as they were sent, whatever the pieces."""

import asyncio
import os

import msgspec
import pytest

from clients.loadtest.channel import Assignment, Channel, Done, News, Order
from clients.loadtest.ledger import Round
from clients.loadtest.plan import Plan, Share
from clients.loadtest.seen import QuestionTiming, Seen
from quickpoll.protocol import ErrorCode, MultipleQuestion, Option, QuestionResults, YourFinal, YourResult

QUESTION = MultipleQuestion("?", (Option("a", correct=True), Option("b")))
SEEN = Seen(
    [
        Round(
            0, QUESTION, opens_at=5, chosen={0: (0, 1), 1: 2}, accepted={0: 7}, late={3},
            refused={2: ErrorCode.QUESTION_CLOSED},
            results=[QuestionResults(
                seq=1, question=0, correct=(0,), counts=(1, 0), answered=1, total=2, explanation=None
            )],
            told={0: YourResult(
                question=0, answered=True, correct=True, points=1, total_points=1, rank=1, streak=1, response_ms=2
            )},
        )
    ],
    [QuestionTiming(sent=1.5, asked={0: 1.6}, reads={0: 3})],
    joins={0: 0.25},
    finals={0: YourFinal(rank=1, points=1, correct=1, questions=1)},
    errors={"unavailable": 1},
    closes={1006: 2},
)  # fmt: skip


async def test_messages_come_as_they_were_sent_and_the_end_is_told() -> None:
    near, far = os.pipe()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(near, "rb"))
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(far, "wb"))
    channel: Channel[Order | News] = Channel(
        reader, asyncio.StreamWriter(transport, protocol, None, loop), Order | News
    )
    sent = (
        Assignment(Plan(("ws://x/ws",), 5, 1, 1.0, think_s=0.5), (Share(0, 0, 5),)),
        Done(3, seen=SEEN),
        Done(4, failure="no"),
    )
    for message in sent:
        channel.send(message)
    for message in sent:
        received = await channel.receive()
        assert received == message
        assert msgspec.msgpack.encode(received) == msgspec.msgpack.encode(message)
    transport.close()
    with pytest.raises(EOFError):
        await channel.receive()
