"""A name that the filter withholds has a stand-in everywhere, until the host shows it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import Drawn, ToMany, moderation
from coordinator.engine.invariants import check
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import Audience
from quickpoll.names import normalise
from quickpoll.protocol import (
    EarlierShown,
    Error,
    ErrorCode,
    GetResults,
    HostPlayer,
    Joined,
    JoinSession,
    Leaderboard,
    LeaveSession,
    NextQuestion,
    Phase,
    PlayerRenamed,
    PlayersJoined,
    QuestionResults,
    Results,
    Resumed,
    Settings,
    ShowEarlier,
    ShowName,
    encode_message,
)
from tests.coordinator.engine.game import SINGLE, Game, code, reloaded
from tests.coordinator.engine.kinds.samples import ALL, as_played


def show(game: Game, player_id: str, *, shown: bool = True) -> None:
    game.do(ShowName(player_id=player_id, shown=shown))


def replayed(game: Game) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moderation, "finds", None)
        session = Replay(log_file.read(game.exported())).run()
    assert session.head.log_hash == game.session.head.log_hash
    assert [player.name for player in session.players.values()] == [p.name for p in game.session.players.values()]


def in_view(game: Game, seat_id: str) -> HostPlayer:
    resumed = game.resume_host(game.new_connection())
    assert isinstance(resumed, Resumed)
    assert isinstance(resumed.session.players, tuple)
    (player,) = [player for player in resumed.session.players if player.id == seat_id]
    return player


def test_the_report_has_the_names_that_everyone_saw() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    bad = game.join("Fu.ck  you")
    game.open()
    game.answer(ann, 0)
    game.answer(bad, 0)

    def named() -> list[str]:
        reply = game.by_host(GetResults())
        assert isinstance(reply, Results)
        return [player.name for player in reply.players]

    assert named() == ["Ann", bad.name]
    show(game, bad.id)
    assert named() == ["Ann", "Fu.ck you"]


def test_a_player_is_told_the_stand_in_and_the_host_what_was_typed() -> None:
    game = Game()
    game.join("Ann")
    game.now += 1000
    bad = game.try_join("Fu.ck  you")
    assert isinstance(bad, Joined)
    assert (bad.name, bad.name_withheld) == ("Player 2", True)
    game.now += 1000
    game.tick()
    (entry,) = game.one(PlayersJoined).players if game.told(PlayersJoined) else (in_view(game, bad.player_id),)
    assert (entry.name, entry.withheld) == ("Player 2", "Fu.ck you")
    replayed(game)


def test_an_ordinary_name_is_as_it_was_typed() -> None:
    game = Game()
    ann = game.try_join("Ann")
    assert isinstance(ann, Joined)
    assert (ann.name, ann.name_withheld) == ("Ann", msgspec.UNSET)
    assert b"withheld" not in encode_message(ann)


def test_with_the_filter_off_any_name_is_shown() -> None:
    game = Game(settings=Settings(filter="off"))
    assert game.join("Shithead").name == "Shithead"
    replayed(game)


def test_the_stand_in_is_in_the_words_of_the_host_and_free() -> None:
    game = Game(settings=Settings(stand_in="Spielerin"))
    game.join("spielerin 2")
    assert game.join("Hurensohn").name == "Spielerin 3"
    assert Game(settings=Settings(stand_in="a\u202eb")).join("Hurensohn").name == "Player 1"
    replayed(game)


def test_the_host_shows_a_name_and_everyone_has_it_from_then_on() -> None:
    game = Game(SINGLE, SINGLE)
    ann, bad = game.join("Ann"), game.join("Shithead")
    game.open()
    for seat in (ann, bad):
        game.answer(seat, 0)
    assert [entry.name for entry in game.one(Leaderboard).entries] == ["Ann", "Player 2"]
    show(game, bad.id)
    for_host, for_players = [effect for effect in game.effects.said if isinstance(effect, ToMany)]
    assert (for_host.audience, for_players.audience) == (Audience.HOST, Audience.PLAYERS)
    assert for_host.message == for_players.message == game.told(PlayerRenamed)[0]
    assert game.told(PlayerRenamed)[0].name == "Shithead"
    resumed = game.resume(bad)
    assert isinstance(resumed, Resumed)
    assert isinstance(resumed.session.leaderboard, Leaderboard)
    assert [entry.name for entry in resumed.session.leaderboard.entries] == ["Ann", "Shithead"]
    assert isinstance(resumed.you, msgspec.Struct)
    assert (resumed.you.name, resumed.you.name_withheld) == ("Shithead", msgspec.UNSET)
    replayed(game)


def test_the_host_hides_a_name_that_got_through_also_after_the_end() -> None:
    game = Game(SINGLE)
    ann, bad = game.join("Ann"), game.join("Qwertz")
    game.open()
    for seat in (ann, bad):
        game.answer(seat, 0)
    game.do(NextQuestion())
    assert game.session.head.phase is Phase.ENDED
    show(game, bad.id, shown=False)
    host, players = [effect.message for effect in game.effects.said if isinstance(effect, ToMany)]
    assert isinstance(host, PlayerRenamed)
    assert (host.name, host.withheld) == ("Player 2", "Qwertz")
    assert b"Qwertz" not in encode_message(players)
    assert [entry.name for entry in game.session.head.podium] == ["Ann", "Player 2"]
    assert in_view(game, bad.id).withheld == "Qwertz"
    replayed(game)


def test_what_is_so_already_is_not_told_again() -> None:
    game = Game()
    ann = game.join("Ann")
    logged = game.session.head.log_length
    for player_id in (ann.id, "nobody"):
        show(game, player_id)
        assert not game.told(PlayerRenamed)
    assert game.session.head.log_length == logged


def test_those_who_came_nearest_are_told_again_under_their_new_name() -> None:
    game = Game(as_played(ALL["closest"]))
    ann = game.join("Qwertz")
    game.open()
    game.answer(ann, "499")
    show(game, ann.id, shown=False)
    assert all(b"Qwertz" not in encode_message(results) for results in game.told(QuestionResults))
    assert game.told(QuestionResults)
    assert game.session.head.results in game.told(QuestionResults)
    replayed(game)


def test_a_typed_name_is_taken_although_nobody_sees_it() -> None:
    game = Game()
    bad = game.join("Shithead", id="j" * 22)
    assert code(game.try_join("shithead")) is ErrorCode.NAME_TAKEN
    assert code(game.try_join("Sh\u0456thead")) is ErrorCode.NAME_TAKEN
    assert code(game.try_join("player 1")) is ErrorCode.NAME_TAKEN
    game.by_player(bad, LeaveSession())
    assert isinstance(game.try_join("Shithead"), Joined)
    replayed(game)


def test_a_join_that_comes_twice_is_the_same_player() -> None:
    game = Game()
    link = game.new_connection()
    body = JoinSession(id="once", code="123456", name="Shithead")
    first = game.send(link, None, body, Drawn(player_id="p0"))
    again = game.send(link, None, body, Drawn(player_id="p1"))
    assert isinstance(first, Joined)
    assert isinstance(again, Joined)
    assert (first.player_id, first.name) == (again.player_id, again.name) == ("p0", "Player 1")
    assert len(game.session.players) == 1


NAMES = st.sampled_from(["Ann", "Shithead", "f u c k", "Player 2", "Player 3", "Hurensohn", "Ben"])


@given(st.lists(st.one_of(NAMES, st.tuples(st.integers(0, 6), st.booleans())), max_size=14))
def test_names_stay_unique_whatever_the_host_shows(steps: list[str | tuple[int, bool]]) -> None:
    game = Game()
    for step in steps:
        if isinstance(step, str):
            reply = game.try_join(step)
            assert isinstance(reply, Joined) or (isinstance(reply, Error) and reply.code is ErrorCode.NAME_TAKEN)
        else:
            show(game, f"p{step[0]}", shown=step[1])
        check(game.session)
        names = [player.name for player in game.session.players.values()]
        assert len({normalise(name).key for name in names}) == len(names)
        assert reloaded(game.session) == game.session
    replayed(game)


def test_nothing_that_all_are_told_has_a_typed_name() -> None:
    game = Game(SINGLE)
    bad = game.join("Shithead")
    game.open()
    said = list(game.effects.said)
    game.answer(bad, 0)
    said += game.effects.said
    game.do(NextQuestion())
    said += game.effects.said
    for effect in said:
        if isinstance(effect, ToMany):
            assert b"Shithead" not in encode_message(effect.message)


def test_what_is_shown_of_an_earlier_question_has_the_name_that_is_shown_now() -> None:
    game = Game(as_played(ALL["closest"]), SINGLE, settings=Settings(lead_ms=0))
    bad = game.join("Shithead")
    game.open()
    game.answer(bad, "500")
    game.do(NextQuestion())
    game.answer(bad, 0)
    game.do(ShowEarlier(question=0))
    show(game, bad.id)
    shown = game.one(EarlierShown).earlier
    assert shown
    assert shown.results.tally
    assert [nearest.name for nearest in shown.results.tally.nearest or ()] == ["Shithead"]
