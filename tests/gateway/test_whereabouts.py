import asyncio
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from websockets.datastructures import Headers

from gateway.whereabouts import Whereabouts, is_loopback, join_base, told
from quickpoll.envelope import Identity
from quickpoll.protocol import Role
from tests.gateway.standin import CODE, house, token_of
from tests.redis_client import Client

HOME = Whereabouts(("http://192.168.1.5:8000", "http://10.8.0.6:8000"))


@pytest.mark.parametrize("reached", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", ""])
def test_what_leads_nobody_else_here_is_replaced_by_the_likeliest(reached: str) -> None:
    assert join_base(reached, lambda: HOME) == "http://192.168.1.5:8000"


@pytest.mark.parametrize("reached", ["https://quiz.example", "http://192.168.1.7:8000"])
def test_an_address_that_others_can_use_stays(reached: str) -> None:
    assert join_base(reached, lambda: HOME) == reached


def test_where_no_other_is_known_a_loopback_address_stays() -> None:
    assert join_base("http://localhost:8000", Whereabouts) == "http://localhost:8000"


ENCLOSED = Whereabouts(enclosure="container")


@pytest.mark.parametrize(
    ("address", "headers", "at_home", "enclosed"),
    [
        ("127.0.0.1", {"Host": "localhost:8000"}, HOME, ENCLOSED),
        ("::1", {"Host": "[::1]:8000"}, HOME, ENCLOSED),
        ("127.0.0.1", {"Host": "127.0.0.1:8000"}, HOME, ENCLOSED),
        ("172.17.0.1", {"Host": "localhost:8000"}, None, ENCLOSED),  # from the machine into its container
        ("127.0.0.1", {"Host": "quiz.example"}, None, None),  # a proxy on this machine, or a name that was rebound
        ("127.0.0.1", {"Host": "localhost", "X-Forwarded-For": "203.0.113.9"}, None, None),
        ("127.0.0.1", {}, None, None),
        ("127.0.0.1", {"Host": "[::1"}, None, None),
    ],
)
def test_only_who_sits_at_this_machine_is_told_all(
    address: str, headers: dict[str, str], at_home: Whereabouts | None, enclosed: Whereabouts | None
) -> None:
    assert told(address, Headers(headers), lambda: HOME) == at_home
    assert told(address, Headers(headers), lambda: ENCLOSED) == enclosed


def test_a_url_that_is_none_is_no_loopback() -> None:
    assert not is_loopback("http://[")


async def test_the_hosts_page_asks_for_them(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, look=lambda: HOME) as home:
        url = f"http://127.0.0.1:{home.gateway.port}/addresses"
        with await asyncio.to_thread(urlopen, url) as answer:
            assert json.load(answer) == {"urls": list(HOME.urls), "enclosure": None}
            assert answer.headers["Cache-Control"] == "no-store"
        with pytest.raises(HTTPError, match="404"):
            await asyncio.to_thread(urlopen, Request(url, headers={"Via": "1.1 proxy"}))


@pytest.mark.parametrize(("role", "looks"), [(Role.HOST, 1), (Role.PLAYER, 0)])
async def test_only_a_host_who_comes_back_makes_it_look(redis: Client, redis_url: str, role: Role, looks: int) -> None:
    looked = []

    def look() -> Whereabouts:
        looked.append(role)
        return HOME

    async with house(redis, redis_url, look=look) as home:
        client = await home.client()
        await client.say("resume_session", token=token_of(Identity(CODE, "nonce", role, "p1")))
        command = await home.coordinator.command()
        assert (len(looked), command.base_url) == (looks, HOME.urls[0] if looks else "")
