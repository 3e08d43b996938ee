import io

import pytest

from gateway.whereabouts import Whereabouts
from program.addresses import LocalAddress
from program.welcome import Surroundings, welcome, whereabouts
from quickpoll.settings import ProcessSettings, load


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


HOME = Surroundings([LocalAddress("192.168.1.20", "wlan0"), LocalAddress("10.8.0.6", "tun0")])
CONTAINER = Surroundings([LocalAddress("172.17.0.2", "eth0")], "container")
ALONE = Surroundings()


def settings(**flags: str) -> ProcessSettings:
    return load(flags, {})


def said(out: io.StringIO, settings: ProcessSettings, kept_in: str = "/data", around: Surroundings = HOME) -> str:
    welcome(out, settings, settings.port or 1234, kept_in, around)
    return out.getvalue()


def test_it_names_the_address_for_the_host_and_the_candidates_for_players() -> None:
    text = said(io.StringIO(), settings())
    assert "Host      http://localhost:8000/host\n" in text
    assert "Players   http://192.168.1.20:8000\n" in text
    assert "or http://10.8.0.6:8000  (tun0: a VPN?)\n" in text
    assert "kept in /data" in text


def test_a_public_address_goes_before_all_others() -> None:
    text = said(io.StringIO(), settings(public_url="https://quiz.example.org"))
    assert "Host      https://quiz.example.org/host\n" in text
    assert "Players   https://quiz.example.org\n" in text
    assert "192.168" not in text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_a_local_address_nobody_else_is_invited(host: str) -> None:
    assert whereabouts(settings(host=host), HOME).urls == ()
    assert "(only on this machine)" in said(io.StringIO(), settings(host=host))


def test_a_given_address_is_the_one_for_players() -> None:
    assert whereabouts(settings(host="10.0.0.7", port="80"), HOME).urls == ("http://10.0.0.7",)
    assert whereabouts(settings(host="fd00::7"), HOME).urls == ("http://[fd00::7]:8000",)


def test_without_a_network_there_is_no_address_for_players() -> None:
    assert whereabouts(settings(), ALONE) == Whereabouts()
    assert "(only on this machine)" in said(io.StringIO(), settings(), around=ALONE)


def test_in_a_container_no_address_is_guessed() -> None:
    assert whereabouts(settings(), CONTAINER) == Whereabouts((), "container")
    text = said(io.StringIO(), settings(), around=CONTAINER)
    assert "172.17.0.2" not in text
    assert "this runs in a container; set QUICKPOLL_PUBLIC_URL" in text


def test_a_port_that_is_not_known_before_it_listens_is_told_afterwards() -> None:
    assert whereabouts(settings(port="0"), HOME).urls == ()
    assert "http://192.168.1.20:1234" in said(io.StringIO(), settings(port="0"))


def test_it_says_where_sessions_are_kept() -> None:
    assert "kept in /data" in said(io.StringIO(), settings(), kept_in="/data")


def test_a_terminal_shows_a_qr_code_and_a_file_does_not() -> None:
    blocks = {"█", "▀", "▄"}
    assert blocks <= set(said(Terminal(), settings()))
    assert "mobile data off" in said(Terminal(), settings())
    assert not blocks & set(said(io.StringIO(), settings()))
