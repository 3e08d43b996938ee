"""The host shows, hides and merges what was written; everyone sees it, at once or when the question closes."""

import pytest

from coordinator.engine import Effects, ToMany
from coordinator.engine.curating import MAX_DECISIONS
from coordinator.engine.tallying import PICKED_BYTES
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    PICKED_TEXTS,
    Answers,
    CloseQuestion,
    EarlierShown,
    ErrorCode,
    GetAnswers,
    MergeAnswers,
    NextQuestion,
    Ok,
    QuestionResults,
    Resumed,
    SessionCommand,
    ShowAnswer,
    ShowEarlier,
    WordCount,
    encode_message,
)
from tests.coordinator.engine.game import SINGLE, Game, Seat, code
from tests.coordinator.engine.kinds.samples import ALL, as_played


def opened(kind: str, *given: object) -> tuple[Game, list[Seat]]:
    """A game whose question was answered, and is open still: the last player is silent."""
    game = Game(as_played(ALL[kind]))
    seats = game.join_many(len(given) + 1)
    game.open()
    for seat, answer in zip(seats, given, strict=False):
        game.answer(seat, answer)  # type: ignore[arg-type]
    return game, seats


def closed(kind: str, *given: object) -> tuple[Game, list[Seat]]:
    game, seats = opened(kind, *given)
    game.do(CloseQuestion())
    return game, seats


def show(game: Game, text: str, *, shown: bool = True) -> None:
    game.do(ShowAnswer(question=0, text=text, shown=shown))


def texts(game: Game) -> object:
    results = game.session.head.results
    assert results is not None
    assert results.tally is not None
    return results.tally.texts


def replayed(game: Game) -> Game:
    session = Replay(log_file.read(game.exported())).run()
    assert session.head.log_hash == game.session.head.log_hash
    assert session.curations == game.session.curations
    return game


def for_players(effects: Effects) -> QuestionResults:
    audiences = [effect for effect in effects.said if isinstance(effect, ToMany)]
    (told,) = [one.message for one in audiences if one.audience in (Audience.ALL, Audience.PLAYERS)]
    assert isinstance(told, QuestionResults)
    return told


def test_open_texts_are_shown_to_everyone_when_the_host_has_picked_them() -> None:
    game, seats = closed("open", "More breaks", "Fewer slides", "more breaks")
    assert texts(game) == ()
    show(game, "Fewer slides")
    show(game, "More breaks")
    assert for_players(game.effects).tally is not None
    assert texts(game) == ("Fewer slides", "More breaks")
    resumed = game.resume(seats[0])
    assert isinstance(resumed, Resumed)
    assert resumed.session.results == game.session.head.results
    show(game, "Fewer slides", shown=False)
    assert texts(game) == ("More breaks",)
    replayed(game)


def test_what_is_picked_while_the_question_is_open_is_shown_at_the_close() -> None:
    game, _ = opened("open", "More breaks", "Fewer slides")
    show(game, "More breaks")
    assert not game.told(QuestionResults)
    game.do(CloseQuestion())
    assert texts(game) == ("More breaks",)
    replayed(game)


def test_what_is_decided_about_an_earlier_question_changes_what_is_shown_of_it_and_no_results() -> None:
    game = Game(as_played(ALL["open"]), SINGLE)
    game.join("Silent")
    ann = game.join("Ann")
    game.open()
    game.answer(ann, "more light")
    game.do(CloseQuestion())
    game.do(NextQuestion())
    game.now = game.closes_at + 1000
    game.tick()
    game.do(ShowEarlier(question=0))
    show(game, "more light")
    assert not game.told(QuestionResults)
    shown = game.one(EarlierShown).earlier
    assert shown
    assert shown.results.tally
    assert shown.results.tally.texts == ("more light",)
    replayed(game)


def test_a_decision_that_comes_twice_is_told_and_logged_once() -> None:
    game, _ = closed("open", "More breaks")
    show(game, "More breaks")
    logged = game.session.head.log_length
    show(game, "More breaks")
    assert not game.told(QuestionResults)
    assert game.session.head.log_length == logged


def test_a_hidden_word_is_gone_until_it_is_shown_again() -> None:
    game, _ = closed("words", ("Fun", "slow"), ("fun",), ("Slow",))
    show(game, "slow", shown=False)
    tally = game.one(QuestionResults).tally
    assert tally is not None
    assert (tally.words, tally.distinct) == ((WordCount(text="Fun", count=2),), 1)
    answers = game.by_host(GetAnswers(question=0))
    assert isinstance(answers, Answers)
    assert [(group.text, group.shown) for group in answers.answers] == [("Fun", True), ("slow", False)]
    show(game, "slow")
    tally = game.one(QuestionResults).tally
    assert tally is not None
    assert tally.words == (WordCount(text="Fun", count=2), WordCount(text="slow", count=2))
    replayed(game)


def test_merged_words_count_as_one_and_can_be_separated() -> None:
    game, _ = closed("words", ("car", "bus"), ("Auto",), ("car",), ("Auto", "car"))
    game.do(MergeAnswers(question=0, text="car", into="Auto"))
    tally = game.one(QuestionResults).tally
    assert tally is not None
    assert tally.words == (WordCount(text="Auto", count=4), WordCount(text="bus", count=1))
    answers = game.by_host(GetAnswers(question=0))
    assert isinstance(answers, Answers)
    assert (answers.answers[0].text, answers.answers[0].count, answers.answers[0].merged) == ("Auto", 4, ("car",))
    game.do(MergeAnswers(question=0, text="car", into=None))
    tally = game.one(QuestionResults).tally
    assert tally is not None
    assert tally.words == (
        WordCount(text="car", count=3),
        WordCount(text="Auto", count=2),
        WordCount(text="bus", count=1),
    )
    replayed(game)


def test_a_wrong_text_can_be_hidden_and_is_not_merged() -> None:
    game, _ = closed("text", "Lima", "something rude")
    show(game, "something rude", shown=False)
    tally = game.one(QuestionResults).tally
    assert tally is not None
    assert isinstance(tally.groups, tuple)
    assert [group.text for group in tally.groups] == ["Lima"]
    merge = MergeAnswers(question=0, text="something rude", into="Lima")
    assert code(game.by_host(merge)) is ErrorCode.INVALID_ANSWER
    replayed(game)


@pytest.mark.parametrize(
    "body",
    [
        ShowAnswer(question=0, text="nobody wrote this", shown=True),
        MergeAnswers(question=0, text="More breaks", into="nobody wrote this"),
        ShowAnswer(question=7, text="More breaks", shown=True),
    ],
)
def test_what_nobody_wrote_cannot_be_shown(body: SessionCommand) -> None:
    game, _ = closed("open", "More breaks")
    assert code(game.by_host(body)) is ErrorCode.INVALID_ANSWER
    assert not game.session.curations


def test_a_number_has_no_texts_to_show() -> None:
    game, _ = closed("number", "4810")
    assert code(game.by_host(ShowAnswer(question=0, text="4810", shown=False))) is ErrorCode.INVALID_ANSWER


def test_so_many_are_shown_and_players_get_as_many_as_have_room() -> None:
    written = [f"{number:02} " + "é" * 240 for number in range(PICKED_TEXTS + 1)]
    game, _ = closed("open", *written)
    for text in written[:-1]:
        show(game, text)
    assert texts(game) == tuple(written[:-1])
    told = for_players(game.effects)
    assert told.tally is not None
    assert told.tally.texts == tuple(written[:4])
    assert len(encode_message(told)) < 1024 + PICKED_BYTES
    assert code(game.by_host(ShowAnswer(question=0, text=written[-1], shown=True))) is ErrorCode.INVALID_ANSWER
    show(game, written[0], shown=False)
    show(game, written[-1])


def test_about_one_question_there_are_only_so_many_decisions() -> None:
    game, _ = closed("words", *((f"word {n}", f"other {n}", f"third {n}") for n in range(MAX_DECISIONS // 3 + 1)))
    replies = [
        game.by_host(ShowAnswer(question=0, text=f"{word} {n}", shown=False))
        for word in ("word", "other", "third")
        for n in range(MAX_DECISIONS // 3 + 1)
    ]
    assert sum(isinstance(reply, Ok) for reply in replies) == MAX_DECISIONS
    assert code(replies[-1]) is ErrorCode.INVALID_ANSWER


def test_after_the_end_what_is_decided_is_in_the_report_and_the_log() -> None:
    game, _ = closed("open", "More breaks")
    game.do(NextQuestion())
    show(game, "More breaks")
    assert not game.told(QuestionResults)
    replayed(game)
