"""Judging again without a ruling changes nothing, whatever was played."""

import msgspec

from coordinator.engine import history, rejudging
from quickpoll.protocol import ExtendQuestion, NextQuestion, SetExtraTime, Settings, SkipQuestion
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, Game
from tests.coordinator.engine.kinds.samples import ALL, as_played


def test_everything_follows_from_the_outcomes() -> None:
    questions = [SINGLE, as_played(ALL["text"]), POLL, MULTIPLE, as_played(ALL["slide"]), as_played(ALL["closest"])]
    game = Game(*questions, settings=Settings(lead_ms=0, streak_bonus=True, penalty=25))
    ann, ben = game.join("Ann"), game.join("Ben")
    game.do(SetExtraTime(player_id=ben.id, percent=100))
    game.open()
    game.do(ExtendQuestion(by_ms=5000))
    game.now += 4000
    game.answer(ann, 0)
    game.now += 9000
    game.answer(ben, 0)
    game.do(NextQuestion())
    game.answer(ann, "Cuzco")
    game.time_up()
    game.now += 60_000
    game.tick()
    game.do(NextQuestion())
    cem = game.join("Cem")
    game.do(SkipQuestion())
    game.do(NextQuestion())
    game.answer(cem, (0, 2))
    game.answer(ann, (0, 2))
    game.answer(ben, (1,))
    game.do(NextQuestion())
    game.do(NextQuestion())
    for seat, answer in ((ann, "499"), (ben, "1"), (cem, "500")):
        game.answer(seat, answer)
    players = list(game.session.players.values())
    before = [msgspec.msgpack.encode(player) for player in players]
    limits = game.session.head.limits_total_ms
    assert rejudging.is_possible(game.session)
    ordered = rejudging.rejudge(game.session)
    assert [msgspec.msgpack.encode(player) for player in players] == before
    assert game.session.head.limits_total_ms == limits
    assert [player.rank for player in ordered] == [1, 2, 3]
    assert history.outcome_of(game.player(ben), 0).extra_percent == 100  # type: ignore[union-attr]
