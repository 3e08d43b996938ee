import pytest

from coordinator.engine import ToMany, next_deadline
from coordinator.engine.progress import SLACK_MS
from coordinator.engine.state import IDLE_MS
from quickpoll.envelope import Audience, ConnectionId
from quickpoll.protocol import (
    AnswerProgress,
    AskExtraTime,
    CloseQuestion,
    ExtraTimeAsked,
    KickPlayer,
    LeaveSession,
    Lobby,
    NewQuestion,
    NextQuestion,
    PlayersJoined,
    PlayersLeft,
    PlayersReturned,
    QuestionResults,
    RosterEntry,
    ServerMessage,
    Settings,
)
from tests.coordinator.engine.game import HOST_CONNECTION, SINGLE, Game


def to_host(game: Game) -> list[ServerMessage]:
    return [e.message for e in game.effects.said if isinstance(e, ToMany) and e.audience is Audience.HOST]


def to_players(game: Game) -> list[ServerMessage]:
    return [e.message for e in game.effects.said if isinstance(e, ToMany) and e.audience is Audience.PLAYERS]


def later(game: Game, ms: int = 1000) -> None:
    game.now += ms
    game.tick()


def test_the_first_who_joins_is_told_at_once() -> None:
    game = Game()
    game.join("Ann")
    assert to_host(game) == [PlayersJoined(players=(RosterEntry("p0", "Ann", "p0"),), player_count=1)]
    assert to_players(game) == [Lobby(player_count=1)]


def test_those_who_join_within_a_tenth_of_a_second_are_told_to_the_host_together() -> None:
    game = Game()
    game.join("Ann")
    told_at = game.now
    game.join("Ben")
    game.now += 99
    game.join("Cem")
    assert to_host(game) == []
    assert next_deadline(game.session) == told_at + 100 + SLACK_MS
    later(game, 1)
    joined = game.one(PlayersJoined)
    assert ([player.name for player in joined.players], joined.player_count) == (["Ben", "Cem"], 3)
    later(game, 5000)
    assert to_host(game) == [], "nothing is told twice"


def test_players_hear_of_the_lobby_once_a_second() -> None:
    game = Game()
    told = 0
    for _ in range(100):
        game.try_join(f"Player {game.session.head.next_number}")
        told += len(to_players(game))
        game.now += 50
    assert told == 5
    later(game)
    assert to_players(game) == [Lobby(player_count=100)], "the last count is always told"
    later(game, 5000)
    assert to_players(game) == []


@pytest.mark.parametrize("players", [3, 1000])
def test_players_hear_of_answers_every_two_seconds(players: int) -> None:
    game = Game(settings=Settings(lead_ms=0))
    seats = game.join_many(players + 1)
    later(game, 2000)
    game.open()
    game.answer(seats[0], 0)
    game.now += 2000
    game.answer(seats[1], 0)
    told_at = game.now
    game.answer(seats[2], 0)
    later(game, 1999)
    assert to_players(game) == []
    later(game, 1)
    assert to_players(game) == [AnswerProgress(question=0, answered=3, total=players + 1)]
    assert game.now == told_at + 2000


def test_the_host_hears_who_has_answered_and_players_only_how_many() -> None:
    game = Game()
    ann, ben, _ = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    game.answer(ann, 0)
    assert AnswerProgress(question=0, answered=1, total=3, player_ids=(ann.id,)) in to_host(game)
    assert to_players(game) == [AnswerProgress(question=0, answered=1, total=3)]
    game.answer(ben, 0)
    assert to_host(game) == to_players(game) == []
    later(game, 100)
    assert to_host(game) == [AnswerProgress(question=0, answered=2, total=3, player_ids=(ben.id,))]
    assert to_players(game) == []
    later(game, 1900)
    assert to_players(game) == [AnswerProgress(question=0, answered=2, total=3)]


def test_a_total_that_changed_is_told_without_a_new_answer() -> None:
    game = Game()
    game.join("Ann")
    game.open()
    game.join("Ben")
    assert AnswerProgress(question=0, answered=0, total=2, player_ids=()) in to_host(game)
    assert AnswerProgress(question=0, answered=0, total=2) in to_players(game)


def test_everyone_who_answered_is_named_to_the_host_before_the_results() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0))
    ann, ben = game.join("Ann"), game.join("Ben")
    later(game)
    game.open()
    game.answer(ann, 0)
    game.answer(ben, 0)
    assert game.one(AnswerProgress).player_ids == (ann.id, ben.id)
    assert in_order(game) == [AnswerProgress, QuestionResults]


def in_order(game: Game) -> list[type]:
    """The messages to many that are about who joined, who answered, and how a question ended."""
    messages = [effect.message for effect in game.effects.said if isinstance(effect, ToMany)]
    return [type(m) for m in messages if isinstance(m, PlayersJoined | AnswerProgress | QuestionResults)]


def test_progress_of_a_closed_question_is_never_told_after_its_results() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0))
    ann, _ = game.join("Ann"), game.join("Ben")
    later(game)
    game.open()
    game.answer(ann, 0)
    cem = game.join("Cem")
    game.do(CloseQuestion())
    assert in_order(game) == [PlayersJoined, AnswerProgress, QuestionResults]
    assert game.one(PlayersJoined).players[0].id == cem.id
    later(game)
    assert to_host(game) == to_players(game) == []


def test_answers_are_not_told_again_of_the_next_question() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0))
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    later(game)
    game.open()
    game.answer(ann, 0)
    game.answer(ben, 0)
    game.do(CloseQuestion())
    game.do(NextQuestion())
    later(game)
    assert game.told(AnswerProgress) == []
    game.answer(cem, 0)
    assert to_host(game) == [AnswerProgress(question=1, answered=1, total=3, player_ids=(cem.id,))]


def test_a_new_question_starts_with_nothing_to_tell_of_the_lobby() -> None:
    game = Game()
    game.join("Ann")
    game.join("Ben")
    game.open()
    assert not game.told(Lobby)
    later(game)
    assert to_players(game) == []


def test_the_host_hears_who_left_was_kicked_went_away_and_came_back() -> None:
    game = Game()
    ann, ben, cem, dan = (game.join(name) for name in ("Ann", "Ben", "Cem", "Dan"))
    game.disconnect(dan)
    later(game)
    game.now += 100
    game.resume(dan)
    assert to_host(game) == [PlayersReturned(player_ids=(dan.id,), player_count=4)]
    game.by_player(ann, LeaveSession())
    game.do(KickPlayer(player_id=ben.id))
    game.disconnect(cem)
    later(game)
    assert to_host(game) == [
        PlayersLeft(player_ids=(ann.id,), player_count=1, reason="left"),
        PlayersLeft(player_ids=(ben.id,), player_count=1, reason="kicked"),
        PlayersLeft(player_ids=(cem.id,), player_count=1, reason="disconnected"),
    ]


def test_what_is_undone_before_it_was_told_is_not_told() -> None:
    game = Game()
    ann = game.join("Ann")
    ben = game.join("Ben")
    game.by_player(ben, LeaveSession())
    game.disconnect(ann)
    game.resume(ann)
    later(game)
    assert to_host(game) == []
    game.disconnect(ann)
    later(game)
    game.resume(ann)
    game.disconnect(ann)
    later(game)
    assert to_host(game) == []


def test_who_joined_and_went_away_is_told_as_both() -> None:
    game = Game()
    game.join("Ann")
    ben = game.join("Ben")
    game.disconnect(ben)
    later(game)
    assert to_host(game) == [
        PlayersJoined(players=(RosterEntry(ben.id, "Ben", ben.id),), player_count=1),
        PlayersLeft(player_ids=(ben.id,), player_count=1, reason="disconnected"),
    ]


def test_a_host_who_is_away_is_told_nothing_and_gets_the_whole_list_on_return() -> None:
    game = Game()
    game.disconnect_host()
    ann, _ = game.join("Ann"), game.join("Ben")
    later(game)
    assert to_host(game) == []
    game.resume_host(HOST_CONNECTION)
    game.open()
    game.disconnect_host()
    game.answer(ann, 0)
    later(game)
    assert to_host(game) == []
    game.resume_host(HOST_CONNECTION)
    later(game)
    assert to_host(game) == [], "the list was in `resumed`"
    game.join("Cem")
    assert [player.name for player in game.one(PlayersJoined).players] == ["Cem"]


def test_the_stage_is_told_what_it_does_not_know_before_the_remote_gets_the_whole_list() -> None:
    game = Game()
    ann = game.join("Ann")
    game.join("Ben")
    game.by_player(ann, AskExtraTime())
    remote = ConnectionId("g2", 9)
    game.resume_host(remote, remote=True)
    assert to_host(game) == []
    assert game.each(PlayersJoined) == {
        HOST_CONNECTION: PlayersJoined(players=(RosterEntry("p1", "Ben", "p1"),), player_count=2)
    }
    assert game.each(ExtraTimeAsked) == {HOST_CONNECTION: ExtraTimeAsked(player_ids=(ann.id,))}
    later(game)
    assert to_host(game) == []
    game.join("Cem")
    assert [player.name for player in game.one(PlayersJoined).players] == ["Cem"], "further ones are for both"
    assert to_host(game)


def test_a_remote_alone_is_told_of_players_too() -> None:
    game = Game()
    game.resume_host(ConnectionId("g2", 9), remote=True)
    game.disconnect_host()
    later(game)
    game.join("Ann")
    assert to_host(game)


def test_a_host_who_moves_to_another_connection_is_not_told_again_what_the_list_held() -> None:
    game = Game()
    game.join("Ann")
    game.join("Ben")
    game.resume_host(ConnectionId("g2", 9))
    later(game)
    assert to_host(game) == []


def test_what_was_to_be_told_to_a_host_who_went_away_is_not_told() -> None:
    game = Game()
    game.join("Ann")
    game.join("Ben")
    game.disconnect_host()
    later(game)
    assert to_host(game) == []


def test_nothing_to_tell_means_no_deadline_but_the_idle_end() -> None:
    game = Game()
    ann = game.join("Ann")
    assert next_deadline(game.session) == game.now + IDLE_MS
    game.open()
    assert game.one(NewQuestion)
    game.by_player(ann, LeaveSession())
    later(game)
    assert next_deadline(game.session) == game.closes_at + 1
