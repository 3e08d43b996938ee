import pytest

from coordinator.engine import next_deadline
from coordinator.engine.apply import REMEMBERED_HOST_COMMANDS
from quickpoll.envelope import Identity
from quickpoll.protocol import (
    COMMANDS,
    GATEWAY_COMMANDS,
    Agenda,
    Answers,
    AskExtraTime,
    AskQuestion,
    ChooseQuestion,
    CloseQuestion,
    ContinueIn,
    CreateSession,
    EndSession,
    Error,
    ErrorCode,
    ExtendQuestion,
    GetAgenda,
    GetAnswers,
    GetLog,
    GetResults,
    JoinSession,
    KickPlayer,
    LeaveSession,
    LockSession,
    Log,
    MergeAnswers,
    NewQuestion,
    NextQuestion,
    OfferSeat,
    Ok,
    PauseQuiz,
    Phase,
    QuestionResults,
    Results,
    ResumeSession,
    Role,
    Rule,
    Ruled,
    Ruling,
    SessionCommand,
    SessionLocked,
    SetExtraTime,
    ShowAnswer,
    ShowEarlier,
    ShowLive,
    ShowName,
    SkipQuestion,
    StartQuiz,
    StopClock,
    SubmitAnswer,
    UndoRuling,
)
from tests.coordinator.engine.game import HOST_CONNECTION, SINGLE, Game, code, replies, state_bytes

HOST_COMMANDS: list[SessionCommand] = [
    StartQuiz(),
    NextQuestion(),
    CloseQuestion(),
    KickPlayer(player_id="p0"),
    LockSession(locked=True),
    ShowName(player_id="p0", shown=False),
    OfferSeat(player_id="p0", offered=True),
    SkipQuestion(),
    ExtendQuestion(),
    StopClock(stopped=True),
    ShowEarlier(question=None),
    ShowLive(shown=True),
    GetAnswers(question=0),
    GetAgenda(),
    AskQuestion(asked=SINGLE),
    Rule(question=0, ruling=Ruling(void=True)),
    PauseQuiz(paused=True),
    SetExtraTime(player_id="p0", percent=25),
    GetResults(),
    GetLog(),
    ContinueIn(code="654321"),
    EndSession(),
]
PLAYER_COMMANDS: list[SessionCommand] = [SubmitAnswer(question=0, answer=0), AskExtraTime(), LeaveSession()]
ENTRY_COMMANDS: list[SessionCommand] = [
    CreateSession(quiz=Game().session.quiz),
    JoinSession(code="123456", name="Zoe"),
]


def in_phase(phase: Phase) -> Game:
    game = Game(SINGLE)
    game.join("Ann")
    if phase is not Phase.LOBBY:
        game.open()
    if phase in (Phase.RESULTS, Phase.ENDED):
        game.time_up()
    if phase is Phase.ENDED:
        game.do(NextQuestion())
    assert game.session.head.phase is phase
    return game


def test_these_are_all_commands_that_the_engine_answers() -> None:
    commands = (*HOST_COMMANDS, *PLAYER_COMMANDS, *ENTRY_COMMANDS, ResumeSession(token="t"))
    assert {type(command) for command in commands} == set(COMMANDS) - {
        *GATEWAY_COMMANDS,
        UndoRuling,
        ChooseQuestion,
        ShowAnswer,
        MergeAnswers,
    }


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("body", HOST_COMMANDS, ids=lambda body: type(body).__name__)
def test_a_host_command_is_done_in_its_phases_and_refused_in_the_others(body: SessionCommand, phase: Phase) -> None:
    game = in_phase(phase)
    allowed = {
        StartQuiz: {Phase.LOBBY},
        CloseQuestion: {Phase.QUESTION},
        SkipQuestion: {Phase.QUESTION},
        ExtendQuestion: {Phase.QUESTION},
        StopClock: {Phase.QUESTION},
        ShowEarlier: {Phase.RESULTS, Phase.ENDED},
        ShowLive: {Phase.LOBBY, Phase.QUESTION, Phase.RESULTS},
        GetAnswers: {Phase.RESULTS, Phase.ENDED},
        AskQuestion: {Phase.LOBBY, Phase.RESULTS},
        Rule: {Phase.RESULTS, Phase.ENDED},
        NextQuestion: {Phase.RESULTS},
        GetResults: {Phase.RESULTS, Phase.ENDED},
        GetLog: {Phase.RESULTS, Phase.ENDED},
        ContinueIn: {Phase.ENDED},
    }.get(type(body), set(Phase))
    reply = game.by_host(body)
    if phase in allowed:
        answered = {GetResults: Results, GetLog: Log, GetAnswers: Answers, GetAgenda: Agenda, Rule: Ruled}
        assert isinstance(reply, answered.get(type(body), Ok))
    else:
        assert code(reply) is ErrorCode.WRONG_PHASE
        assert game.session.head.phase is phase


@pytest.mark.parametrize("body", HOST_COMMANDS, ids=lambda body: type(body).__name__)
def test_only_the_host_may_lead(body: SessionCommand) -> None:
    game = Game()
    ann = game.join("Ann")
    before = game.session.head.seq
    assert code(game.by_player(ann, body)) is ErrorCode.FORBIDDEN
    assert code(game.send(game.new_connection(), None, body)) is ErrorCode.FORBIDDEN
    assert code(game.send(game.new_connection(), game.session.host_identity, body)) is ErrorCode.FORBIDDEN
    assert (game.session.head.seq, list(game.session.players)) == (before, [ann.id])


@pytest.mark.parametrize("body", PLAYER_COMMANDS, ids=lambda body: type(body).__name__)
def test_only_a_player_may_play(body: SessionCommand) -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    assert code(game.by_host(body)) is ErrorCode.FORBIDDEN
    assert code(game.send(game.new_connection(), None, body)) is ErrorCode.FORBIDDEN
    assert code(game.send(game.new_connection(), ann.identity, body)) is ErrorCode.FORBIDDEN
    assert list(game.session.players) == [ann.id]
    assert game.session.head.answered == 0


@pytest.mark.parametrize("body", ENTRY_COMMANDS, ids=lambda body: type(body).__name__)
def test_who_has_a_role_gets_no_second_one(body: SessionCommand) -> None:
    game = Game()
    ann = game.join("Ann")
    assert code(game.by_player(ann, body)) is ErrorCode.FORBIDDEN
    assert code(game.by_host(body)) is ErrorCode.FORBIDDEN


@pytest.mark.parametrize(
    "body", [*HOST_COMMANDS, *PLAYER_COMMANDS, ResumeSession(token="t")], ids=lambda body: type(body).__name__
)
def test_an_identity_of_an_earlier_session_with_this_code_finds_no_session(body: SessionCommand) -> None:
    game = Game()
    game.join("Ann")
    before = state_bytes(game.session)
    for role in Role:
        identity = Identity("123456", "another nonce", role, "p0")
        assert code(game.send(HOST_CONNECTION, identity, body)) is ErrorCode.SESSION_NOT_FOUND
    assert state_bytes(game.session) == before


def test_every_error_carries_the_id_and_says_something_to_people() -> None:
    game = Game()
    error = game.by_host(NextQuestion(id="n"))
    assert isinstance(error, Error)
    assert error.reply_to == "n"
    assert error.message.endswith(".")
    assert error.message[0].isupper()


# -- the same command again -----------------------------------------------------------------


def test_a_host_command_sent_again_is_done_once() -> None:
    game = Game()
    game.do(StartQuiz(id="s"))
    assert game.by_host(StartQuiz(id="s")) == Ok(reply_to="s")
    assert not game.told(NewQuestion)
    assert game.session.head.question == 0


def test_a_host_command_without_id_that_the_gateway_appends_again_is_done_once() -> None:
    game = Game()
    lock = game.command(HOST_CONNECTION, game.session.host_identity, LockSession(locked=True))
    unlock = game.command(HOST_CONNECTION, game.session.host_identity, LockSession(locked=False))
    for command in (lock, unlock, lock):
        assert game.redo(command) == Ok()
    assert not game.session.head.locked


def test_a_host_command_that_was_refused_is_judged_anew() -> None:
    game = Game(SINGLE, SINGLE)
    game.open()
    assert code(game.by_host(NextQuestion(id="n"))) is ErrorCode.WRONG_PHASE
    game.time_up()
    assert game.by_host(NextQuestion(id="n")) == Ok(reply_to="n")
    assert game.one(NewQuestion)


def test_another_host_command_under_an_id_used_before_is_another_command() -> None:
    game = Game()
    game.do(LockSession(id="1", locked=True))
    game.do(StartQuiz(id="1"))
    assert game.one(NewQuestion)


def test_the_last_host_commands_are_remembered_and_no_more() -> None:
    game = Game()
    for number in range(REMEMBERED_HOST_COMMANDS + 1):
        game.do(LockSession(id=f"{number}", locked=number % 2 == 0))
    assert len(game.session.head.recent_host_ids) == REMEMBERED_HOST_COMMANDS
    game.do(LockSession(id="1", locked=False))
    assert not game.told(SessionLocked)
    game.do(LockSession(id="0", locked=False))
    assert game.one(SessionLocked)


# -- deadlines ------------------------------------------------------------------------------


def test_an_entry_runs_the_deadlines_before_it_and_then_itself() -> None:
    game = Game(SINGLE, SINGLE)
    game.open()
    game.now = game.closes_at + 5000
    assert game.by_host(NextQuestion()) == Ok()
    assert game.one(QuestionResults).question == 0
    assert game.one(NewQuestion).question.index == 1


def test_who_leaves_after_the_time_is_up_is_removed_and_not_stored_again() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.now = game.closes_at + 1
    assert game.by_player(ann, LeaveSession()) == Ok()
    assert game.one(QuestionResults).total == 2
    assert (game.effects.touched, game.effects.removed) == ({ben.id}, {ann.id})


def test_a_session_that_ends_after_the_time_is_up_stores_no_player_again() -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    game.now = game.closes_at + 1
    game.do(EndSession())
    assert game.one(QuestionResults).total == 1
    assert (game.effects.touched, game.effects.removed) == (set(), {ann.id})


def test_an_early_tick_does_nothing() -> None:
    game = Game()
    game.join("Ann")
    game.open()
    before = state_bytes(game.session)
    game.now = game.closes_at
    effects = game.tick()
    assert (effects.said, effects.touched, effects.removed) == ([], set(), set())
    assert state_bytes(game.session) == before


def test_the_next_deadline_is_that_of_the_phase() -> None:
    game = Game(SINGLE)
    game.open()
    assert next_deadline(game.session) == game.closes_at + 1
    game.time_up()
    assert next_deadline(game.session) == game.session.head.idle_at


def test_a_session_that_is_over_has_no_deadline() -> None:
    game = Game()
    game.do(EndSession())
    assert next_deadline(game.session) is None
    assert len(replies(game.effects)) == 1


def test_a_command_that_means_another_question_than_the_present_one_is_refused_and_does_nothing() -> None:
    game = Game(SINGLE, SINGLE, SINGLE)
    assert code(game.by_host(StartQuiz(question=1))) is ErrorCode.WRONG_PHASE
    game.do(StartQuiz(question=0))
    assert code(game.by_host(CloseQuestion(question=1))) is ErrorCode.WRONG_PHASE
    game.do(CloseQuestion(question=0))
    game.do(NextQuestion(question=0))
    game.now = game.session.head.opens_at
    game.do(CloseQuestion(question=1))
    before = state_bytes(game.session)
    assert code(game.by_host(NextQuestion(question=0))) is ErrorCode.WRONG_PHASE
    assert state_bytes(game.session) == before
    assert game.session.head.question == 1


def test_a_second_press_on_another_device_does_not_skip_the_results() -> None:
    game = Game(SINGLE, SINGLE, SINGLE)
    game.open()
    remote = game.new_connection()
    game.resume_host(remote, remote=True)
    game.do(CloseQuestion(question=0))
    assert code(game.send(remote, game.session.host_identity, CloseQuestion(question=0))) is ErrorCode.WRONG_PHASE
    game.do(NextQuestion(question=0))
    game.do(CloseQuestion(question=1))
    assert code(game.send(remote, game.session.host_identity, NextQuestion(question=0))) is ErrorCode.WRONG_PHASE
    assert game.session.head.phase is Phase.RESULTS
