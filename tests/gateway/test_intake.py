"""Each message gets exactly one reply, whatever is wrong with it, and the connection goes on."""

import time
from typing import Any

import pytest

from gateway import admission
from quickpoll.envelope import Identity
from quickpoll.protocol import MAX_CREATE_SESSION_BYTES, MAX_MESSAGE_BYTES, AnyClientMessage, Role, decode_command
from quickpoll.tokens import LIFETIME_MS, Tokens
from tests.gateway.standin import CODE, QUIZ, TOKENS, House, house
from tests.redis_client import Client
from tests.redis_time import time_ms


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates that a test does not reach."""
    monkeypatch.setattr(admission.Bucket.take, "__defaults__", (10_000, 10_000.0))


BAD = [
    (b"", "bad_message"),
    (b"nonsense", "bad_message"),
    (b"[]", "bad_message"),
    (b"null", "bad_message"),
    (b"{}", "bad_message"),
    (b'{"type":null}', "bad_message"),
    (b'{"type":"dance"}', "unknown_type"),
    (b'{"type":"join_session"}', "bad_message"),
    (b'{"type":"join_session","code":"12345","name":"Ann"}', "bad_message"),
    (b'{"type":"join_session","code":123456,"name":"Ann"}', "bad_message"),
    (b'{"type":"submit_answer","question":0,"answer":1e400}', "bad_message"),
    (b'{"type":"submit_answer","question":-1,"answer":1}', "bad_message"),
    (b'{"type":"sync_clock","t0":NaN}', "bad_message"),
    (b'{"type":"sync_clock","t0":' + b"9" * 10_000 + b"}", "bad_message"),
    (b'{"type":"sync_clock","t0":"now"}', "bad_message"),
    (b'{"type":"resume_session","token":"\\ud800"}', "bad_message"),
    (b'{"type":"leave_session","id":""}', "bad_message"),
    (b'{"type":"leave_session","id":7}', "bad_message"),
    (b"[" * 60_000, "bad_message"),
    (b'{"type":"x","a":' * 3_000, "bad_message"),
    (b'{"type":"create_session","quiz":{"title":"","questions":[]}}', "bad_message"),
    (b'{"type":"resume_session","token":""}', "invalid_token"),
    (b'{"type":"resume_session","token":"v1.e30.x"}', "invalid_token"),
    (b'{"type":"resume_session","token":"\\u0000\xc3\xa9"}', "invalid_token"),
    (b'{"type":"start_quiz"}', "forbidden"),
    (b'{"type":"leave_session"}', "forbidden"),
]


async def test_bad_input_of_every_sort_gets_its_error_and_the_connection_goes_on(
    home: House, unhurried: None, caplog: pytest.LogCaptureFixture
) -> None:
    client = await home.client()
    for message, code in BAD:
        await client.socket.send(message, text=True)
        assert (await client.hear())["code"] == code, message
    assert (await client.ask("sync_clock", t0=1))["t0"] == 1
    assert caplog.text == ""


async def test_an_error_names_the_field_and_the_command(home: House) -> None:
    client = await home.client()
    error = await client.ask("join_session", id="j", code=CODE, name=7)
    assert (error["reply_to"], error["code"]) == ("j", "bad_message")
    assert "$.name" in error["message"]


async def test_a_token_of_another_deployment_or_another_day_is_refused(home: House) -> None:
    client = await home.client()
    host, now = Identity(CODE, "n", Role.HOST), time.time_ns() // 1_000_000
    for token in (Tokens("another secret").sign(host, now), TOKENS.sign(host, now - LIFETIME_MS)):
        error = await client.ask("resume_session", id="r", token=token)
        assert (error["code"], error["reply_to"]) == ("invalid_token", "r")


async def test_a_player_cannot_do_what_the_host_does(home: House) -> None:
    player = await home.player()
    assert (await player.ask("next_question", id="n"))["code"] == "forbidden"
    host = await home.host()
    assert (await host.ask("submit_answer", question=0, answer=0))["code"] == "forbidden"
    assert (await host.ask("next_question", id="n")) == {"type": "ok", "reply_to": "n"}


async def test_the_hosts_commands_and_the_players_are_relayed_for_them_alone(home: House) -> None:
    player, host = await home.player(), await home.host()
    hosts: list[tuple[str, dict[str, Any]]] = [
        ("pause_quiz", {"paused": True}),
        ("set_extra_time", {"player_id": "p", "percent": 50}),
        ("get_results", {}),
    ]
    for kind, fields in hosts:
        assert (await host.ask(kind, **fields))["type"] == "ok"
        assert (await player.ask(kind, **fields))["code"] == "forbidden"
    assert (await player.ask("ask_extra_time"))["type"] == "ok"
    assert (await host.ask("ask_extra_time"))["code"] == "forbidden"


async def test_a_connection_has_one_identity_until_it_leaves(home: House) -> None:
    player = await home.player()
    assert (await player.ask("join_session", code=CODE, name="Bob"))["code"] == "forbidden"
    assert (await player.ask("leave_session"))["type"] == "ok"
    assert (await player.ask("join_session", code=CODE, name="Bob"))["type"] == "joined"


async def test_a_second_join_while_one_is_under_way_is_refused_unless_it_is_the_same(home: House) -> None:
    home.coordinator.answers = False
    client = await home.client()
    await client.say("join_session", id="a", code=CODE, name="Ann")
    assert (await client.ask("join_session", id="b", code=CODE, name="Bob"))["code"] == "forbidden"
    await client.say("join_session", id="a", code=CODE, name="Ann")
    first, second = await home.coordinator.command(), await home.coordinator.command()
    assert first.request_id == second.request_id
    for command in (first, second):
        await home.coordinator.answer(command)
    assert [(await client.hear())["reply_to"] for _ in range(2)] == ["a", "a"]


async def test_the_clock_is_redis_own(home: House) -> None:
    client = await home.client()
    before = await time_ms(home.redis)
    clock = await client.ask("sync_clock", id="c", t0=12.5)
    after = await time_ms(home.redis)
    assert (clock["t0"], clock["reply_to"]) == (12.5, "c")
    assert before - 2 <= clock["t1"] <= clock["t2"] <= after + 2


async def test_a_page_that_failed_is_counted_and_gets_an_answer(home: House) -> None:
    client = await home.client()
    for where in ("view", "message", "view"):
        assert (await client.ask("report_failure", id="f", where=where))["reply_to"] == "f"
    assert (await client.ask("report_failure", where="what Ada wrote"))["code"] == "bad_message"
    assert home.gateway.figures.page_failures == {"view": 2, "message": 1}


async def test_received_is_when_the_bytes_came(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of two messages in one segment takes long to be handled; the second had arrived by then."""
    client = await home.client()

    def slowly(text: bytes) -> AnyClientMessage:
        time.sleep(0.05)
        return decode_command(text)

    monkeypatch.setattr("gateway.intake.decode_command", slowly)
    await client.say("sync_clock", t0=1)
    clock = await client.hear()
    assert clock["t2"] - clock["t1"] >= 50


async def test_too_fast_is_told_when_to_try_again(home: House) -> None:
    client = await home.client()
    for number in range(admission.BURST):
        assert (await client.ask("sync_clock", t0=number))["type"] == "clock"
    for kind in ("sync_clock", "dance"):
        error = await client.ask(kind, id="x", t0=1)
        assert (error["code"], error["reply_to"]) == ("rate_limited", "x")
        assert 0 < error["retry_after_ms"] <= 100


async def test_who_goes_on_flooding_is_closed(home: House) -> None:
    client = await home.client()
    for _ in range(admission.BURST + admission.MAX_REFUSALS + 20):
        await client.say("sync_clock", t0=1)
    assert await client.closed() == (1008, "goes on flooding")


async def test_malformed_messages_are_a_flood_too(home: House) -> None:
    client = await home.client()
    for _ in range(admission.MAX_REFUSALS):
        await client.socket.send("nonsense")
    assert await client.closed() == (1008, "goes on flooding")


def quiz_of(size: int) -> dict[str, object]:
    question = QUIZ["questions"][0] | {"filler": "x" * size}
    return QUIZ | {"questions": [question]}


async def test_a_quiz_may_be_large(home: House) -> None:
    client = await home.client()
    assert (await client.ask("create_session", quiz=quiz_of(900_000)))["type"] == "session_created"


async def test_a_large_quiz_with_an_error_says_where(home: House) -> None:
    client = await home.client()
    error = await client.ask("create_session", quiz=quiz_of(100_000) | {"title": ""})
    assert "$.quiz.title" in error["message"]


@pytest.mark.parametrize("message", [b'{"type":"sync_clock","t0":1,"x":"%s"}', b'{"type":"dance","x":"%s"}', b'"%s"'])
async def test_other_messages_may_not(home: House, message: bytes) -> None:
    client = await home.client()
    await client.socket.send(message % (b"x" * MAX_MESSAGE_BYTES), text=True)
    assert (await client.closed())[0] == 1009


async def test_who_is_in_a_session_may_send_nothing_large(home: House) -> None:
    player = await home.player()
    await player.say("create_session", quiz=quiz_of(MAX_MESSAGE_BYTES))
    assert (await player.closed())[0] == 1009


async def test_nobody_may_send_more_than_the_largest_quiz(home: House) -> None:
    client = await home.client()
    await client.say("create_session", quiz=quiz_of(MAX_CREATE_SESSION_BYTES))
    assert (await client.closed())[0] == 1009


async def test_sessions_of_one_address_have_an_end(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, sessions_per_address=1) as home:
        await home.host()
        refusal = await (await home.client()).ask("create_session", id="c", quiz=QUIZ)
        assert (refusal["code"], refusal["reply_to"]) == ("too_many_sessions", "c")
        assert refusal["retry_after_ms"] > 3_500_000
