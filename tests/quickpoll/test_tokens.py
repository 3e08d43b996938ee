import pytest

from quickpoll.envelope import Identity
from quickpoll.protocol import Role
from quickpoll.tokens import InvalidToken, Tokens

HOST = Identity("123456", "nonce", Role.HOST)
PLAYER = Identity("123456", "nonce", Role.PLAYER, "p7")
SECRET = "a secret that only these tests know"


@pytest.mark.parametrize("identity", [HOST, PLAYER])
def test_a_token_proves_the_identity_it_was_signed_for(identity: Identity) -> None:
    assert Tokens(SECRET).verify(Tokens(SECRET).sign(identity)) == identity


def test_signing_again_gives_the_same_token() -> None:
    assert Tokens(SECRET).sign(PLAYER) == Tokens(SECRET).sign(PLAYER)


def test_a_token_of_another_deployment_proves_nothing() -> None:
    with pytest.raises(InvalidToken):
        Tokens(SECRET).verify(Tokens("another secret, of another deployment").sign(HOST))


def test_a_token_changed_anywhere_proves_nothing() -> None:
    token = Tokens(SECRET).sign(PLAYER)
    for place, character in enumerate(token):
        changed = token[:place] + ("B" if character == "A" else "A") + token[place + 1 :]
        with pytest.raises(InvalidToken):
            Tokens(SECRET).verify(changed)


def test_the_signature_of_one_identity_does_not_prove_another() -> None:
    player, host = Tokens(SECRET).sign(PLAYER).split("."), Tokens(SECRET).sign(HOST).split(".")
    with pytest.raises(InvalidToken):
        Tokens(SECRET).verify(".".join((*host[:2], player[2])))


@pytest.mark.parametrize("text", ["", ".", "..", "v1..", "v1.AAAA.", "none.AAAA.AAAA", "é.ü.ß", "a" * 10_000])
def test_what_is_no_token_proves_nothing(text: str) -> None:
    with pytest.raises(InvalidToken):
        Tokens(SECRET).verify(text)
