"""What a load test refuses before it sends anything."""

import pytest

from clients.loadtest.limits import CannotRun, raise_file_limit, refuse_strangers


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8000/ws", "ws://127.7.7.7/ws", "wss://localhost/ws"])
def test_an_address_of_this_machine_is_taken(url: str) -> None:
    refuse_strangers(url)


@pytest.mark.parametrize("url", ["ws://8.8.8.8/ws", "wss://[2606:4700::1111]/ws", "ws://203.0.113.7:8000/ws"])
def test_an_address_of_another_machine_is_refused(url: str) -> None:
    with pytest.raises(CannotRun, match="--yes-i-own-this-server"):
        refuse_strangers(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/ws", "127.0.0.1:8000", "ws://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(CannotRun, match="no address"):
        refuse_strangers(url)


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(CannotRun, match=r"nowhere\.invalid is not known"):
        refuse_strangers("ws://nowhere.invalid/ws")


def test_more_players_than_open_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _kind: (100, 200))
    with pytest.raises(CannotRun, match="the limit is 200: raise it with `ulimit -n 1064`"):
        raise_file_limit(1000)


def test_the_limit_is_raised_as_far_as_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.getrlimit", lambda _kind: (100, 2000))
    monkeypatch.setattr("resource.setrlimit", lambda _kind, limits: raised.append(limits))
    raise_file_limit(10)
    raise_file_limit(1000)
    assert raised == [(1064, 2000)]
