"""A game from the lobby to the podium, with what each must see and have in the end."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from clients.player import CommandRefused, QuizClient
from quickpoll.protocol import (
    AskExtraTime,
    CloseCode,
    ErrorCode,
    ExtraTimeAsked,
    ExtraTimeSet,
    GetResults,
    HostLeft,
    HostReturned,
    NextQuestion,
    Option,
    PauseQuiz,
    QuestionResults,
    Quiz,
    QuizEnded,
    QuizPaused,
    SetExtraTime,
    Settings,
    SingleQuestion,
    StartQuiz,
    SubmitAnswer,
    YourExtraTime,
    YourFinal,
)
from tests.system.game import QUIZ, ask, check_results, join, open_session, ranks_of
from tests.system.harness import coordinator, gateway, running, serve, websocket_url


async def play(urls: list[str]) -> None:
    """Four players on these gateways in turn, each good at something else; the host on the first."""
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(QuizClient.connect(urls[0]))
        created = await open_session(host)
        players = []
        for number, name in enumerate(("Ada", "Grace", "Linus", "Ken")):
            client = await stack.enter_async_context(QuizClient.connect(urls[number % len(urls)]))
            players.append(await join(client, created.code, name))
        ada, grace, linus, ken = players

        asked = await ask(host, players, StartQuiz())
        await ada.answer(asked, 1)
        await grace.answer(asked, 1)
        await linus.answer(asked, 0)
        await ken.answer(asked, 2)
        assert (await check_results(host, players)).counts == (1, 2, 1)

        asked = await ask(host, players, NextQuestion())
        await linus.answer(asked, (2, 0))
        await ada.answer(asked, (0,))
        await ken.answer(asked, (0, 2))
        await grace.answer(asked, (1,))
        assert (await check_results(host, players)).correct == (0, 2)

        asked = await ask(host, players, NextQuestion())
        await host.until(asked.opens_at + 1200)
        await ken.answer(asked, 1)
        # The others leave it to the clock: the question is closed by time.
        assert (await check_results(host, players)).answered == 1

        asked = await ask(host, players, NextQuestion())
        for player in players:
            await player.answer(asked, 0)
        assert (await check_results(host, players)).correct == ()

        await host.call(NextQuestion())
        ended = await host.expect(QuizEnded)
        ids = [player.joined.player_id for player in players]
        places = dict(zip(ids, ranks_of([player.points for player in players]), strict=True))
        assert [entry.rank for entry in ended.podium] == sorted(entry.rank for entry in ended.podium)
        for player in players:
            assert await player.client.expect(QuizEnded) == ended
            final = await player.client.expect(YourFinal)
            assert (final.points, final.questions) == (player.points, len(QUIZ.questions))
            assert final.rank == places[player.joined.player_id]
        assert all(entry.rank == places[entry.player_id] for entry in ended.podium)


async def test_a_whole_quiz_in_one_process(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll):
        await play([websocket_url(quickpoll)])
        assert await quickpoll.stop() == 0


async def test_a_whole_quiz_on_two_gateways_and_two_coordinators(tmp_path: Path, redis_url: str) -> None:
    gateways = [gateway(tmp_path, redis_url, number) for number in range(2)]
    coordinators = [coordinator(tmp_path, redis_url, number) for number in range(2)]
    async with running(*gateways, *coordinators):
        await play([websocket_url(process) for process in gateways])
        for process in (*gateways, *coordinators):
            assert await process.stop() == 0


async def test_stage_and_remote_lead_a_quiz_with_extra_time_and_a_pause(tmp_path: Path) -> None:
    brief = SingleQuestion("?", (Option("a", correct=True), Option("b")), time_limit_ms=1000)
    quickpoll = serve(tmp_path)
    async with running(quickpoll), AsyncExitStack() as stack:
        stage, remote, other, one, two = [
            await stack.enter_async_context(QuizClient.connect(websocket_url(quickpoll))) for _ in range(5)
        ]
        created = await open_session(stage, Quiz("Brief", (brief, brief)), Settings(lead_ms=50, auto_advance_ms=0))
        ada, ken = await join(one, created.code, "Ada"), await join(two, created.code, "Ken")
        assert (await remote.resume(created.host_token, remote=True)).remote is True

        await one.call(AskExtraTime())
        for device in (stage, remote):
            assert (await device.expect(ExtraTimeAsked)).player_ids == (ada.joined.player_id,)
        await remote.call(SetExtraTime(player_id=ada.joined.player_id, percent=100))
        assert (await one.expect(YourExtraTime)).percent == 100
        for device in (stage, remote):
            assert (await device.expect(ExtraTimeSet)).percent == 100

        await remote.call(PauseQuiz(paused=True))
        assert (await two.expect(QuizPaused)).paused
        asked = await ask(stage, [ada, ken], StartQuiz())
        await one.until((asked.closes_at or 0) + 200)
        with pytest.raises(CommandRefused) as late:
            await two.call(SubmitAnswer(question=0, answer=0))
        assert late.value.code is ErrorCode.QUESTION_CLOSED
        await one.call(SubmitAnswer(question=0, answer=0))
        assert (await remote.expect(QuestionResults)).answered == 1

        results = await remote.call(GetResults())
        assert [(player.name, player.answers[0] and player.answers[0].answer) for player in results.players] == [
            ("Ada", 0),
            ("Ken", None),
        ]

        await stage.close()
        await other.resume(created.host_token, remote=True)
        assert (await remote.closed())[0] == CloseCode.CONNECTED_ELSEWHERE
        await other.close()
        await two.expect(HostLeft)
        await stage.resume(created.host_token)
        await two.expect(HostReturned)
        await stage.call(PauseQuiz(paused=False))
        assert (await one.expect(QuizEnded, timeout_s=10)).total == 2
        final = await one.expect(YourFinal)
        assert (final.best_streak, final.average_response_ms is not None) == (1, True)
