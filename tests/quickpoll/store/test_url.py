import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from quickpoll.store.node import Node
from quickpoll.store.url import BadUrl, RedisKind, parse
from tests.certificates import Authority


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("redis://there", Node("there")),
        ("redis://there:7000/3", Node("there", 7000, db=3)),
        ("redis://[::1]:7000", Node("::1", 7000)),
        ("redis://there/", Node("there")),
        ("unix:///run/with%20blank.sock?db=2", Node(path="/run/with blank.sock", db=2)),
        ("unix://me:secret@/run/valkey.sock", Node(path="/run/valkey.sock", username="me", password="secret")),
        ("redis://me:p%40ss@there", Node("there", username="me", password="p@ss")),
        ("redis://:p%23%2f%3Fss@there", Node("there", password="p#/?ss")),
        ("redis://:p@ss@there", Node("there", password="p@ss")),
        ("redis://:100%@there", Node("there", password="100%")),
        ("redis://:p,s+s@there", Node("there", password="p,s+s")),
        ("redis://app:a b@there", Node("there", username="app", password="a b")),
        ("redis://app@there", Node("there", username="app")),
        ("redis://app:@there", Node("there", username="app")),
        ("redis://:%ff%00@there", Node("there", password="\udcff\0")),
    ],
)
def test_a_plain_url_is_one_server(text: str, node: Node) -> None:
    url = parse(text)
    assert (url.kind, url.nodes) == (RedisKind.ONE, (node,))


def test_a_cluster_is_known_by_some_of_its_nodes() -> None:
    url = parse("redis+cluster://app:p,w@one,two:7001,[::1]:7002")
    assert url.kind is RedisKind.CLUSTER
    user = Node(username="app", password="p,w")
    hosts = [("one", 6379), ("two", 7001), ("::1", 7002)]
    assert url.nodes == tuple(replace(user, host=host, port=port) for host, port in hosts)
    assert url.node("10.0.0.1", 7000) == replace(user, host="10.0.0.1", port=7000)


def test_sentinels_know_a_master_by_name() -> None:
    url = parse("redis+sentinel://one,two:5000/quizzes/3")
    assert (url.kind, url.service) == (RedisKind.SENTINEL, "quizzes")
    assert url.nodes == (Node("one", 26379), Node("two", 5000))
    assert url.node("10.0.0.1", 6379) == Node("10.0.0.1", db=3)


def test_user_and_password_are_those_of_the_servers_that_hold_data() -> None:
    url = parse("redis+sentinel://app:p%40ss@s1/quizzes?sentinel_username=s&sentinel_password=o/th+r%26")
    assert url.node("h", 1) == Node("h", 1, username="app", password="p@ss")
    assert url.nodes == (Node("s1", 26379, username="s", password="o/th+r&"),)


@pytest.mark.parametrize("kind", ["rediss://{}", "rediss+sentinel://{}/quizzes", "rediss+cluster://{}"])
def test_all_servers_of_a_url_have_the_one_tls_context_that_is_made_for_it(tmp_path: Path, kind: str) -> None:
    ca = Authority(tmp_path).file
    url = parse(f"{kind.format('there')}?ssl_ca_certs={ca}")
    contexts = {node.tls for node in (*url.nodes, url.node("a", 1), url.node("b", 2))}
    contexts |= {node.tls for node in parse(f"{kind.format('elsewhere')}?ssl_ca_certs={ca}").nodes}
    (context,) = contexts
    assert context
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1  # those of the system are not trusted besides
    assert parse("redis://there").nodes[0].tls is None


def test_a_certificate_may_be_taken_on_trust_and_a_name_too(tmp_path: Path) -> None:
    def context(options: str) -> ssl.SSLContext:
        found = parse(f"rediss://there?ssl_ca_certs={Authority(tmp_path).file}&{options}").nodes[0].tls
        assert found
        return found

    assert context("ssl_cert_reqs=none").verify_mode is ssl.CERT_NONE
    named = context("ssl_check_hostname=false")
    assert (named.verify_mode, named.check_hostname) == (ssl.CERT_REQUIRED, False)


def test_a_client_has_its_own_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.certify("client", "DNS:quickpoll")
    files = f"ssl_ca_certs={authority.file}&ssl_certfile={certificate}"
    assert parse(f"rediss://there?{files}&ssl_keyfile={key}").nodes[0].tls
    with pytest.raises(BadUrl, match="ssl_keyfile cannot be used"):
        parse(f"rediss://there?{files}&ssl_keyfile={authority.file}")


def test_what_is_shown_has_no_user_no_password_and_no_options() -> None:
    url = parse("redis+sentinel://u:hunter2@a:1,b:2/polls?sentinel_password=hunter2")
    assert url.shown == "redis+sentinel://a:1,b:2/polls"
    assert "hunter2" not in repr(url)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        # Passwords that were not percent-encoded: each of these names another server, user or database to some readers.
        ("redis://:geh#eim@127.0.0.1:6379/0", "%23"),
        ("redis://:geh/eim@127.0.0.1:6379/0", "%2F"),
        ("redis://:geh?eim@127.0.0.1:6379/0", "%3F"),
        ("redis://:12/34geheim@h/0", "%2F"),
        ("redis://:6390#geheim@10.9.9.9/0", "%23"),
        ("rediss+sentinel://:geh/eim@127.0.0.1:26379/mymaster", "%2F"),
        ("redis+cluster://:geheim@one:7000,:geheim@two:7001", "%40"),
        ("redis://:geh?ssl_ca_certs=eim@h", "%3F"),
        ("redis://:geh/eim", "%2F"),
        ("redis://geheim:eim", "%3A"),
        ("redis://u:p?geheim", "%3F"),
        ("geheim://h", "must begin with"),
        (":geheim@h:6379", "must begin with"),
        ('"redis://:geheim@127.0.0.1:6379/0"', "must begin with"),
        ("redis://h/geheim", "number of a database"),
        ("redis://h/0/geheim", "number of a database"),
        ("redis://h?geheim", "an option behind ? is unknown"),
        ("redis://h?geheim=1", "an option behind ? is unknown"),
        ("redis://:geheim@h\r", "cannot be seen"),
        ("redis://:geheim@h:6379 ", "each host"),
        ("http://geheim", "must begin with"),
        ("http+cluster://h", "must begin with"),
        ("redis+other://h", "must begin with"),
        ("fake://geheim", "must begin with"),
        ("localhost:6379", "must begin with"),
        ("redis://", "each host"),
        ("redis://:6390/0", "each host"),
        ("redis://127.0.0.1:port/0", "each host"),
        ("redis://127.0.0.1:0/0", "each host"),
        ("redis://127.0.0.1:65536/0", "each host"),
        ("redis://one,two", "one host"),
        ("redis+cluster://", "each host"),
        ("redis+cluster://a,,b", "each host"),
        ("redis+cluster://a:1/1", "no other database"),
        ("redis+sentinel://a:1", "name of the master"),
        ("redis+sentinel://a:1/name/x", "number of a database"),
        ("unix://run/valkey.sock", "begins with a slash"),
        ("unix://", "begins with a slash"),
        ("unix:///s?db=x", "number of a database"),
        ("redis://h?ssl_ca_certs=/ca.pem", "rediss"),
        ("rediss://h?ssl_ca_certs=/nowhere.pem", "cannot be used"),
        ("rediss://h?ssl_cert_reqs=geheim", "required or none"),
        ("rediss://h?ssl_check_hostname=geheim", "true or false"),
        ("redis+sentinel://h/m?sentinel_password=a&sentinel_password=geheim", "twice"),
    ],
)
def test_anything_else_is_refused_without_a_guess_and_without_quoting_it(text: str, advice: str) -> None:
    with pytest.raises(BadUrl) as refused:
        parse(text)
    message = str(refused.value)
    assert advice in message
    assert "\n" not in message
    assert not any(part in message for part in ("geh", "eim", "34g", "6390"))
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
