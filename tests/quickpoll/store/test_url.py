import pytest

from quickpoll.store.url import Kind, parse


@pytest.mark.parametrize(
    "text", ["redis://h:6379/0", "rediss://u:p@h/1?ssl_ca_certs=/ca.pem", "unix:///run/valkey.sock"]
)
def test_a_plain_url_is_one_server(text: str) -> None:
    url = parse(text)
    assert (url.kind, url.text) == (Kind.ONE, text)


def test_a_cluster_is_known_by_some_of_its_nodes() -> None:
    url = parse("redis+cluster://one,two:7001,[::1]:7002")
    assert url.kind is Kind.CLUSTER
    assert url.hosts == (("one", 6379), ("two", 7001), ("::1", 7002))
    assert url.node(("10.0.0.1", 7000)) == "redis://10.0.0.1:7000/0"
    assert url.node(("::1", 7002)) == "redis://[::1]:7002/0"


def test_sentinels_know_a_master_by_name() -> None:
    url = parse("redis+sentinel://one,two:5000/quizzes/3")
    assert (url.kind, url.hosts, url.service) == (Kind.SENTINEL, (("one", 26379), ("two", 5000)), "quizzes")
    assert url.node(("10.0.0.1", 6379)) == "redis://10.0.0.1:6379/3"
    assert url.sentinel(("one", 26379)) == "redis://one:26379"


def test_user_password_and_options_are_those_of_the_servers_that_hold_data() -> None:
    url = parse("rediss+sentinel://app:p%40ss@s1/quizzes?ssl_ca_certs=/ca.pem&sentinel_password=o/ther")
    assert url.node(("h", 1)) == "rediss://app:p%40ss@h:1/0?ssl_ca_certs=%2Fca.pem"
    assert url.sentinel(("s1", 26379)) == "rediss://:o%2Fther@s1:26379?ssl_ca_certs=%2Fca.pem"


def test_what_is_shown_has_no_password() -> None:
    assert parse("redis+cluster://u:hunter2@a:1,b:2?x=hunter2").shown == "redis+cluster://a:1,b:2"


@pytest.mark.parametrize(
    "text",
    [
        "localhost:6379",
        "http://h",
        "http+cluster://h",
        "redis+other://h",
        "redis+cluster://",
        "redis+cluster://a,,b",
        "redis+cluster://a:port",
        "redis+cluster://a:1/1",
        "redis+sentinel://a:1",
        "redis+sentinel://a:1/name/x",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
