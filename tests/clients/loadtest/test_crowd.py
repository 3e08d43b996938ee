"""The crowd plays to the end, and sees through a server that cheats."""

import random
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import serve

from clients.loadtest.crowd import Measured, Plan, play
from clients.loadtest.ledger import Verdict, judge
from quickpoll.protocol import CreateSession, Question, decode_command, encode_command
from tests.clients.loadtest.standin import Standin

PLAYERS = 5


class Arena:
    """A stand-in for the server, and a crowd to send there."""

    def __init__(self, server: Standin, url: str) -> None:
        self.server = server
        self.plan = Plan((url,), PLAYERS, questions=2, answer_window_s=0.05, lead_ms=0)

    async def play(self) -> tuple[Measured, Verdict]:
        measured = await play(self.plan)
        return measured, judge(measured.rounds, measured.finals, measured.players)


@pytest.fixture
async def arena() -> AsyncIterator[Arena]:
    server = Standin()
    async with serve(server.handle, "127.0.0.1", 0, compression=None) as listening:
        yield Arena(server, f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws")


async def test_with_a_fair_server_everyone_answers_everything_and_nothing_is_found(arena: Arena) -> None:
    measured, verdict = await arena.play()
    assert verdict == Verdict(0, 0, ())
    assert not measured.errors
    assert not measured.closes
    for played, timing in zip(measured.rounds, measured.timings, strict=True):
        assert len(played.accepted) == len(timing.results) == len(timing.bytes_received) == PLAYERS
        for player in range(PLAYERS):
            assert timing.sent < timing.asked[player] < timing.answered[player] < timing.acknowledged[player]
            assert timing.acknowledged[player] <= timing.results[player]
            assert timing.bytes_received[player] > 300


async def test_the_host_of_the_crowd_asks_for_as_many_seats_as_it_needs(arena: Arena) -> None:
    await arena.play()
    assert arena.server.settings.max_players == PLAYERS
    assert arena.server.settings.lead_ms == 0


async def test_a_forgotten_answer_is_found(arena: Arena) -> None:
    arena.server.forgetful = True
    _, verdict = await arena.play()
    assert verdict.lost >= 2
    assert not verdict.good


async def test_a_lost_player_is_noticed_and_does_not_stop_the_others(arena: Arena) -> None:
    arena.server.drops = 2
    measured, verdict = await arena.play()
    assert measured.closes == {1006: 1}
    assert len(measured.rounds[1].accepted) == PLAYERS - 1
    assert "player 2 was told no final result" in verdict.findings


async def test_a_refused_player_ends_the_test_with_the_reason(arena: Arena) -> None:
    arena.server.full_at = 3
    with pytest.raises(ConnectionRefusedError, match="session_full: no seat"):
        await arena.play()


@pytest.mark.parametrize("questions", [1, 50])
def test_the_quiz_of_the_crowd_is_one_that_a_server_takes(questions: int) -> None:
    quiz = Plan((), 1, questions, answer_window_s=60.0).quiz()
    assert decode_command(encode_command(CreateSession(quiz=quiz))) == CreateSession(quiz=quiz)
    assert len(quiz.questions) == questions


def test_answers_are_valid_and_the_same_for_the_same_seed() -> None:
    plan = Plan((), 1, 2, answer_window_s=1.0)

    def answers(question: Question) -> list[object]:
        rng = random.Random(7)
        return [plan.answer(rng, question) for _ in range(50)]

    single, multiple = plan.quiz().questions
    assert answers(single) == answers(single)
    assert set(answers(single)) == {0, 1, 2, 3}
    assert answers(multiple) == answers(multiple)
    for answer in answers(multiple):
        assert isinstance(answer, tuple)
        assert len(set(answer)) == len(answer) >= 1
        assert set(answer) <= {0, 1, 2, 3}


async def test_players_are_dealt_out_to_all_addresses(arena: Arena) -> None:
    async with serve(arena.server.handle, "127.0.0.1", 0, compression=None) as other:
        port = other.sockets[0].getsockname()[1]
        url = f"ws://127.0.0.1:{port}/ws"
        arena.plan = Plan((*arena.plan.urls, url), PLAYERS, questions=1, answer_window_s=0.0, lead_ms=0)
        _, verdict = await arena.play()
        assert verdict.good
        assert sum(player.local_address[1] == port for player in arena.server.players) == PLAYERS // 2
