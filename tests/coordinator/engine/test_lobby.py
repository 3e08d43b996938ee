import pytest
from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import CloseSession, Drawn, ToMany, create, next_deadline
from coordinator.engine.lobby import heard_from_client
from coordinator.engine.question import AWAY_GRACE_MS
from coordinator.engine.state import IDLE_MS
from coordinator.engine.views import session_view
from quickpoll.envelope import Audience, Command, ConnectionId, Disconnected, GatewayLost, Identity
from quickpoll.protocol import (
    CloseCode,
    CreateSession,
    EndSession,
    Error,
    ErrorCode,
    HostLeft,
    HostReturned,
    Joined,
    JoinSession,
    Kicked,
    KickPlayer,
    LeaveSession,
    LockSession,
    Ok,
    Phase,
    PlayersLeft,
    QuestionResults,
    Quiz,
    Resumed,
    ResumeSession,
    Role,
    ServerMessage,
    SessionClosed,
    SessionCommand,
    SessionCreated,
    SessionLocked,
    Settings,
    StartQuiz,
    You,
)
from tests.coordinator.engine.game import HOST_CONNECTION, SINGLE, START_MS, Game, code, replies

LONG_ID = "0123456789abcdef"


# -- create ---------------------------------------------------------------------------------


def test_who_creates_a_session_becomes_its_host() -> None:
    game = Game()
    (reply,) = replies(game.effects)
    assert reply.identity == Identity("123456", "nonce", Role.HOST)
    created = game.one(SessionCreated)
    assert (created.code, created.join_url, created.reply_to) == ("123456", "https://quiz.test/join/123456", "create")
    assert (created.session.phase, created.session.players, created.session.seq) == (Phase.LOBBY, (), 0)


def test_create_wants_a_create_session() -> None:
    game = Game()
    with pytest.raises(TypeError, match="StartQuiz"):
        create(game.command(HOST_CONNECTION, None, StartQuiz()), game.now, Drawn())


def test_the_same_create_sent_again_gives_the_same_session_once() -> None:
    game = Game(id="short")
    again = game.redo(game.create)
    assert isinstance(again, SessionCreated)
    assert again.code == "123456"
    assert game.session.head.seq == 0


def test_a_create_with_an_unguessable_id_sent_again_elsewhere_moves_the_host() -> None:
    game = Game(id=LONG_ID)
    elsewhere = ConnectionId("g2", 7)
    assert isinstance(game.send(elsewhere, None, game.create.body), SessionCreated)
    assert game.closed() == {HOST_CONNECTION: CloseCode.CONNECTED_ELSEWHERE}
    assert game.session.head.host == elsewhere


def test_a_create_with_a_guessable_id_from_elsewhere_takes_nothing_over() -> None:
    game = Game(id="1")
    assert code(game.send(ConnectionId("g2", 7), None, game.create.body)) is ErrorCode.FORBIDDEN
    assert game.session.head.host == HOST_CONNECTION


def test_a_create_sent_again_after_the_host_was_away_brings_the_host_back() -> None:
    game = Game(id=LONG_ID)
    game.disconnect_host()
    assert isinstance(game.send(ConnectionId("g2", 7), None, game.create.body), SessionCreated)
    assert game.one(HostReturned).seq == 2
    assert game.one(SessionCreated).session.seq == 2


# -- join -----------------------------------------------------------------------------------


def test_who_joins_gets_a_seat_and_an_identity() -> None:
    game = Game()
    joined = game.try_join("  ann  lee ", id="j")
    assert isinstance(joined, Joined)
    assert (joined.player_id, joined.name, joined.avatar, joined.reply_to) == ("p0", "ann lee", "p0", "j")
    assert (joined.session.player_count, joined.session.players) == (1, UNSET)
    (reply,) = replies(game.effects)
    assert reply.identity == Identity("123456", "nonce", Role.PLAYER, "p0")
    assert game.effects.touched == {"p0"}


def test_a_player_may_choose_an_avatar() -> None:
    game = Game()
    body = JoinSession(code="123456", name="Ann", avatar="fox")
    joined = game.send(game.new_connection(), None, body, Drawn(player_id="p0"))
    assert isinstance(joined, Joined)
    assert joined.avatar == "fox"


def test_a_locked_session_lets_nobody_in() -> None:
    game = Game()
    game.do(LockSession(locked=True))
    assert code(game.try_join("Ann")) is ErrorCode.SESSION_LOCKED


def test_a_full_session_lets_nobody_in_until_a_seat_is_free() -> None:
    game = Game(settings=Settings(max_players=2))
    ann, ben = game.join("Ann"), game.join("Ben")
    game.disconnect(ann)
    assert code(game.try_join("Cem")) is ErrorCode.SESSION_FULL, "who is away keeps the seat"
    game.by_player(ben, LeaveSession())
    assert isinstance(game.try_join("Cem"), Joined)


@pytest.mark.parametrize("name", ["", "   ", "x" * 25, "a\u200bb", "\u3164", "a\x00"])
def test_a_name_must_be_visible_and_short(name: str) -> None:
    assert code(Game().try_join(name)) is ErrorCode.NAME_INVALID


def test_a_name_is_taken_without_regard_to_case_and_a_free_one_is_named() -> None:
    game = Game()
    game.join("Ann")
    game.join("Ann 2")
    error = game.try_join("ANN")
    assert isinstance(error, Error)
    assert error.code is ErrorCode.NAME_TAKEN
    assert "ANN 3 is free" in error.message
    assert isinstance(game.try_join("ANN 3"), Joined)


def test_a_name_that_looks_like_anothers_is_taken() -> None:
    game = Game()
    alice = game.join("Alice")
    error = game.try_join("AIice")
    assert isinstance(error, Error)
    assert error.code is ErrorCode.NAME_TAKEN
    assert "looks like AIice. AIice 2 is free" in error.message
    game.by_player(alice, LeaveSession())
    assert isinstance(game.try_join("AIice"), Joined)


def test_a_long_name_that_is_taken_gets_an_advice_that_fits() -> None:
    game = Game()
    game.join("x" * 24)
    error = game.try_join("x" * 24)
    assert isinstance(error, Error)
    assert "x" * 22 + " 2 is free" in error.message


def test_a_very_popular_name_gets_no_advice_of_a_number() -> None:
    game = Game()
    game.join("Ann")
    for number in range(2, 100):
        game.join(f"Ann {number}")
    error = game.try_join("Ann")
    assert isinstance(error, Error)
    assert "Choose another name" in error.message


def test_the_name_of_who_left_is_free() -> None:
    game = Game()
    game.by_player(game.join("Ann"), LeaveSession())
    assert isinstance(game.try_join("Ann"), Joined)


def test_nobody_joins_when_the_quiz_is_over() -> None:
    game = Game(SINGLE, settings=Settings(auto_advance_ms=0))
    game.open()
    game.time_up()
    assert game.session.head.phase is Phase.ENDED
    assert code(game.try_join("Ann")) is ErrorCode.SESSION_ENDED


def test_a_join_sent_again_by_the_same_connection_gives_the_same_seat() -> None:
    game = Game()
    ann = game.join("Ann", id="j")
    again = game.try_join("Ann", connection=ann.connection, id="j")
    assert isinstance(again, Joined)
    assert again.player_id == ann.id
    assert len(game.session.players) == 1
    assert game.effects.touched == set()


def test_a_join_with_an_unguessable_id_sent_again_elsewhere_moves_the_player() -> None:
    game = Game()
    ann = game.join("Ann", id=LONG_ID)
    elsewhere = game.new_connection("g2")
    again = game.try_join("ann", connection=elsewhere, id=LONG_ID)
    assert isinstance(again, Joined)
    assert again.player_id == ann.id
    assert game.closed() == {ann.connection: CloseCode.CONNECTED_ELSEWHERE}
    assert game.player(ann).connection == elsewhere


def test_a_join_sent_again_by_who_was_cut_off_is_known_by_a_short_id_too() -> None:
    game = Game()
    ann = game.join("Ann", id="j")
    game.disconnect(ann)
    game.do(LockSession(locked=True))
    again = game.try_join("Ann", id="j")
    assert isinstance(again, Joined), "also when the session has been locked since"
    assert again.player_id == ann.id


def test_a_join_with_a_guessed_short_id_takes_nobody_over() -> None:
    game = Game()
    game.join("Ann", id="j")
    assert code(game.try_join("Ann", id="j")) is ErrorCode.NAME_TAKEN


def test_a_join_under_the_same_id_with_another_name_is_another_player() -> None:
    game = Game()
    game.join("Ann", id=LONG_ID)
    assert isinstance(game.try_join("Ben", id=LONG_ID), Joined)
    assert len(game.session.players) == 2


# -- resume ---------------------------------------------------------------------------------


def test_a_player_who_was_cut_off_resumes_with_all_points() -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    game.disconnect(ann)
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert (resumed.role, resumed.player_id) == (Role.PLAYER, ann.id)
    assert isinstance(resumed.you, You)
    assert resumed.you.total_points == 1000
    assert resumed.session.player_count == 1
    assert replies(game.effects)[0].identity == ann.identity


def test_the_newest_connection_of_a_player_wins() -> None:
    game = Game()
    ann = game.join("Ann")
    old = ann.connection
    game.resume(ann)
    assert game.closed() == {old: CloseCode.CONNECTED_ELSEWHERE}
    game.apply(Disconnected(old, ann.identity))
    assert game.session.connected == 1, "that the older one has closed changes nothing"
    assert code(game.send(old, ann.identity, LeaveSession())) is ErrorCode.FORBIDDEN


def came(
    game: Game, at: int, connection: ConnectionId, identity: Identity | None, body: SessionCommand
) -> ServerMessage:
    """The reply to a command that came to its gateway at that time, whenever that could hand it on."""
    return game.redo(replace(game.command(connection, identity, body), relayed_at=at), Drawn(player_id="new"))


def test_a_resume_that_was_held_up_does_not_displace_the_newer_connection() -> None:
    game = Game()
    ann = game.join("Ann")
    late, newer = game.new_connection("g2"), game.new_connection("g3")
    resume = ResumeSession(token="verified")
    assert isinstance(came(game, 2000, newer, ann.identity, resume), Resumed)
    refused = came(game, 1000, late, ann.identity, resume)
    assert code(refused) is ErrorCode.UNAVAILABLE
    assert isinstance(refused, Error)
    assert refused.retry_after_ms == 1000
    assert (game.closed(), game.player(ann).connection) == ({}, newer)
    # At a gateway whose clock lags it gets through when it comes again.
    assert isinstance(came(game, 2001, late, ann.identity, resume), Resumed)
    assert game.closed() == {newer: CloseCode.CONNECTED_ELSEWHERE}


@pytest.mark.parametrize("at", [0, 1000])
def test_a_resume_that_was_held_up_counts_where_nobody_is_displaced_or_its_gateway_does_not_tell(at: int) -> None:
    game = Game()
    ann = game.join("Ann")
    ann.connection = game.new_connection()
    came(game, 2000, ann.connection, ann.identity, ResumeSession(token="verified"))
    if at:
        game.disconnect(ann)
    assert isinstance(came(game, at, game.new_connection(), ann.identity, ResumeSession(token="verified")), Resumed)


def test_a_join_that_was_held_up_does_not_displace_the_same_client() -> None:
    game = Game()
    body = JoinSession(id=LONG_ID, code="123456", name="Ann")
    newer = game.new_connection("g3")
    assert isinstance(came(game, 2000, newer, None, body), Joined)
    assert code(came(game, 1000, game.new_connection("g2"), None, body)) is ErrorCode.UNAVAILABLE
    assert game.closed() == {}


@pytest.mark.parametrize("remote", [False, True])
def test_a_resume_of_the_host_that_was_held_up_displaces_neither_device(remote: bool) -> None:
    game = Game()
    identity, body = game.session.host_identity, ResumeSession(token="verified", remote=remote)
    newer = game.new_connection()
    assert isinstance(came(game, 2000, newer, identity, body), Resumed)
    assert code(came(game, 1000, game.new_connection(), identity, body)) is ErrorCode.UNAVAILABLE
    assert newer in game.session.head.host_connections
    other = ResumeSession(token="verified", remote=not remote)
    assert isinstance(came(game, 1000, game.new_connection(), identity, other), Resumed), "each device by its own time"


def test_resuming_twice_on_one_connection_closes_nothing() -> None:
    game = Game()
    ann = game.join("Ann")
    assert isinstance(game.resume(ann, ann.connection), Resumed)
    assert game.closed() == {}
    assert game.effects.touched == set()


def test_a_token_of_who_left_or_was_kicked_is_not_valid_any_more() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.by_player(ann, LeaveSession())
    game.do(KickPlayer(player_id=ben.id))
    assert code(game.resume(ann)) is ErrorCode.INVALID_TOKEN
    assert code(game.resume(ben)) is ErrorCode.INVALID_TOKEN


def test_a_token_of_an_earlier_session_with_this_code_finds_no_session() -> None:
    game = Game()
    earlier = Identity("123456", "another nonce", Role.HOST)
    assert code(game.send(game.new_connection(), earlier, ResumeSession(token="t"))) is ErrorCode.SESSION_NOT_FOUND


def test_a_host_who_comes_back_is_told_where_players_join() -> None:
    resumed = Game().resume_host(ConnectionId("g1", 2))
    assert isinstance(resumed, Resumed)
    assert resumed.join_url == "https://quiz.test/join/123456"


def test_a_resume_without_a_verified_token_is_refused() -> None:
    game = Game()
    assert code(game.send(game.new_connection(), None, ResumeSession(token="t"))) is ErrorCode.INVALID_TOKEN


def test_the_host_goes_away_and_returns() -> None:
    game = Game()
    game.join("Ann")
    game.disconnect_host()
    assert game.one(HostLeft).seq == 1
    resumed = game.resume_host(ConnectionId("g2", 9))
    assert isinstance(resumed, Resumed)
    assert game.one(HostReturned).seq == resumed.session.seq == 2
    assert isinstance(resumed.session.players, tuple)
    assert [player.name for player in resumed.session.players] == ["Ann"]
    assert game.session.head.host == ConnectionId("g2", 9)


def test_the_host_moves_to_another_connection_without_having_left() -> None:
    game = Game()
    game.resume_host(ConnectionId("g2", 9))
    assert game.closed() == {HOST_CONNECTION: CloseCode.CONNECTED_ELSEWHERE}
    assert not game.told(HostReturned)
    game.apply(Disconnected(HOST_CONNECTION, game.session.host_identity))
    assert not game.told(HostLeft), "that the older connection has closed changes nothing"
    assert code(game.send(HOST_CONNECTION, game.session.host_identity, StartQuiz())) is ErrorCode.FORBIDDEN


# -- two devices of the host ---------------------------------------------------------------


STAGE, REMOTE, NEWER = HOST_CONNECTION, ConnectionId("g2", 9), ConnectionId("g3", 4)


def with_remote() -> Game:
    game = Game()
    resumed = game.resume_host(REMOTE, remote=True)
    assert isinstance(resumed, Resumed)
    assert resumed.remote is True
    return game


def host_gone(game: Game, connection: ConnectionId) -> None:
    game.apply(Disconnected(connection, game.session.host_identity))


def test_a_remote_comes_beside_the_stage() -> None:
    game = with_remote()
    assert game.closed() == {}
    assert not game.told(HostReturned)
    assert game.session.head.host_connections == [STAGE, REMOTE]


def test_who_resumes_is_told_which_device_it_is() -> None:
    game = Game()
    ann = game.join("Ann")
    stage, player = game.resume_host(NEWER), game.resume(ann)
    assert isinstance(stage, Resumed)
    assert isinstance(player, Resumed)
    assert (stage.remote, player.remote) == (False, UNSET)


def test_both_devices_lead() -> None:
    game = with_remote()
    for connection in (STAGE, REMOTE):
        assert game.send(connection, game.session.host_identity, LockSession(locked=connection is STAGE)) == Ok()
        assert game.one(SessionLocked)


def test_the_newest_of_a_kind_wins_and_the_other_kind_stays() -> None:
    game = with_remote()
    game.resume_host(NEWER, remote=True)
    assert game.closed() == {REMOTE: CloseCode.CONNECTED_ELSEWHERE}
    assert game.session.head.host_connections == [STAGE, NEWER]
    assert code(game.send(REMOTE, game.session.host_identity, StartQuiz())) is ErrorCode.FORBIDDEN
    game.resume_host(ConnectionId("g4", 1))
    assert game.closed() == {STAGE: CloseCode.CONNECTED_ELSEWHERE}
    assert game.session.head.host_connections == [ConnectionId("g4", 1), NEWER]


@pytest.mark.parametrize(("first", "last"), [(STAGE, REMOTE), (REMOTE, STAGE)])
def test_the_host_has_left_when_both_devices_are_gone(first: ConnectionId, last: ConnectionId) -> None:
    game = with_remote()
    host_gone(game, first)
    assert not game.told(HostLeft)
    assert session_view(game.session, game.now, Role.PLAYER).host_connected
    host_gone(game, last)
    assert game.one(HostLeft)
    assert not session_view(game.session, game.now, Role.PLAYER).host_connected


@pytest.mark.parametrize("remote", [False, True])
def test_the_host_has_returned_when_the_first_device_is_back(remote: bool) -> None:
    game = with_remote()
    host_gone(game, STAGE)
    host_gone(game, REMOTE)
    game.resume_host(NEWER, remote=remote)
    assert game.one(HostReturned)
    game.resume_host(ConnectionId("g4", 1), remote=not remote)
    assert not game.told(HostReturned)
    assert game.closed() == {}


def test_both_devices_are_gone_with_their_gateway() -> None:
    game = Game()
    game.resume_host(ConnectionId(STAGE.gateway, 99), remote=True)
    game.apply(GatewayLost(STAGE.gateway))
    assert game.one(HostLeft)
    assert game.session.head.host_connections == []


def test_a_connection_can_change_from_one_kind_to_the_other() -> None:
    game = Game()
    game.resume_host(STAGE, remote=True)
    assert (game.session.head.host, game.session.head.remote) == (None, STAGE)
    assert game.closed() == {}
    assert not game.told(HostReturned)


def test_the_same_id_from_each_device_is_two_commands() -> None:
    game = with_remote()
    for connection in (STAGE, REMOTE, STAGE, REMOTE):
        assert isinstance(
            game.send(connection, game.session.host_identity, LockSession(id="1", locked=connection is STAGE)), Ok
        )
    assert not game.session.head.locked
    assert game.session.head.seq == 2


@pytest.mark.parametrize("connection", [STAGE, REMOTE])
def test_ending_the_session_again_is_answered_on_each_device(connection: ConnectionId) -> None:
    game = with_remote()
    for _ in range(2):
        assert isinstance(game.send(connection, game.session.host_identity, EndSession(id="e")), Ok)


def test_a_player_cannot_be_a_remote() -> None:
    game = Game()
    ann = game.join("Ann")
    seat_link = game.new_connection()
    resumed = game.send(seat_link, ann.identity, ResumeSession(token="verified", remote=True))
    assert isinstance(resumed, Resumed)
    assert (resumed.role, resumed.remote) == (Role.PLAYER, UNSET)
    assert game.session.head.host_connections == [STAGE]


# -- leave, kick, lock ----------------------------------------------------------------------


def test_who_leaves_gives_up_seat_and_points() -> None:
    game = Game()
    ann = game.join("Ann")
    assert game.by_player(ann, LeaveSession(id="l")) == Ok(reply_to="l")
    (reply,) = replies(game.effects)
    assert reply.unbind
    assert game.effects.removed == {ann.id}
    assert game.session.players == {}


def test_leaving_again_is_fine() -> None:
    game = Game()
    ann = game.join("Ann")
    game.by_player(ann, LeaveSession())
    assert game.by_player(ann, LeaveSession()) == Ok()
    assert replies(game.effects)[0].unbind


def test_a_kicked_player_is_told_and_cut_off() -> None:
    game = Game()
    ann = game.join("Ann")
    game.now += 1000
    game.do(KickPlayer(player_id=ann.id))
    assert game.closed() == {ann.connection: CloseCode.KICKED}
    assert game.one(Kicked).reason == "removed_by_host"
    assert game.one(PlayersLeft) == PlayersLeft(player_ids=(ann.id,), player_count=0, reason="kicked")
    assert game.effects.removed == {ann.id}


def test_what_a_kicked_player_sends_changes_nothing() -> None:
    game = Game()
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.do(KickPlayer(player_id=ann.id))
    assert code(game.answer(ann, 0)) is ErrorCode.FORBIDDEN
    assert game.session.head.answered == 0


def test_kicking_who_is_away_or_gone_is_fine() -> None:
    game = Game()
    ann = game.join("Ann")
    game.disconnect(ann)
    game.do(KickPlayer(player_id=ann.id))
    assert game.closed() == {}
    game.do(KickPlayer(player_id=ann.id))
    assert not game.effects.removed


def test_a_lock_is_told_to_all_once() -> None:
    game = Game()
    game.do(LockSession(locked=True))
    assert game.one(SessionLocked) == SessionLocked(seq=1, locked=True)
    game.do(LockSession(locked=True))
    assert not game.told(SessionLocked)
    game.do(LockSession(locked=False))
    assert game.one(SessionLocked) == SessionLocked(seq=2, locked=False)
    assert isinstance(game.try_join("Ann"), Joined)


# -- away -----------------------------------------------------------------------------------


def test_a_lost_gateway_takes_away_everyone_it_connected_and_nobody_else() -> None:
    game = Game()
    ann, ben = game.join("Ann", connection=ConnectionId("g2", 1)), game.join("Ben", connection=ConnectionId("g3", 1))
    game.apply(GatewayLost("g2"))
    assert game.player(ann).connection is None
    assert game.player(ben).connection == ben.connection
    assert game.effects.touched == {ann.id}
    assert not game.told(HostLeft)
    game.apply(GatewayLost("g1"))
    assert game.one(HostLeft)
    game.apply(GatewayLost("g1"))
    assert not game.told(HostLeft)


def test_a_question_does_not_wait_long_for_players_of_a_lost_gateway() -> None:
    game = Game()
    game.join("Ann", connection=ConnectionId("g2", 1))
    ben = game.join("Ben", connection=ConnectionId("g3", 1))
    game.open()
    game.answer(ben, 0)
    game.apply(GatewayLost("g2"))
    assert not game.told(QuestionResults)
    game.now += AWAY_GRACE_MS
    game.tick()
    assert game.one(QuestionResults).answered == 1


def test_a_disconnection_of_another_session_with_this_code_changes_nothing() -> None:
    game = Game()
    game.apply(Disconnected(HOST_CONNECTION, Identity("123456", "another nonce", Role.HOST)))
    assert game.session.head.host == HOST_CONNECTION


# -- the end --------------------------------------------------------------------------------


def test_the_host_ends_the_session_for_everyone() -> None:
    game = Game()
    ann = game.join("Ann")
    game.do(EndSession(id="end"))
    assert game.one(SessionClosed) == SessionClosed(seq=1, reason="ended_by_host")
    assert game.effects.said[-1] == CloseSession("ended_by_host")
    assert game.effects.removed == {ann.id}
    assert game.session.head.closed
    assert game.session.players == {}


def test_of_a_session_that_is_over_only_that_is_said() -> None:
    game = Game(id=LONG_ID)
    ann = game.join("Ann")
    game.do(EndSession(id="end"))
    assert code(game.try_join("Ben")) is ErrorCode.SESSION_ENDED
    assert code(game.resume(ann)) is ErrorCode.SESSION_ENDED
    assert code(game.resume_host(HOST_CONNECTION)) is ErrorCode.SESSION_ENDED
    assert code(game.answer(ann, 0)) is ErrorCode.SESSION_ENDED
    assert code(game.by_host(StartQuiz())) is ErrorCode.SESSION_ENDED
    assert code(game.by_host(EndSession(id="another"))) is ErrorCode.SESSION_ENDED
    assert code(game.send(HOST_CONNECTION, None, game.create.body)) is ErrorCode.SESSION_ENDED
    assert game.by_host(EndSession(id="end")) == Ok(reply_to="end"), "the same command again"
    assert game.by_player(ann, LeaveSession()) == Ok()
    for entry in (GatewayLost("g1"), Disconnected(HOST_CONNECTION, game.session.host_identity)):
        assert game.apply(entry).said == []


def test_two_hours_after_the_last_of_all_has_gone_a_session_is_over() -> None:
    game = Game()
    ann = game.join("Ann")
    game.disconnect_host()
    game.now += IDLE_MS - 1
    game.disconnect(ann)
    game.now += IDLE_MS - 1
    game.tick()
    assert not game.session.head.closed
    game.now += 1
    game.tick()
    assert game.one(SessionClosed).reason == "idle"
    assert game.session.head.closed


@pytest.mark.parametrize("who_stays", ["host", "player"])
def test_while_somebody_is_connected_a_session_stays_though_nobody_says_anything(who_stays: str) -> None:
    game = Game()
    ann = game.join("Ann")
    if who_stays == "host":
        game.disconnect(ann)
    else:
        game.disconnect_host()
    for _ in range(3):
        game.now += 10 * IDLE_MS  # a long break, or a clock that jumps
        game.tick()
    assert not game.session.head.closed
    assert next_deadline(game.session) == game.now + IDLE_MS


def test_an_open_question_is_closed_by_its_time_and_not_with_the_session() -> None:
    game = Game()
    game.join("Ann")
    game.open()
    game.now += 10 * IDLE_MS
    game.tick()
    assert game.session.head.phase is Phase.RESULTS


def test_how_long_a_session_is_kept_is_set_when_it_is_opened() -> None:
    command = Command(HOST_CONNECTION, 1, None, CreateSession(quiz=Quiz("T", (SINGLE,))))
    session, _ = create(command, START_MS, Drawn(code="123456", idle_ms=60_000))
    assert next_deadline(session) == START_MS + 60_000
    heard_from_client(session.head, START_MS + 50_000)
    assert next_deadline(session) == START_MS + 110_000


def test_any_command_keeps_a_session_alive() -> None:
    game = Game()
    game.now += IDLE_MS - 1
    game.try_join("")
    game.now += IDLE_MS - 1
    game.tick()
    assert not game.session.head.closed


def test_after_the_quiz_the_session_stays_as_long_as_its_host_and_two_hours_more() -> None:
    game = Game(SINGLE, settings=Settings(auto_advance_ms=0))
    ann = game.join("Ann")
    game.open()
    game.time_up()
    game.now += 10 * IDLE_MS
    game.tick()
    game.disconnect_host()
    game.now += IDLE_MS - 1
    assert isinstance(game.resume(ann), Resumed)
    game.now += 1
    game.tick()
    assert game.one(SessionClosed).reason == "idle"


def test_host_left_and_returned_are_for_players_only() -> None:
    game = Game()
    game.disconnect_host()
    assert game.effects.said == [ToMany(Audience.PLAYERS, HostLeft(seq=1))]


def test_a_session_is_created_by_who_has_no_role_yet() -> None:
    game = Game()
    body = game.create.body
    assert isinstance(body, CreateSession)
    assert code(game.send(HOST_CONNECTION, game.session.host_identity, body)) is ErrorCode.FORBIDDEN
