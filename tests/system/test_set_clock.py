"""The clock of Redis is set in the middle of a question: it lasts as long as it was to last."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest

from clients.player import QuizClient
from quickpoll.protocol import Option, QuestionResults, Quiz, StartQuiz, TrueFalseQuestion
from tests.system.game import QUICK, ask, join, open_session
from tests.system.harness import coordinator, gateway, running, websocket_url
from tests.system.servers import serving

LASTS_S = 5
WITHIN_S = 0.5
ASKED = TrueFalseQuestion("Nairobi?", (Option("True", correct=True), Option("False")), time_limit_ms=LASTS_S * 1000)
QUIZ = Quiz("Time", (ASKED,))
HOUR_S = 3600


@pytest.fixture
def clock(tmp_path: Path) -> tuple[dict[str, str], Callable[[int], object]]:
    """The environment of a process whose wall clock can be set, and what sets it: by how many seconds it is wrong."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    file = tmp_path / "clock"
    file.write_text("+0")
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return environment, lambda by_s: file.write_text(f"{by_s:+d}")


async def test_a_question_is_neither_endless_nor_shorter_when_the_clock_of_redis_is_set(
    tmp_path: Path, clock: tuple[dict[str, str], Callable[[int], object]]
) -> None:
    environment, set_by = clock
    async with serving(tmp_path / "redis", "--save", "", environment=environment) as redis:
        front, owner = (make(tmp_path, f"redis://{redis.address}") for make in (gateway, coordinator))
        async with running(front, owner), AsyncExitStack() as stack:
            url = websocket_url(front)
            host, *clients = [await stack.enter_async_context(QuizClient.connect(url)) for _ in range(5)]
            created = await open_session(host, QUIZ, QUICK)
            players = [await join(client, created.code, f"Player {number}") for number, client in enumerate(clients)]
            asked = await ask(host, players, StartQuiz())
            began = monotonic()
            for player, by_s in zip(players, (3 * HOUR_S, 5, -HOUR_S), strict=False):  # the last one does not answer
                set_by(by_s)
                accepted = await player.answer(asked, 0, QUIZ)
                assert accepted.received_at - asked.opens_at < 1000
            await host.expect(QuestionResults, timeout_s=LASTS_S + 2)
            assert monotonic() - began == pytest.approx(LASTS_S, abs=WITHIN_S)
