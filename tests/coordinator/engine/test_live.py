"""What is written is shown to the host before the close where the host lets it, and then only what everyone may see."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from coordinator.engine import ToMany, next_deadline, views
from coordinator.engine.normalising import normalised
from coordinator.engine.progress import SLACK_MS
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import Audience, ConnectionId
from quickpoll.protocol import (
    LIVE_INTERVAL_MS,
    MAX_LIVE_BYTES,
    PICKED_TEXTS,
    AnswerGroup,
    Answers,
    CloseQuestion,
    ErrorCode,
    GetAnswers,
    KickPlayer,
    LiveShown,
    LiveTally,
    MergeAnswers,
    NextQuestion,
    OpenQuestion,
    QuestionResults,
    Resumed,
    Role,
    Settings,
    ShowAnswer,
    ShowLive,
    Tally,
    WordCount,
    WordsQuestion,
    encode_message,
)
from tests.coordinator.engine.game import Game, Seat, code, reloaded
from tests.coordinator.engine.kinds.samples import ALL, as_played

LIVE = Settings(live_texts=True)
WORDS = WordsQuestion("What do you think of?", max_words=5, time_limit_ms=None)
OPEN = OpenQuestion("What shall we change?", time_limit_ms=None)
INSULT = "asshole"


def opened(question: WordsQuestion | OpenQuestion = WORDS, players: int = 4, settings: Settings = LIVE) -> Game:
    game = Game(question, settings=settings)
    game.seats = game.join_many(players + 1)  # type: ignore[attr-defined]
    game.open()
    return game


def seats(game: Game) -> list[Seat]:
    found: list[Seat] = game.seats  # type: ignore[attr-defined]
    return found


def later(game: Game) -> Tally:
    """What the host is told next."""
    game.now += LIVE_INTERVAL_MS
    game.tick()
    return game.one(LiveTally).tally


def counts(tally: Tally) -> dict[str, int]:
    assert tally.words is not UNSET
    return {word.text: word.count for word in tally.words}


def test_words_are_told_while_they_are_written_and_to_the_host_alone() -> None:
    game = opened()
    game.answer(seats(game)[0], ("calm", "warm"))
    live = game.one(LiveTally)
    assert live == LiveTally(
        question=0, tally=Tally(words=(WordCount(text="calm", count=1), WordCount(text="warm", count=1)), distinct=2)
    )
    assert [e.audience for e in game.effects.said if isinstance(e, ToMany) and e.message == live] == [Audience.HOST]
    game.answer(seats(game)[1], ("Calm",))
    assert counts(later(game)) == {"calm": 2, "warm": 1}
    assert views.session_view(game.session, game.now, Role.PLAYER).live_tally is UNSET
    assert views.session_view(game.session, game.now, Role.PLAYER).live is UNSET


@pytest.mark.parametrize("kind", sorted(ALL.keys() - {"words", "open", "slide"}))
def test_of_other_kinds_nothing_is_told_before_the_close(kind: str) -> None:
    game = Game(as_played(ALL[kind]), settings=LIVE)
    game.join_many(2)
    game.do(ShowLive(shown=True))
    game.open()
    game.now += LIVE_INTERVAL_MS
    game.tick()
    assert not game.told(LiveTally)
    assert views.session_view(game.session, game.now, Role.HOST).live_tally is UNSET


def test_without_the_hosts_leave_nothing_is_told_before_the_close() -> None:
    game = opened(settings=Settings())
    game.answer(seats(game)[0], ("calm",))
    game.now += 10_000
    game.tick()
    assert not game.told(LiveTally)


def test_the_host_switches_it_on_and_off_during_a_question_and_it_holds_for_the_next() -> None:
    game = Game(WORDS, WORDS)
    (ann, ben) = game.join_many(2)
    game.open()
    game.answer(ann, ("calm",))
    game.do(ShowLive(shown=True))
    assert game.one(LiveShown).shown
    assert counts(game.one(LiveTally).tally) == {"calm": 1}
    game.do(ShowLive(shown=True))
    assert not game.told(LiveShown), "nothing changes"
    game.do(ShowLive(shown=False))
    assert not game.one(LiveShown).shown
    game.do(CloseQuestion())
    game.do(ShowLive(shown=True))
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    game.answer(ben, ("warm",))
    assert counts(game.one(LiveTally).tally) == {"warm": 1}
    game.do(CloseQuestion())
    game.do(NextQuestion())
    assert code(game.by_host(ShowLive(shown=False))) is ErrorCode.WRONG_PHASE


def test_it_is_told_four_times_a_second_at_most_and_the_last_is_always_told() -> None:
    game = opened(players=40)
    told = 0
    for seat in seats(game)[:40]:
        game.answer(seat, ("calm",))
        told += len(game.told(LiveTally))
        game.now += 50
    assert told <= 1 + 40 * 50 // LIVE_INTERVAL_MS
    due = next_deadline(game.session)
    assert due is not None
    assert due <= game.now + LIVE_INTERVAL_MS + SLACK_MS
    assert counts(later(game)) == {"calm": 40}
    game.now += 1000
    game.tick()
    assert not game.told(LiveTally), "nothing is told twice"


def test_what_the_filter_withholds_is_counted_and_not_shown_until_the_host_shows_it() -> None:
    game = opened()
    game.answer(seats(game)[0], ("calm", INSULT))
    live = game.one(LiveTally)
    assert (counts(live.tally), live.withheld) == ({"calm": 1}, 1)
    game.do(ShowAnswer(question=0, text=INSULT, shown=True))
    game.now += LIVE_INTERVAL_MS
    game.tick()
    live = game.one(LiveTally)
    assert (counts(live.tally), live.withheld) == ({"calm": 1, INSULT: 1}, UNSET)


def test_words_that_the_host_hides_or_merges_are_so_at_once_and_a_player_counts_once() -> None:
    game = opened()
    game.answer(seats(game)[0], ("car", "auto", "bus"))
    game.answer(seats(game)[1], ("auto",))
    game.do(MergeAnswers(question=0, text="auto", into="car"))
    assert counts(later(game)) == {"car": 2, "bus": 1}
    game.do(ShowAnswer(question=0, text="bus", shown=False))
    assert counts(later(game)) == {"car": 2}


def test_of_an_open_question_only_what_the_host_picks_is_shown() -> None:
    game = opened(OPEN)
    game.answer(seats(game)[0], "More light")
    assert game.one(LiveTally).tally == Tally(texts=(), count=1)
    game.answer(seats(game)[1], "More air")
    game.do(ShowAnswer(question=0, text="More air", shown=True))
    assert later(game) == Tally(texts=("More air",), count=2)
    game.do(ShowAnswer(question=0, text="More air", shown=False))
    assert later(game) == Tally(texts=(), count=2)


def test_of_long_texts_those_picked_last_are_shown() -> None:
    game = opened(OPEN, players=PICKED_TEXTS)
    for number, seat in enumerate(seats(game)[:PICKED_TEXTS]):
        text = f"{number} " + "字" * 247
        game.answer(seat, text)
        game.do(ShowAnswer(question=0, text=text, shown=True))
    texts = later(game).texts
    assert isinstance(texts, tuple)
    assert [int(text.split()[0]) for text in texts] == [10, 11]


def test_the_words_of_who_is_removed_are_gone() -> None:
    game = opened()
    game.answer(seats(game)[0], ("calm",))
    game.do(KickPlayer(player_id=seats(game)[0].id))
    assert counts(later(game)) == {}


def test_a_device_that_comes_back_has_what_was_written_since_and_is_told_on() -> None:
    game = opened()
    game.disconnect_host()
    game.answer(seats(game)[0], ("calm",))
    assert not game.told(LiveTally)
    reply = game.resume_host(ConnectionId("g1", 900))
    assert isinstance(reply, Resumed)
    assert reply.session.live is True
    assert reply.session.live_tally is not UNSET
    assert counts(reply.session.live_tally.tally) == {"calm": 1}
    game.answer(seats(game)[1], ("warm",))
    assert counts(game.one(LiveTally).tally) == {"calm": 1, "warm": 1}


def test_a_replay_knows_nothing_of_it_and_ends_the_same() -> None:
    game = opened()
    game.answer(seats(game)[0], ("calm",))
    game.do(ShowLive(shown=False))
    game.do(ShowLive(shown=True))
    game.do(CloseQuestion())
    assert Replay(log_file.read(game.exported())).run().head.log_hash == game.session.head.log_hash


WRITABLE = st.sampled_from(["calm", "Calm", "warm", "wärm", "loud", INSULT, "字" * 25, "x" * 25, "🙂"])


@settings(deadline=None)
@given(
    answers=st.lists(st.lists(WRITABLE, min_size=1, max_size=5).map(tuple), min_size=1, max_size=12), seed=st.randoms()
)
def test_what_is_shown_last_is_what_is_told_at_the_close(answers: list[tuple[str, ...]], seed: random.Random) -> None:
    """Whatever was written, hidden, merged or shown, and also for a coordinator that has just taken over."""
    game = opened(players=len(answers))
    for seat, answer in zip(seats(game), answers, strict=False):
        game.answer(seat, answer)
        texts = [group.text for group in _answers(game)]
        if seed.random() < 0.3:
            game.by_host(ShowAnswer(question=0, text=seed.choice(texts), shown=seed.random() < 0.5))
        if seed.random() < 0.3:
            game.by_host(MergeAnswers(question=0, text=seed.choice(texts), into=seed.choice(texts)))
    live, again = views.live_tally(game.session), views.live_tally(reloaded(game.session))
    assert live is not None
    assert live == again
    game.do(CloseQuestion())
    closed = game.told(QuestionResults)[0]
    assert closed.tally is not None
    assert _by_key(live.tally) == _by_key(closed.tally), "only the spelling may be another: of the first, or of most"
    assert live.tally.distinct == closed.tally.distinct
    assert live.withheld == closed.withheld


@settings(deadline=None)
@given(st.lists(st.lists(st.text(min_size=1, max_size=25), min_size=1, max_size=5).map(tuple), min_size=1, max_size=60))
def test_it_stays_small_whatever_was_written(answers: list[tuple[str, ...]]) -> None:
    game = opened(players=len(answers))
    for seat, answer in zip(seats(game), answers, strict=False):
        game.answer(seat, answer)
    live = views.live_tally(game.session)
    assert (live is not None) == (game.session.head.answered > 0), "what is blank is refused"
    assert live is None or len(encode_message(live)) <= MAX_LIVE_BYTES


def _by_key(tally: Tally) -> dict[str, int]:
    return {normalised(text): count for text, count in counts(tally).items()}


def _answers(game: Game) -> tuple[AnswerGroup, ...]:
    reply = game.by_host(GetAnswers(question=0))
    assert isinstance(reply, Answers)
    return reply.answers
