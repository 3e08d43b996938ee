"""The command: what it refuses, and how it ends."""

import asyncio
import json

import pytest
from websockets.asyncio.server import serve

from clients.loadtest.__main__ import CannotRun, main, refuse_strangers
from tests.clients.loadtest.standin import Standin


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:8000/ws", "ws://[::1]:8000/ws", "wss://192.168.1.7/ws", "ws://10.0.0.1/ws"]
)
def test_an_address_of_ones_own_network_is_taken(url: str) -> None:
    refuse_strangers(url)


@pytest.mark.parametrize("url", ["ws://8.8.8.8/ws", "wss://[2606:4700::1111]/ws"])
def test_an_address_outside_is_refused(url: str) -> None:
    with pytest.raises(CannotRun, match="--yes-i-own-this-server"):
        refuse_strangers(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/ws", "127.0.0.1:8000", "ws://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(CannotRun, match="no address"):
        refuse_strangers(url)


@pytest.mark.parametrize(
    "arguments",
    [["--players", "0"], ["--players", "20001"], ["--questions", "51"], ["--answer-window", "61"], ["--lead", "-1"]],
)
def test_a_run_without_bounds_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "is not within" in capsys.readouterr().err


def test_more_players_than_open_files_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _kind: (100, 200))
    assert main(["--players", "1000"]) == 2
    assert "the limit is 200" in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "ws://127.0.0.1:9/ws", "--players", "1"]) == 2
    assert capsys.readouterr().err.startswith("loadtest: ")


@pytest.mark.parametrize(("forgetful", "code"), [(False, 0), (True, 1)])
async def test_the_exit_code_says_whether_anything_was_lost(
    forgetful: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Standin()
    server.forgetful = forgetful
    async with serve(server.handle, "127.0.0.1", 0, compression=None) as listening:
        url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws"
        arguments = [
            "--url",
            url,
            "--players",
            "3",
            "--questions",
            "1",
            "--answer-window",
            "0",
            "--lead",
            "0",
            "--json",
        ]
        assert await asyncio.to_thread(main, arguments) == code
    report = json.loads(capsys.readouterr().out)
    assert report["good"] is not forgetful
    assert report["questions"][0]["accepted"] == 3
