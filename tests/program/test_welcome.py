import io

import pytest

from program import welcome
from quickpoll.settings import ProcessSettings, load


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def settings(**flags: str) -> ProcessSettings:
    return load(flags, {})


def said(out: io.StringIO, settings: ProcessSettings, kept_in: str = "/data") -> str:
    welcome.welcome(out, settings, settings.port or 1234, kept_in)
    return out.getvalue()


@pytest.fixture(autouse=True)
def own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(welcome, "_own_address", lambda: "192.168.1.20")


def test_it_names_the_address_for_the_host_and_the_one_for_players() -> None:
    text = said(io.StringIO(), settings())
    assert "Host      http://localhost:8000/host\n" in text
    assert "Players   http://192.168.1.20:8000\n" in text
    assert "kept in /data" in text


def test_a_public_address_goes_before_all_others() -> None:
    text = said(io.StringIO(), settings(public_url="https://quiz.example.org"))
    assert "Host      https://quiz.example.org/host\n" in text
    assert "Players   https://quiz.example.org\n" in text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_a_local_address_nobody_else_is_invited(host: str) -> None:
    assert welcome.lan_url(settings(host=host)) is None
    assert "(only on this machine)" in said(io.StringIO(), settings(host=host))


def test_a_given_address_is_the_one_for_players() -> None:
    assert welcome.lan_url(settings(host="10.0.0.7", port="80")) == "http://10.0.0.7"
    assert welcome.lan_url(settings(host="fd00::7")) == "http://[fd00::7]:8000"


def test_without_a_network_there_is_no_address_for_players(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(welcome, "_own_address", lambda: None)
    assert welcome.lan_url(settings()) is None


def test_a_port_that_is_not_known_yet_gives_no_address_for_players() -> None:
    assert welcome.lan_url(settings(port="0")) is None
    assert "http://localhost:1234/host" in said(io.StringIO(), settings(port="0"))


def test_it_says_where_sessions_are_kept() -> None:
    assert "kept in /data" in said(io.StringIO(), settings(), kept_in="/data")


def test_a_terminal_shows_a_qr_code_and_a_file_does_not() -> None:
    blocks = {"█", "▀", "▄"}
    assert blocks <= set(said(Terminal(), settings()))
    assert not blocks & set(said(io.StringIO(), settings()))
