"""Whose word is taken about where a request is from."""

import string
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers

from gateway.address import IPAddress, Proxies, Requester

BALANCER = Proxies([ip_network("10.0.0.0/24"), ip_network("fd00::/64")])


def client(peer: str, *hops: str, proxies: Proxies = BALANCER) -> str:
    """The address found, for so many X-Forwarded-For headers."""
    return proxies.client(peer, Headers([("X-Forwarded-For", hop) for hop in hops])).address


@pytest.mark.parametrize("hops", [(), ("192.0.2.7",), ("10.0.0.1", "127.0.0.1")])
def test_by_default_the_peer_counts_whatever_it_says(hops: tuple[str, ...]) -> None:
    assert client("198.51.100.1", *hops, proxies=Proxies()) == "198.51.100.1"


def test_a_stranger_is_not_believed() -> None:
    assert client("198.51.100.1", "192.0.2.7") == "198.51.100.1"
    assert client("10.0.1.1", "192.0.2.7") == "10.0.1.1"


def test_a_trusted_proxy_tells_the_client() -> None:
    assert client("10.0.0.1", "192.0.2.7") == "192.0.2.7"
    assert client("fd00::1", "2001:db8::7") == "2001:db8::7"


def test_what_the_client_wrote_itself_stands_further_left_and_is_not_read() -> None:
    assert client("10.0.0.1", "127.0.0.1, 10.0.0.9, 192.0.2.7") == "192.0.2.7"
    assert client("10.0.0.1", "127.0.0.1", "10.0.0.9", "192.0.2.7") == "192.0.2.7"


def test_a_chain_of_trusted_proxies_is_followed_to_its_start() -> None:
    assert client("10.0.0.1", "203.0.113.5, 192.0.2.7, fd00::9,10.0.0.2") == "192.0.2.7"


def test_without_a_stranger_the_first_proxy_counts() -> None:
    assert client("10.0.0.1") == "10.0.0.1"
    assert client("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3"


@pytest.mark.parametrize("hop", ["", "unknown", "_hidden", "192.0.2", "192.0.2.7:x", "[192.0.2.7", "a" * 8000])
def test_what_is_no_address_ends_the_reading(hop: str) -> None:
    assert client("10.0.0.1", f"203.0.113.5, {hop}, 10.0.0.2") == "10.0.0.2"
    assert client("10.0.0.1", hop) == "10.0.0.1"


@pytest.mark.parametrize(
    ("hop", "address"),
    [
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8::7]:51234", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:1", "192.0.2.7"),
    ],
)
def test_one_client_has_one_address_however_it_is_written(hop: str, address: str) -> None:
    assert client("10.0.0.1", hop) == address
    assert client(hop) == address


def test_a_proxy_is_recognised_by_either_protocol() -> None:
    assert client("::ffff:10.0.0.1", "192.0.2.7") == "192.0.2.7"


def test_a_peer_without_an_address_has_none() -> None:
    assert BALANCER.client("", Headers({"X-Forwarded-For": "192.0.2.7"})) == Requester("", over_tls=False)


@pytest.mark.parametrize(
    ("peer", "schemes", "over_tls"),
    [
        ("10.0.0.1", ["https"], True),
        ("10.0.0.1", ["HTTPS"], True),
        ("10.0.0.1", ["http"], False),
        ("10.0.0.1", [], False),
        ("10.0.0.1", ["https", "http"], False),
        ("10.0.0.1", ["http, https"], True),
        ("192.0.2.7", ["https"], False),
    ],
)
def test_a_trusted_proxy_tells_whether_it_was_tls(peer: str, schemes: list[str], over_tls: bool) -> None:
    headers = Headers([("X-Forwarded-Proto", scheme) for scheme in schemes])
    assert BALANCER.client(peer, headers).over_tls is over_tls


@given(
    st.lists(st.text(string.printable[:95]) | st.ip_addresses().map(str), max_size=5),
    st.ip_addresses(network="192.0.2.0/24") | st.ip_addresses(network="2001:db8::/32"),
)
def test_no_client_can_write_itself_another_address(forged: list[str], honest: IPAddress) -> None:
    """Whatever it sends, its balancer appends where it came from."""
    assert client("10.0.0.1", *forged, str(honest)) == str(honest)
    assert client("10.0.0.1", ",".join([*forged, str(honest)])) == str(honest)
