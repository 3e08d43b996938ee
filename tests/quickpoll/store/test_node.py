import ssl
from pathlib import Path

import pytest

from quickpoll.store.node import Node, Trust, tls_context, trusting
from tests.certificates import Authority


def test_it_is_shown_by_its_place_alone() -> None:
    assert str(Node("there", 7000, username="me", password="secret")) == "there:7000"
    assert str(Node("::1", 7000)) == "[::1]:7000"
    assert str(Node(path="/run/valkey.sock")) == "/run/valkey.sock"
    assert "secret" not in repr(Node(password="secret"))
    assert "secret" not in repr(Trust(key_password="secret"))


def test_it_is_the_same_server_only_for_the_same_user_and_database() -> None:
    assert Node("there") == Node("there")
    assert hash(Node("there")) == hash(Node("there"))
    assert len({Node("there"), Node("there"), Node("there", db=1), Node("there", username="me")}) == 3


def test_a_tls_context_is_made_once_for_what_is_trusted(tmp_path: Path) -> None:
    ca = str(Authority(tmp_path).file)
    assert tls_context(Trust(ca)) is tls_context(Trust(ca))
    assert tls_context(Trust(ca)) is not tls_context(Trust(ca, check_hostname=False))
    with pytest.raises(OSError, match="No such file"):
        tls_context(Trust("/nowhere.pem"))


def test_certificates_are_judged_alike_on_every_version_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ssl.create_default_context

    def as_python_3_13_does(cafile: str | None = None) -> ssl.SSLContext:
        context = made(cafile=cafile)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", as_python_3_13_does)
    assert not trusting().verify_flags & ssl.VERIFY_X509_STRICT
