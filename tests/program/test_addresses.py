import pytest

from program.addresses import LocalAddress, Reach, candidates, enclosure, local_addresses, routed_address

WIFI = LocalAddress("192.168.1.20", "wlan0")
CABLE = LocalAddress("10.0.0.5", "eth0")
VPN = LocalAddress("10.8.0.6", "tun0")
MESH = LocalAddress("100.101.102.103", "eth9")
DOCKER = LocalAddress("172.17.0.1", "docker0")
LOOPBACK = LocalAddress("127.0.0.1", "lo")
LINK_LOCAL = LocalAddress("169.254.10.1", "eth1")


@pytest.mark.parametrize(
    ("address", "reach"),
    [(WIFI, Reach.NETWORK), (VPN, Reach.VPN), (MESH, Reach.VPN), (DOCKER, Reach.VIRTUAL)],
)
def test_an_interface_tells_how_likely_phones_get_there(address: LocalAddress, reach: Reach) -> None:
    assert address.reach is reach


def test_a_vpn_comes_last_even_where_it_has_the_default_route() -> None:
    assert candidates([LOOPBACK, VPN, DOCKER, WIFI], VPN.address) == [WIFI, VPN]


def test_of_two_networks_the_one_with_the_route_comes_first() -> None:
    assert candidates([WIFI, CABLE], CABLE.address) == [CABLE, WIFI]


def test_a_network_without_internet_is_a_candidate() -> None:
    assert candidates([LOOPBACK, LocalAddress("10.42.0.1", "wlan0")], None) == [LocalAddress("10.42.0.1", "wlan0")]


def test_what_leads_nowhere_is_no_candidate() -> None:
    assert candidates([LOOPBACK, LINK_LOCAL, DOCKER], None) == []


def test_this_machine_tells_its_own() -> None:
    assert LOOPBACK.address in [local.address for local in local_addresses()]
    assert routed_address() is None or routed_address() in [local.address for local in local_addresses()]


def test_an_orchestrator_says_that_this_is_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert enclosure() == "container"
