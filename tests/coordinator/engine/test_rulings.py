"""A ruling is logged and everything follows from it; undone, it leaves nothing but the log."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from coordinator.engine import Player, history, log_chain, report, views
from coordinator.engine.invariants import check
from coordinator.engine.records import Rejudged
from coordinator.engine.rulings import MAX_RULINGS
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import (
    Answer,
    AskQuestion,
    CloseQuestion,
    Error,
    ErrorCode,
    Leaderboard,
    LeaveSession,
    NextQuestion,
    Ok,
    Phase,
    Question,
    QuestionResults,
    QuizEnded,
    Resumed,
    Rule,
    Ruled,
    Ruling,
    RulingEffect,
    SetExtraTime,
    Settings,
    UndoRuling,
    YourFinal,
    YourResult,
)
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, Game, Seat, code, reloaded
from tests.coordinator.engine.kinds.samples import ALL, ANSWERS, as_played

QUICK = Settings(lead_ms=0)
KENYA_IS_MOMBASA = Rule(question=0, ruling=Ruling(accept=1))


def played(
    *questions: Question, answers: dict[str, list[Answer | None]], settings: Settings = QUICK, pace_ms: int = 1000
) -> tuple[Game, list[Seat]]:
    """A game in the results of its last question; answers come so long after each other."""
    game = Game(*questions, settings=settings)
    seats = [game.join(name) for name in answers]
    for index in range(len(questions)):
        if index:
            game.do(NextQuestion())
        else:
            game.open()
        for seat, listed in zip(seats, answers.values(), strict=True):
            answer = listed[index]
            if answer is not None:
                game.now += pace_ms
                game.answer(seat, answer)
        if game.session.head.phase is Phase.QUESTION:
            game.time_up()
    return game, seats


def rule(game: Game, ruling: Ruling, question: int = 0, *, preview: bool = False) -> Ruled:
    reply = game.by_host(Rule(question=question, ruling=ruling, preview=preview))
    assert isinstance(reply, Ruled), reply
    check(game.session)
    return reply


def sums(game: Game) -> dict[str, tuple[int, int | None, int]]:
    return {player.name: (player.points, player.rank, player.streak) for player in game.session.players.values()}


def stored(player: Player) -> Any:
    """What is kept of a player, but for the last result as it was told."""
    fields = msgspec.structs.asdict(player)
    for told in ("result", "revised"):
        fields.pop(told)
    return fields


def replays(game: Game) -> bool:
    replayed = Replay(log_file.read(game.exported())).run()
    return report.results(replayed, 0, "r") == report.results(game.session, 0, "r")


def test_an_option_is_accepted_and_everybody_concerned_is_told() -> None:
    game, (ann, ben, cem) = played(SINGLE, answers={"Ann": [0], "Ben": [1], "Cem": [2]})
    reply = rule(game, Ruling(accept=1))
    assert reply.number == 1
    assert [entry.name for entry in reply.before] == ["Ann", "Ben", "Cem"]
    assert reply.moved == 1, "Cem is third now"
    assert sums(game) == {"Ann": (950, 1, 1), "Ben": (900, 2, 1), "Cem": (0, 3, 0)}
    results = game.one(QuestionResults)
    assert (results.question, results.correct, results.counts) == (0, (0, 1), (1, 1, 1))
    assert [made.number for made in results.rulings or ()] == [1]
    assert game.each(YourResult).keys() == {ben.connection, cem.connection}, "nothing is another one for Ann"
    told, moved = game.each(YourResult)[ben.connection], game.each(YourResult)[cem.connection]
    assert (told.total_points, told.correct, told.share, told.rank) == (900, True, 100, 2)
    assert told.ruling == RulingEffect(number=1, points=900, ruling=Ruling(accept=1))
    assert (moved.rank, moved.ruling) == (3, UNSET)
    assert [entry.points for entry in game.one(Leaderboard).entries] == [950, 900, 0]
    assert isinstance(game.logged()[-1], Rejudged)
    resumed = game.resume(ben)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert (resumed.you.result, resumed.session.results) == (told, results)
    assert game.player(ann).points == 950
    assert replays(game)


def test_a_preview_changes_nothing() -> None:
    game, _ = played(SINGLE, answers={"Ann": [0], "Ben": [1]})
    before = [stored(player) for player in game.session.players.values()]
    head = msgspec.json.encode(game.session.head.rulings), game.session.head.seq, game.session.head.log_hash
    reply = rule(game, Ruling(void=True), preview=True)
    assert (reply.number, reply.moved) == (None, 1)
    assert [entry.points for entry in reply.after] == [0, 0]
    assert [stored(player) for player in game.session.players.values()] == before
    assert (msgspec.json.encode(game.session.head.rulings), game.session.head.seq, game.session.head.log_hash) == head
    assert game.told(QuestionResults) == []


def test_a_question_is_voided_and_streaks_go_over_it() -> None:
    settings = Settings(lead_ms=0, streak_bonus=True, penalty=10)
    answers: dict[str, list[Answer | None]] = {"Ann": [0, (0,), 0], "Ben": [1, (0, 2), 0]}
    game, _ = played(SINGLE, MULTIPLE, SINGLE, answers=answers, settings=settings)
    rule(game, Ruling(void=True), question=1)
    assert sums(game) == {"Ann": (950 + 950 + 100, 1, 2), "Ben": (-100 + 900, 2, 1)}
    results = game.one(QuestionResults)
    assert (results.question, results.void) == (1, True)
    assert game.session.head.limits_total_ms == 20_000
    assert replays(game)


def test_points_are_given_to_one_player_and_add_up_in_the_report() -> None:
    game, (ann, ben) = played(SINGLE, POLL, answers={"Ann": [1, 0], "Ben": [0, 1]})
    rule(game, Ruling(points=300, player_id=ann.id))
    rule(game, Ruling(points=-50, player_id=ann.id), question=1)
    assert game.player(ann).points == 250
    summary = next(player for player in report.results(game.session, 0, "r").players if player.id == ann.id)
    assert [answer and answer.points for answer in summary.answers] == [300, -50]
    assert game.each(YourResult).keys() == {ann.connection}
    assert code(game.by_host(Rule(question=0, ruling=Ruling(points=1, player_id="nobody")))) is ErrorCode.WRONG_PHASE
    game.by_player(ben, LeaveSession())
    assert replays(game)


def test_a_ruling_about_an_earlier_question_is_news_and_the_last_result_follows() -> None:
    settings = Settings(lead_ms=0, streak_bonus=True)
    game, (ann, ben) = played(SINGLE, SINGLE, answers={"Ann": [0, 0], "Ben": [1, 0]}, settings=settings)
    rule(game, Ruling(accept=1))
    told = game.told(YourResult)
    assert [(one.question, one.points, one.total_points, one.ruling is UNSET) for one in told] == [
        (1, 1000, 1900, True),
        (0, 900, 1900, False),
    ], "the bonus of the second question is Ben's, too; nothing is another one for Ann"
    for seat in (ann, ben):
        resumed = game.resume(seat)
        assert isinstance(resumed, Resumed)
        assert resumed.you
        assert resumed.you.result == views.last_result(game.session, game.player(seat))
        assert resumed.you.revised == (told[1] if seat is ben else UNSET)
    summary = report.results(game.session, 0, "r").questions[0]
    assert (summary.correct, [made.number for made in summary.rulings or ()]) == ((0, 1), [1])
    game.do(UndoRuling(number=1))
    revised = game.player(ben).revised
    assert revised
    assert revised.ruling == RulingEffect(number=1, points=-900, ruling=Ruling(accept=1), undone=True)


def test_what_is_revised_is_told_until_the_next_question_is_closed() -> None:
    game, (ann,) = played(SINGLE, SINGLE, SINGLE, answers={"Ann": [1, 0, None]})
    assert game.player(ann).revised is None
    rule(game, Ruling(accept=1))
    assert game.player(ann).revised is not None
    rule(game, Ruling(void=True), question=2)
    result, revised = game.player(ann).result, game.player(ann).revised
    assert result
    assert revised
    assert (result.question, result.ruling) == (2, RulingEffect(number=2, points=0, ruling=Ruling(void=True)))
    assert (revised.question, revised.ruling) == (0, RulingEffect(number=1, points=950, ruling=Ruling(accept=1)))


def test_a_text_is_accepted_for_a_share_and_told_with_the_solution() -> None:
    game, (_, ben) = played(as_played(ALL["text"]), answers={"Ann": ["Lima"], "Ben": ["La Paz"]})
    rule(game, Ruling(accept="LA PAZ!", share=30))
    results = game.told(QuestionResults)[0]
    assert results.solution
    assert results.tally
    assert [(text.text, text.share) for text in results.solution.accepted or ()][-1] == ("LA PAZ!", 30)
    assert [(group.text, group.share) for group in results.tally.groups or ()] == [("Lima", 100), ("La Paz", 30)]
    assert game.player(ben).points == 270
    assert replays(game)


def test_in_multiple_an_accepted_option_makes_no_difference() -> None:
    game, seats = played(MULTIPLE, answers={"Ann": [(0, 1, 2)], "Ben": [(0,)], "Cem": [(0, 2)]})
    rule(game, Ruling(accept=1))
    assert [game.player(seat).correct for seat in seats] == [1, 0, 1]
    assert replays(game)


def test_in_multiple_an_option_that_is_accepted_in_part_earns_its_share_where_it_alone_was_too_much() -> None:
    game, seats = played(MULTIPLE, answers={"Ann": [(0, 1, 2)], "Ben": [(0,)], "Cem": [(0, 2)]})
    rule(game, Ruling(accept=1, share=50))
    outcomes = [history.outcome_of(game.player(seat), 0) for seat in seats]
    assert [outcome and outcome.share for outcome in outcomes] == [50, 0, 100]
    assert replays(game)


def test_a_number_that_is_accepted_changes_points_and_no_solution() -> None:
    game, _ = played(as_played(ALL["number"]), answers={"Ann": ["4810"], "Ben": ["5895"]})
    before = game.session.head.results
    rule(game, Ruling(accept="5895"))
    assert sums(game) == {"Ann": (950, 1, 1), "Ben": (900, 2, 1)}
    assert before
    assert game.one(QuestionResults).solution == before.solution
    assert replays(game)


def test_after_the_end_the_podium_follows_and_the_log_goes_on() -> None:
    game, (ann, ben) = played(SINGLE, answers={"Ann": [0], "Ben": [1]})
    game.do(NextQuestion())
    assert game.session.head.phase is Phase.ENDED
    rule(game, Ruling(accept=1, share=50))
    rule(game, Ruling(accept=0, share=0))
    assert [entry.name for entry in game.one(QuizEnded).podium] == ["Ben", "Ann"]
    finals = game.each(YourFinal)
    assert (finals[ann.connection].rank, finals[ben.connection].rank) == (2, 1)
    assert game.session.head.phase is Phase.ENDED
    assert replays(game)
    assert game.session.head.log_length == len(game.log)


def test_the_same_ruling_sent_again_is_made_once() -> None:
    game, _ = played(SINGLE, answers={"Ann": [0], "Ben": [1]})
    connection = game.session.head.host
    assert connection
    command = game.command(connection, game.session.host_identity, Rule(id="r", question=0, ruling=Ruling(accept=1)))
    first, again = game.redo(command), game.redo(command)
    assert isinstance(first, Ruled)
    assert isinstance(again, Ruled)
    assert (first.number, again.number, len(game.session.head.rulings)) == (1, 1, 1)


def test_what_was_ruled_or_undone_is_answered_so_again_when_the_next_question_is_open_already() -> None:
    game, _ = played(SINGLE, answers={"Ann": [0], "Ben": [1]})
    connection = game.session.head.host
    assert connection
    commands = [
        game.command(connection, game.session.host_identity, body)
        for body in (Rule(id="r", question=0, ruling=Ruling(accept=1)), UndoRuling(id="u", number=1))
    ]
    made, undone = map(game.redo, commands)
    game.do(AskQuestion(asked=SINGLE))
    before = game.session.head.log_length
    assert isinstance(made, Ruled)
    again = game.redo(commands[0])
    assert isinstance(again, Ruled), "the reply was lost, and the next question has opened since"
    assert again.number == made.number
    assert game.redo(commands[1]) == undone == Ok(reply_to="u")
    assert game.session.head.log_length == before


@pytest.mark.parametrize(
    ("question", "ruling"),
    [
        (SINGLE, Ruling(accept=3)),
        (SINGLE, Ruling(accept="Mombasa")),
        (POLL, Ruling(accept=0)),
        (POLL, Ruling(void=True)),
        (ALL["order"], Ruling(accept=0)),
        (ALL["number"], Ruling(accept="many")),
    ],
)
def test_what_cannot_be_ruled_is_refused(question: Question, ruling: Ruling) -> None:
    game, _ = played(as_played(question), answers={"Ann": [None]})
    assert code(game.by_host(Rule(question=0, ruling=ruling))) in (ErrorCode.INVALID_ANSWER, ErrorCode.WRONG_PHASE)
    assert code(game.by_host(Rule(question=1, ruling=Ruling(void=True)))) is ErrorCode.WRONG_PHASE
    assert code(game.by_host(UndoRuling(number=1))) is ErrorCode.WRONG_PHASE
    assert game.session.head.rulings == []


@pytest.mark.parametrize("fields", [{}, {"accept": 1, "void": True}, {"points": 5}, {"void": True, "player_id": "p"}])
def test_a_ruling_decides_one_thing(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"ruling has|for one player"):
        msgspec.convert(fields, Ruling)


def test_what_an_older_version_has_judged_is_not_judged_again() -> None:
    game, (ann,) = played(SINGLE, answers={"Ann": [0]})
    game.player(ann).history = b"1234567"
    assert code(game.by_host(KENYA_IS_MOMBASA)) is ErrorCode.WRONG_PHASE


def test_an_option_may_be_accepted_in_part() -> None:
    game, _ = played(SINGLE, answers={"Ann": [0], "Ben": [1]})
    rule(game, Ruling(accept=1, share=50))
    assert sums(game) == {"Ann": (950, 1, 1), "Ben": (450, 2, 0)}
    assert replays(game)


def test_a_player_gets_no_more_on_top_than_a_record_holds() -> None:
    game, (ann,) = played(SINGLE, answers={"Ann": [0]})
    rule(game, Ruling(points=10_000, player_id=ann.id))
    rule(game, Ruling(points=10_000, player_id=ann.id))
    refused = game.by_host(Rule(question=0, ruling=Ruling(points=1, player_id=ann.id)))
    assert isinstance(refused, Error)
    assert "20000 extra points" in refused.message
    assert game.player(ann).points == 20_950


def test_a_session_has_a_last_ruling() -> None:
    game, _ = played(SINGLE, answers={"Ann": [0]})
    for _ in range(MAX_RULINGS):
        assert isinstance(game.by_host(KENYA_IS_MOMBASA), Ruled)
    refused = game.by_host(KENYA_IS_MOMBASA)
    assert isinstance(refused, Error)
    assert "at most 200" in refused.message


def test_a_player_who_is_away_finds_the_ruling_on_return() -> None:
    game, (_, ben) = played(SINGLE, answers={"Ann": [0], "Ben": [1]})
    game.disconnect(ben)
    rule(game, Ruling(accept=1))
    assert game.told(YourResult) == []
    resumed = game.resume(ben)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert isinstance(resumed.you.result, YourResult)
    assert resumed.you.result.total_points == 900


def test_a_ruling_tells_no_ranking_where_none_is_told() -> None:
    settings = Settings(lead_ms=0, ranking="never")
    game, _ = played(SINGLE, answers={"Ann": [0], "Ben": [1]}, settings=settings)
    rule(game, Ruling(accept=1))
    assert game.told(Leaderboard) == []
    assert game.one(YourResult).rank is None


RULINGS = st.one_of(
    st.integers(0, 3).map(lambda option: Ruling(accept=option)),
    st.builds(
        lambda text, share: Ruling(accept=text, share=share), st.sampled_from(["Paris", "500"]), st.integers(0, 100)
    ),
    st.just(Ruling(void=True)),
    st.builds(lambda n, who: Ruling(points=n, player_id=who), st.integers(-100, 100), st.sampled_from(["p0", "p1"])),
)
QUESTIONS = [as_played(ALL[name]) for name in ("single", "partial", "text", "closest", "poll", "pairs", "match")]


@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rulings_undone_give_the_state_of_before_and_all_of_it_replays(data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=4))
    game = Game(*asked, settings=Settings(lead_ms=0, streak_bonus=data.draw(st.booleans()), penalty=20))
    seats = [game.join("Ann"), game.join("Ben")]
    game.do(SetExtraTime(player_id=seats[0].id, percent=50))
    for index in range(len(asked)):
        game.do(NextQuestion()) if index else game.open()
        game.now = game.session.head.opens_at
        if index == 1:
            seats.append(game.join("Cem"))
        for seat in seats:
            game.now += data.draw(st.sampled_from([0, 700, 3000]))
            game.answer(seat, data.draw(ANSWERS))
        if game.session.head.phase is Phase.QUESTION:
            game.do(CloseQuestion())
    game.join("Dan")
    before = [stored(player) for player in game.session.players.values()]
    written = dict(game.session.written)
    for ruling in data.draw(st.lists(RULINGS, min_size=1, max_size=3)):
        reply = game.by_host(Rule(question=data.draw(st.integers(0, len(asked) - 1)), ruling=ruling))
        assert isinstance(reply, Ruled | Error)
        game.session = reloaded(game.session)
        check(game.session)
    for player in report.results(game.session, 0, "r").players:
        assert player.points == sum(answer.points for answer in player.answers if answer)
    for number in data.draw(st.permutations(range(1, len(game.session.head.rulings) + 1))):
        game.do(UndoRuling(number=number))
        game.do(UndoRuling(number=number))
    assert [stored(player) for player in game.session.players.values()] == before
    assert game.session.written == written
    replayed = Replay(log_file.read(game.exported())).run()
    assert log_chain.standings(replayed) == log_chain.standings(game.session)
