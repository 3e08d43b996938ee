"""What decodes is well-formed; what does not is refused with the path of the wrong field."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import NODEFAULT, UNSET
from msgspec import inspect as types

from quickpoll.protocol import (
    ANY_PHASE,
    COMMANDS,
    GATEWAY_COMMANDS,
    MESSAGES,
    AnswerAccepted,
    AnswerProgress,
    AnyClientMessage,
    AnyServerMessage,
    BadMessage,
    Broadcast,
    ClientMessage,
    Clock,
    CloseCode,
    CreateSession,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    LiveTally,
    Lobby,
    LockSession,
    Ok,
    Phase,
    QuestionFields,
    Quiz,
    Role,
    Ruling,
    ServerMessage,
    SessionCommand,
    StartQuiz,
    SubmitAnswer,
    SyncClock,
    decode_command,
    decode_message,
    encode_command,
    encode_message,
    reply_of,
)

Json = dict[str, Any]


def refusal(message: Json | bytes | str) -> BadMessage:
    """How this message is refused."""
    with pytest.raises(BadMessage) as caught:
        decode_command(json.dumps(message) if isinstance(message, dict) else message)
    return caught.value


def question(kind: str = "single", correct: tuple[int, ...] = (0,), options: int = 4, **fields: Any) -> Json:
    offered = [{"text": f"option {i}", "correct": i in correct} for i in range(options)]
    return {"kind": kind, "text": "?", "options": offered, **fields}


def create(*questions: Json, title: str = "Quiz", **fields: Any) -> Json:
    return {"type": "create_session", "quiz": {"title": title, "questions": list(questions)}, **fields}


def join(**fields: Any) -> Json:
    return {"type": "join_session", "code": "123456", "name": "Ada", **fields}


# -- limits ---------------------------------------------------------------------------------

AT_THE_LIMIT: list[Json] = [
    create(question(), title="x"),
    create(question(), title="x" * 120),
    create(*[question()] * 200),
    create(question(text="x" * 500)),
    create(question(options=2)),
    create(question(options=6)),
    create({**question(), "options": [{"text": "x" * 200, "correct": True}, {"text": "y"}]}),
    create(question(time_limit_ms=1000, points=0)),
    create(question(time_limit_ms=300_000, points=2000)),
    create(question(explanation="x" * 1000)),
    create(question(explanation=None, image=None)),
    create(question(image="/images/flags-1.svg")),
    create(question(image="data:image/png;base64,iVBORw0KGgo=")),
    create(question(), settings={}),
    create(question(), settings={"lead_ms": 0, "auto_advance_ms": 0, "max_players": 1}),
    create(question(), settings={"lead_ms": 10_000, "auto_advance_ms": 600_000, "max_players": 20_000}),
    join(code="000000", name="", avatar=None),
    join(name="x" * 200, avatar="x" * 64),
    join(id="x"),
    join(id="x" * 64),
    join(id=None),
    {"type": "submit_answer", "question": 0, "answer": 0},
    {"type": "submit_answer", "question": 199, "answer": 5},
    {"type": "submit_answer", "question": 0, "answer": []},
    {"type": "submit_answer", "question": 0, "answer": [0, 1, 2, 3, 4, 5]},
    {"type": "kick_player", "player_id": "x" * 64},
    {"type": "resume_session", "token": "x" * 512},
    {"type": "resume_session", "token": "x", "remote": True},
    {"type": "pause_quiz", "paused": True},
    *[{"type": "set_extra_time", "player_id": "x" * 64, "percent": percent} for percent in (0, 25, 50, 100)],
    {"type": "ask_extra_time"},
    {"type": "get_results"},
    {"type": "get_results", "offset": 20_000},
    {"type": "get_log"},
    {"type": "get_log", "cursor": ""},
    {"type": "get_log", "cursor": "4000:" + "0f" * 32},
]

OVER_THE_LIMIT: list[tuple[Json, str]] = [
    (create(question(), title=""), "$.quiz.title"),
    (create(question(), title="x" * 121), "$.quiz.title"),
    (create(), "$.quiz.questions"),
    (create(*[question()] * 201), "$.quiz.questions"),
    (create(question(text="")), "$.quiz.questions[0].text"),
    (create(question(), question(text="x" * 501)), "$.quiz.questions[1].text"),
    (create(question(options=1)), "$.quiz.questions[0].options"),
    (create(question(options=11)), "$.quiz.questions[0].options"),
    (create(question(options=2) | {"options": [{"text": ""}, {"text": "y"}]}), "$.quiz.questions[0].options[0].text"),
    (create({**question(), "options": [{"text": "y"}, {"text": "x" * 201}]}), "$.quiz.questions[0].options[1].text"),
    (create(question(time_limit_ms=999)), "$.quiz.questions[0].time_limit_ms"),
    (create(question(time_limit_ms=300_001)), "$.quiz.questions[0].time_limit_ms"),
    (create(question(points=-1)), "$.quiz.questions[0].points"),
    (create(question(points=2001)), "$.quiz.questions[0].points"),
    (create(question(explanation="x" * 1001)), "$.quiz.questions[0].explanation"),
    (create(question(image="https://example.org/tracker.png")), "$.quiz.questions[0].image"),
    (create(question(image="/images/../secret.png")), "$.quiz.questions[0].image"),
    (create(question(image="/images/flags-1.svg\n")), "$.quiz.questions[0].image"),
    (create(question(image="data:image/svg+xml;base64,AAAA")), "$.quiz.questions[0].image"),
    (create(question(image="data:image/png;base64," + "A" * 65_536)), "$.quiz.questions[0].image"),
    (create(question(), settings={"lead_ms": -1}), "$.settings.lead_ms"),
    (create(question(), settings={"lead_ms": 10_001}), "$.settings.lead_ms"),
    (create(question(), settings={"auto_advance_ms": 600_001}), "$.settings.auto_advance_ms"),
    (create(question(), settings={"max_players": 0}), "$.settings.max_players"),
    (create(question(), settings={"max_players": 20_001}), "$.settings.max_players"),
    (create(question(), settings={"streak_bonus": "yes"}), "$.settings.streak_bonus"),
    (join(code="12345"), "$.code"),
    (join(code="1234567"), "$.code"),
    (join(code="１２３４５６"), "$.code"),
    (join(code="123456\n"), "$.code"),
    (join(code=123456), "$.code"),
    (join(name="x" * 201), "$.name"),
    (join(avatar="x" * 65), "$.avatar"),
    (join(id=""), "$.id"),
    (join(id="x" * 65), "$.id"),
    (join(id=7), "$.id"),
    ({"type": "submit_answer", "question": -1, "answer": 0}, "$.question"),
    ({"type": "submit_answer", "question": 200, "answer": 0}, "$.question"),
    ({"type": "submit_answer", "question": 0.5, "answer": 0}, "$.question"),
    ({"type": "submit_answer", "question": 0, "answer": -1}, "$.answer"),
    ({"type": "submit_answer", "question": 0, "answer": 11}, "$.answer"),
    ({"type": "submit_answer", "question": 0, "answer": "x" * 251}, "$.answer"),
    ({"type": "submit_answer", "question": 0, "answer": True}, "$.answer"),
    ({"type": "submit_answer", "question": 0, "answer": [-2]}, "$.answer[0]"),
    ({"type": "submit_answer", "question": 0, "answer": [0] * 11}, "$.answer"),
    ({"type": "kick_player", "player_id": "x" * 65}, "$.player_id"),
    ({"type": "resume_session", "token": "x" * 513}, "$.token"),
    ({"type": "lock_session", "locked": 1}, "$.locked"),
    ({"type": "resume_session", "token": "x", "remote": 1}, "$.remote"),
    ({"type": "pause_quiz", "paused": None}, "$.paused"),
    ({"type": "set_extra_time", "player_id": "x" * 65, "percent": 25}, "$.player_id"),
    ({"type": "set_extra_time", "player_id": "x", "percent": 26}, "$.percent"),
    ({"type": "set_extra_time", "player_id": "x", "percent": 25.0}, "$.percent"),
    ({"type": "set_extra_time", "player_id": "x", "percent": False}, "$.percent"),
    ({"type": "get_results", "offset": -1}, "$.offset"),
    ({"type": "get_results", "offset": 20_001}, "$.offset"),
    ({"type": "get_log", "cursor": "4000"}, "$.cursor"),
    ({"type": "get_log", "cursor": "-1:" + "0f" * 32}, "$.cursor"),
    ({"type": "get_log", "cursor": "0:" + "0F" * 32}, "$.cursor"),
    ({"type": "get_log", "cursor": "0:" + "0f" * 32 + "\n"}, "$.cursor"),
    ({"type": "sync_clock", "t0": "1"}, "$.t0"),
    ({"type": ["start_quiz"]}, "$.type"),
]


@pytest.mark.parametrize("message", AT_THE_LIMIT, ids=lambda message: str(message)[:60])
def test_a_message_at_the_limit_is_taken(message: Json) -> None:
    command = decode_command(json.dumps(message))
    assert command.__struct_config__.tag == message["type"]


@pytest.mark.parametrize(("message", "path"), OVER_THE_LIMIT, ids=lambda value: str(value)[:60])
def test_a_message_over_the_limit_is_refused_with_the_path_of_the_wrong_field(message: Json, path: str) -> None:
    error = refusal(message)
    assert error.code is ErrorCode.BAD_MESSAGE
    assert f"`{path}`" in error.message


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"type": "create_session"}, "quiz"),
        (create({"kind": "single", "text": "?"}), "options"),
        ({"type": "join_session", "code": "123456"}, "name"),
        ({"type": "resume_session"}, "token"),
        ({"type": "submit_answer", "question": 0}, "answer"),
        ({"type": "kick_player"}, "player_id"),
        ({"type": "lock_session"}, "locked"),
        ({"type": "sync_clock"}, "t0"),
        ({"id": "a"}, "type"),
    ],
)
def test_a_missing_field_is_named(message: Json, field: str) -> None:
    assert refusal(message).message.startswith(f"Object missing required field `{field}`")


def test_unknown_fields_are_ignored() -> None:
    assert decode_command('{"type":"start_quiz","colour":"red","deep":{"er":[1]}}') == StartQuiz()


# -- quiz rules -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "correct", "options"),
    [
        ("single", (3,), 4),
        ("multiple", (0,), 2),
        ("multiple", (0, 2), 4),
        ("multiple", (0, 1, 2, 3), 4),
        ("true_false", (1,), 2),
        ("poll", (), 6),
    ],
)
def test_options_that_fit_the_kind(kind: str, correct: tuple[int, ...], options: int) -> None:
    message = json.dumps(create(question(kind, correct, options)))
    assert isinstance(decode_command(message), CreateSession)


@pytest.mark.parametrize(
    ("kind", "correct", "options", "why"),
    [
        ("single", (), 4, "exactly one correct option, not 0"),
        ("single", (0, 1), 4, "exactly one correct option, not 2"),
        ("multiple", (), 4, "at least one correct option"),
        ("true_false", (0,), 3, "two options, one of them correct"),
        ("true_false", (0, 1), 2, "two options, one of them correct"),
        ("true_false", (), 2, "two options, one of them correct"),
        ("poll", (0,), 2, "no correct option"),
    ],
)
def test_options_that_do_not_fit_the_kind_are_refused(
    kind: str, correct: tuple[int, ...], options: int, why: str
) -> None:
    error = refusal(create(question(), question(kind, correct, options), id="c"))
    assert why in error.message
    assert "`$.quiz.questions[1]`" in error.message
    assert error.reply_to == "c"


def test_a_kind_that_does_not_exist_is_refused() -> None:
    assert "`$.quiz.questions[0].kind`" in refusal(create(question("essay"))).message


# -- text that is no message ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"start_quiz"',
        b"{}",
        b"{'type':'start_quiz'}",
        b'{"type":"start_quiz"} {"type":"end_session"}',
        b'{"type":"sync_clock","t0":NaN}',
        b'{"type":"sync_clock","t0":Infinity}',
        b'{"type":"sync_clock","t0":1e400}',
        b'{"type":"sync_clock","t0":01}',
        b'\xef\xbb\xbf{"type":"start_quiz"}',
        b'{"type":"start_quiz","id":"\xff"}',
        b'{"type":"join_session","code":"123456","name":"\xed\xa0\x80"}',
        b'{"type":"join_session","code":"123456","name":"\\ud800"}',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"type":"start_quiz","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"type":"start_quiz","x":' + b'{"x":' * 10_000 + b"1" + b"}" * 10_001,
        b'{"type":"submit_answer","question":' + b"9" * 400 + b',"answer":0}',
        b'{"type":"submit_answer","question":' + b"9" * 60_000 + b',"answer":0}',
        b'{"type":"submit_answer","question":0,"answer":1e300}',
        b'{"type":"sync_clock","t0":' + b"9" * 60_000 + b"}",
        b'{"type":"start_quiz","id":' + b"9" * 60_000 + b"}",
    ],
    ids=lambda text: repr(text[:48]),
)
def test_text_that_is_no_message_is_a_bad_message_and_nothing_worse(text: bytes) -> None:
    error = refusal(text)
    assert error.code is ErrorCode.BAD_MESSAGE
    assert 0 < len(error.message) < 300
    assert encode_message(error.as_error())


@given(st.binary(max_size=64) | st.text(max_size=64))
def test_no_input_raises_anything_but_bad_message(text: bytes | str) -> None:
    with pytest.raises(BadMessage):
        decode_command(text)


def test_of_a_field_given_twice_the_last_one_counts() -> None:
    assert decode_command('{"type":"lock_session","locked":true,"locked":false}') == LockSession(locked=False)


def test_a_type_given_twice_is_refused() -> None:
    assert refusal('{"type":"start_quiz","type":"end_session"}').code is ErrorCode.BAD_MESSAGE


def test_a_number_of_400_digits_comes_back_as_it_was_sent() -> None:
    digits = "7" * 400
    command = decode_command(f'{{"type":"sync_clock","t0":{digits}}}')
    assert isinstance(command, SyncClock)
    answer = encode_message(Clock(t0=command.t0, t1=1, t2=2))
    assert answer.decode() == f'{{"type":"clock","t0":{digits},"t1":1,"t2":2}}'


# -- errors ---------------------------------------------------------------------------------


def test_a_type_that_does_not_exist_is_named() -> None:
    error = refusal({"type": "sumbit_answer", "id": "a1"})
    assert error.code is ErrorCode.UNKNOWN_TYPE
    assert error.message == "there is no command 'sumbit_answer' - at `$.type`"
    assert error.reply_to == "a1"


def test_a_message_of_the_server_is_no_command() -> None:
    assert refusal({"type": "ok"}).code is ErrorCode.UNKNOWN_TYPE


def test_a_long_type_is_not_repeated_in_full() -> None:
    assert len(refusal({"type": "x" * 60_000}).message) < 100


@pytest.mark.parametrize(
    "message", [{"type": "lock_session", "id": "q"}, {"type": "nope", "id": "q"}, {"type": 5, "id": "q"}, {"id": "q"}]
)
def test_a_usable_id_comes_back_with_the_refusal(message: Json) -> None:
    error = refusal(message).as_error()
    assert json.loads(encode_message(error))["reply_to"] == "q"


@pytest.mark.parametrize("id_", ["", "x" * 65, 7, None, ["q"]])
def test_an_unusable_id_does_not_come_back(id_: object) -> None:
    error = refusal({"type": "lock_session", "id": id_})
    assert error.reply_to is UNSET
    assert "reply_to" not in json.loads(encode_message(error.as_error()))


# -- encode and decode ----------------------------------------------------------------------


def values(type_: types.Type) -> st.SearchStrategy[Any]:
    """Any value of a type, within its limits."""
    match type_:
        case types.NoneType():
            return st.none()
        case types.BoolType():
            return st.booleans()
        case types.IntType(ge=low, le=high):
            return st.integers(low, high)
        case types.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case types.StrType(pattern=str(pattern)):
            return st.from_regex(pattern, fullmatch=True)
        case types.StrType(min_length=low, max_length=high):
            return st.text(min_size=low or 0, max_size=min(high or 20, 20))
        case types.LiteralType(values=members):
            return st.sampled_from(members)
        case types.EnumType(cls=enum):
            return st.sampled_from(enum)
        case types.UnionType(types=members):
            return st.one_of(*map(values, members))
        case types.VarTupleType(item_type=item, min_length=low, max_length=high):
            return st.lists(values(item), min_size=low or 0, max_size=min(high or 3, 3)).map(tuple)
        case types.StructType(cls=struct) if struct is Quiz:
            return st.sampled_from([command.quiz for command in _created()])
        case types.StructType(cls=struct) if issubclass(struct, QuestionFields):
            return st.sampled_from([command.quiz.questions[0] for command in _created()])
        case types.StructType(cls=struct) if struct is Ruling:
            return st.sampled_from(
                [Ruling(accept="Lima", share=50), Ruling(void=True), Ruling(points=-5, player_id="p")]
            )
        case types.StructType(cls=struct, fields=fields):
            return st.fixed_dictionaries(
                {field.name: values(field.type) for field in fields if field.required},
                optional={field.name: values(field.type) for field in fields if not field.required},
            ).map(lambda given: struct(**given))
    raise TypeError(type_)


def _created() -> list[CreateSession]:
    commands = [decode_command(json.dumps(message)) for message in AT_THE_LIMIT]
    return [command for command in commands if isinstance(command, CreateSession)]


@given(values(types.type_info(AnyClientMessage)))
def test_every_command_survives_its_encoding(command: Any) -> None:
    assert decode_command(encode_command(command)) == command


@given(values(types.type_info(AnyServerMessage)))
def test_every_message_of_the_server_survives_its_encoding(message: Any) -> None:
    assert decode_message(encode_message(message)) == message


@given(values(types.type_info(AnyServerMessage)))
def test_what_the_server_writes_holds_every_field_that_is_set(message: ServerMessage) -> None:
    written = json.loads(encode_message(message))
    fields = msgspec.structs.fields(message)
    assert set(written) == {"type"} | {field.name for field in fields if getattr(message, field.name) is not UNSET}
    assert set(written) >= {field.name for field in fields if field.default is NODEFAULT}


def test_integers_and_floats_of_t0_come_back_as_they_were() -> None:
    for t0 in (0, -1, 1.5, 1764000000000, 1764000000000.25, 2**63):
        command = decode_command(encode_command(SyncClock(t0=t0)))
        assert isinstance(command, SyncClock)
        assert (command.t0, type(command.t0)) == (t0, type(t0))


def test_only_a_client_of_the_protocol_reads_messages_of_it() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_message('{"type":"start_quiz"}')


# -- the lists of messages ------------------------------------------------------------------


def test_every_message_is_in_the_union_of_its_side() -> None:
    def tags(*structs: type[Any]) -> set[str]:
        return {str(struct.__struct_config__.tag) for struct in structs}

    client = (
        "create_session join_session resume_session start_quiz next_question close_question submit_answer kick_player"
        " lock_session pause_quiz set_extra_time get_results get_log end_session ask_extra_time leave_session"
        " sync_clock report_failure get_answers skip_question extend_question rule undo_ruling"
        " show_answer merge_answers ask_question choose_question get_agenda stop_clock show_earlier continue_in"
        " show_name show_live offer_seat"
    )
    server = (
        "session_created joined resumed ok clock players_joined players_left players_returned lobby session_locked"
        " new_question answer_accepted answer_progress question_results your_result leaderboard quiz_ended your_final"
        " host_left host_returned kicked session_closed error quiz_paused extra_time_asked extra_time_set"
        " your_extra_time results log question_notes answers question_extended ruled"
        " question_added question_clock agenda earlier_shown session_continues player_renamed live_shown live_tally"
        " seat_offered"
    )
    assert tags(*get_args(AnyClientMessage)) == set(client.split())
    assert tags(*get_args(AnyServerMessage)) == set(server.split())
    assert {*get_args(AnyClientMessage)} - {*get_args(SessionCommand)} == {*GATEWAY_COMMANDS}


def test_a_command_says_who_may_send_it_when_and_what_answers_it() -> None:
    assert (StartQuiz.by, StartQuiz.phases, reply_of(StartQuiz)) == (Role.HOST, frozenset({Phase.LOBBY}), Ok)
    assert (SubmitAnswer.by, SubmitAnswer.phases, reply_of(SubmitAnswer)) == (Role.PLAYER, ANY_PHASE, AnswerAccepted)
    assert (JoinSession.by, JoinSession.phases, reply_of(JoinSession)) == (None, ANY_PHASE - {Phase.ENDED}, Joined)
    assert reply_of(SyncClock) is Clock


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_that_some_phases_do_not_have_says_why(command: type[ClientMessage[Any]]) -> None:
    assert bool(command.otherwise[1]) == (command.phases != ANY_PHASE)
    assert reply_of(command) in MESSAGES


def test_only_counts_that_are_said_again_may_be_dropped() -> None:
    assert {message for message in MESSAGES if message.droppable} == {Lobby, AnswerProgress, LiveTally}


def test_only_what_everyone_sees_has_a_seq() -> None:
    numbered = {struct for struct in get_args(AnyServerMessage) if "seq" in struct.__struct_fields__}
    assert numbered == {struct for struct in get_args(AnyServerMessage) if issubclass(struct, Broadcast)}


def test_close_codes_of_our_own_say_by_their_range_whether_to_come_back() -> None:
    assert [code for code in CloseCode if 4000 <= code < 4500] == [CloseCode.RESYNC]
    assert {code for code in CloseCode if code >= 4500} == {
        CloseCode.SESSION_OVER,
        CloseCode.KICKED,
        CloseCode.CONNECTED_ELSEWHERE,
    }


def test_an_error_names_its_code_as_a_plain_string() -> None:
    error = Error(code=ErrorCode.NAME_TAKEN, message="taken", reply_to="j")
    assert json.loads(encode_message(error)) == {
        "type": "error",
        "code": "name_taken",
        "message": "taken",
        "reply_to": "j",
    }
    assert json.loads(encode_message(Ok())) == {"type": "ok"}


def test_an_answer_is_an_index_or_a_list_of_them() -> None:
    for answer in (2, (0, 3)):
        command = decode_command(encode_command(SubmitAnswer(question=1, answer=answer)))
        assert isinstance(command, SubmitAnswer)
        assert command.answer == answer
