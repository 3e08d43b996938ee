"""What the filter withholds of texts reaches nobody but the host, until the host shows it."""

from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import Effects, ToEach, ToMany, filtering, moderation, records, views
from coordinator.engine.curation import NOTHING_DECIDED
from coordinator.engine.normalising import normalised
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    AnswerGroup,
    Answers,
    CloseQuestion,
    GetAnswers,
    MergeAnswers,
    NextQuestion,
    QuestionResults,
    Resumed,
    Role,
    Rule,
    Ruled,
    Ruling,
    ServerMessage,
    Settings,
    ShowAnswer,
    TextGroup,
    TextQuestion,
    encode_message,
)
from tests.coordinator.engine.game import Game, reloaded
from tests.coordinator.engine.kinds.samples import ALL, as_played

OFF, HOLD, HIDE = Settings(filter="off"), Settings(), Settings(filter="hide")


def closed(kind: str, *given: object, settings: Settings = HOLD, own_words: tuple[str, ...] = ()) -> Game:
    game = Game(as_played(ALL[kind]), settings=settings, own_words=own_words)
    seats = game.join_many(len(given))
    game.open()
    for seat, answer in zip(seats, given, strict=True):
        game.answer(seat, answer)  # type: ignore[arg-type]
    return game


def results(game: Game) -> QuestionResults:
    assert game.session.head.results is not None
    return game.session.head.results


def words(game: Game) -> tuple[str, ...]:
    tally = results(game).tally
    assert tally is not None
    assert isinstance(tally.words, tuple)
    return tuple(word.text for word in tally.words)


def replayed(game: Game) -> None:
    """The log says what was withheld: a replay finds the same without asking the filter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moderation, "finds", None)
        session = Replay(log_file.read(game.exported())).run()
    assert session.head.log_hash == game.session.head.log_hash
    assert (session.written, session.curations) == (game.session.written, game.session.curations)


def answers(game: Game) -> dict[str, AnswerGroup]:
    reply = game.by_host(GetAnswers(question=0))
    assert isinstance(reply, Answers)
    return {group.text: group for group in reply.answers}


def test_a_word_that_is_held_waits_for_the_host() -> None:
    game = closed("words", ("Fun", "sh1t"), ("fun",), ("sh1t", "slow"))
    assert words(game) == ("Fun", "slow")
    assert results(game).withheld == 1
    groups = answers(game)
    assert (groups["sh1t"].shown, groups["sh1t"].withheld, groups["sh1t"].count) == (False, True, 2)
    assert (groups["Fun"].shown, groups["Fun"].withheld) == (True, msgspec.UNSET)
    replayed(game)
    game.do(ShowAnswer(question=0, text="sh1t", shown=True))
    assert words(game) == ("Fun", "sh1t", "slow")
    assert results(game).withheld is msgspec.UNSET
    assert (answers(game)["sh1t"].shown, answers(game)["sh1t"].withheld) == (True, msgspec.UNSET)
    game.do(ShowAnswer(question=0, text="sh1t", shown=False))
    assert words(game) == ("Fun", "slow")
    replayed(game)


def test_what_is_hidden_calls_for_nobody() -> None:
    game = closed("words", ("shit",), ("fun",), settings=HIDE)
    assert words(game) == ("fun",)
    assert results(game).withheld is msgspec.UNSET
    assert answers(game)["shit"].withheld is True
    replayed(game)


def test_with_the_filter_off_everything_is_shown() -> None:
    game = closed("words", ("shit",), settings=OFF)
    assert words(game) == ("shit",)
    assert isinstance(game.session.head.log_hash, bytes)
    replayed(game)


def test_own_words_of_the_host_are_withheld_and_told_to_nobody() -> None:
    game = closed("words", ("Gr0mpf", "fun"), own_words=("grompf",))
    assert words(game) == ("fun",)
    assert b"grompf" not in b"".join(game.log)
    replayed(game)


def test_the_answer_of_an_author_or_of_a_ruling_is_not_withheld() -> None:
    question = as_played(TextQuestion("Im Fluch?", ("Arsch",)))
    game = Game(question)
    seats = game.join_many(4)
    game.open()
    for seat, text in zip(seats, ("Arsch", "Scheiße", "Scheiße", "Kopf"), strict=True):
        game.answer(seat, text)
    assert results(game).tally is not None
    groups = results(game).tally.groups  # type: ignore[union-attr]
    assert groups == (TextGroup(text="Arsch", count=1, share=100), TextGroup(text="Kopf", count=1, share=0))
    assert isinstance(game.by_host(Rule(question=0, ruling=Ruling(accept="Scheiße"))), Ruled)
    groups = results(game).tally.groups  # type: ignore[union-attr]
    assert TextGroup(text="Scheiße", count=2, share=100) in groups  # type: ignore[operator]
    assert results(game).withheld is msgspec.UNSET
    replayed(game)


def test_an_open_text_that_is_withheld_is_marked_and_picked_as_any_other() -> None:
    game = closed("open", "This is shit", "More breaks")
    assert results(game).withheld is msgspec.UNSET  # nothing is shown unless it is picked
    assert (answers(game)["This is shit"].withheld, answers(game)["More breaks"].withheld) == (True, msgspec.UNSET)
    game.do(ShowAnswer(question=0, text="This is shit", shown=True))
    assert results(game).tally.texts == ("This is shit",)  # type: ignore[union-attr]
    assert answers(game)["This is shit"].withheld is msgspec.UNSET
    replayed(game)


def test_the_host_sees_what_is_withheld_while_the_question_is_open_and_may_show_it_then() -> None:
    game = Game(as_played(ALL["words"]))
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, ("shit", "fun"))
    assert answers(game)["shit"].withheld is True
    game.do(ShowAnswer(question=0, text="shit", shown=True))
    assert answers(game)["shit"].shown is True
    game.do(CloseQuestion())
    assert words(game) == ("fun", "shit")
    replayed(game)


def test_kinds_whose_answers_are_not_told_as_texts_are_not_filtered() -> None:
    game = closed("number", "455", "5")
    assert not any(isinstance(records.decode(text), records.WroteWithheld) for text in game.log)


def test_a_session_that_is_loaded_withholds_the_same() -> None:
    game = Game(as_played(ALL["words"]))
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, ("shit", "fun"))
    game.session = reloaded(game.session)
    game.answer(ben, ("fun",))
    assert words(game) == ("fun",)
    game.session = reloaded(game.session)
    assert answers(game)["shit"].withheld is True


def test_players_are_not_told_that_anything_is_withheld() -> None:
    game = closed("words", ("shit",), ("fun",))
    told = [effect.message for effect in game.effects.said if isinstance(effect, ToMany)]
    assert told[0] != told[1]
    assert b"withheld" in encode_message(results(game))
    assert not any(b"withheld" in encode_message(message) for message in to_players(game.effects))


def to_players(effects: Effects) -> list[ServerMessage]:
    """What players get of an entry; what all get reaches the host's stage, too."""
    said: list[ServerMessage] = []
    for effect in effects.said:
        if isinstance(effect, ToMany) and effect.audience is not Audience.HOST:
            said.append(effect.message)
        elif isinstance(effect, ToEach):
            said += [message for _, message in effect.messages]
    return said


CLEAN, DIRTY = ("fun", "slow", "Lima", "two words"), ("shit", "F u c k", "hur3nsohn", "ｐｕｔａ")
GIVEN = st.lists(st.lists(st.sampled_from(CLEAN + DIRTY), min_size=1, max_size=3, unique=True), min_size=1, max_size=6)
DECISIONS = st.lists(
    st.one_of(
        st.tuples(st.just("show"), st.sampled_from(CLEAN + DIRTY), st.booleans()),
        st.tuples(st.just("merge"), st.sampled_from(CLEAN + DIRTY), st.sampled_from(CLEAN + DIRTY)),
    ),
    max_size=6,
)


@given(
    given_words=GIVEN,
    decisions=DECISIONS,
    kind=st.sampled_from(["words", "text", "open"]),
    how=st.sampled_from(["hold", "hide"]),
)
def test_nothing_that_is_withheld_is_told_before_the_host_shows_it(
    given_words: list[list[str]],
    decisions: list[tuple[str, str, object]],
    kind: str,
    how: Literal["hold", "hide"],
) -> None:
    game = Game(as_played(ALL[kind]), settings=Settings(filter=how))
    seats = game.join_many(len(given_words) + 1)
    game.open()

    def check_told() -> None:
        """Nothing that the host has not shown is in what an entry tells others than the host alone, or the stage."""
        curation = game.session.curations.get(0, NOTHING_DECIDED)
        shown = (*curation.released, *curation.picked)
        held = [word for word in DIRTY if word not in shown and normalised(word) not in shown]
        many = [effect.message for effect in game.effects.said if isinstance(effect, ToMany)]
        told = b"".join(map(encode_message, [*to_players(game.effects), *many]))
        assert not [word for word in held if word.encode() in told]

    for seat, listed in zip(seats, given_words, strict=False):
        game.answer(seat, tuple(listed) if kind == "words" else listed[0])
        check_told()
    game.do(CloseQuestion())
    check_told()
    for what, text, way in decisions:
        if what == "show":
            game.by_host(ShowAnswer(question=0, text=text, shown=bool(way)))
        else:
            game.by_host(MergeAnswers(question=0, text=text, into=str(way)))
        check_told()
    resumed = game.resume(seats[-1])
    assert isinstance(resumed, Resumed)
    assert resumed.session.results == views.results_for(results(game), Role.PLAYER)
    game.by_host(NextQuestion())
    replayed(game)


def test_the_filter_is_asked_once_for_a_text_that_many_write() -> None:
    filtering.finds.cache_clear()
    closed("words", *[("shit", "fun")] * 50)
    assert filtering.finds.cache_info().misses < 50 + 50 / 2  # names of players, and two words
