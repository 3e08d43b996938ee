import pytest

from quickpoll.envelope import Identity
from quickpoll.protocol import Role
from quickpoll.tokens import LIFETIME_MS, BrokenSeal, InvalidToken, Tokens

HOST = Identity("123456", "nonce", Role.HOST)
PLAYER = Identity("123456", "nonce", Role.PLAYER, "p7")
SECRET = "a secret that only these tests know"
OLD_SECRET = "the secret of the year before"
NOW = 1_700_000_000_000


def signed(identity: Identity = PLAYER, secret: str = SECRET) -> str:
    return Tokens(secret).sign(identity, NOW)


def refuses(token: str, *, tokens: Tokens | None = None, now: int = NOW) -> bool:
    try:
        (tokens or Tokens(SECRET)).verify(token, now)
    except InvalidToken:
        return True
    return False


@pytest.mark.parametrize("identity", [HOST, PLAYER])
def test_a_token_proves_the_identity_it_was_signed_for_until_it_expires(identity: Identity) -> None:
    token = signed(identity)
    assert Tokens(SECRET).verify(token, NOW) == identity
    assert Tokens(SECRET).verify(token, NOW + LIFETIME_MS - 1) == identity
    assert refuses(token, now=NOW + LIFETIME_MS)


def test_signing_again_at_the_same_moment_gives_the_same_token() -> None:
    assert signed() == signed()


def test_a_token_of_another_deployment_proves_nothing() -> None:
    assert refuses(signed(secret="another secret, of another deployment"))


def test_the_previous_secret_is_accepted_as_long_as_it_is_named_and_signs_nothing() -> None:
    old, changing, changed = Tokens(OLD_SECRET), Tokens(SECRET, OLD_SECRET), Tokens(SECRET)
    assert changing.verify(old.sign(PLAYER, NOW), NOW) == changing.verify(changed.sign(PLAYER, NOW), NOW) == PLAYER
    assert refuses(old.sign(PLAYER, NOW), tokens=changed)
    assert refuses(changing.sign(PLAYER, NOW), tokens=old)


def test_a_token_changed_anywhere_proves_nothing() -> None:
    token = signed()
    for place, character in enumerate(token):
        assert refuses(token[:place] + ("B" if character == "A" else "A") + token[place + 1 :])


def test_the_signature_of_one_identity_does_not_prove_another() -> None:
    player, host = signed(PLAYER).split("."), signed(HOST).split(".")
    assert refuses(".".join((*host[:2], player[2])))


def test_no_token_chooses_its_algorithm() -> None:
    _, claim, signature = signed().split(".")
    assert all(refuses(f"{version}.{claim}.{signature}") for version in ("none", "v1", "v3", "", "HS256"))
    assert refuses(f"v2.{claim}.")


@pytest.mark.parametrize(
    "text", ["", ".", "..", "v2..", "v2.AAAA.", "none.AAAA.AAAA", "é.ü.ß", "\ud800.x", "a" * 10_000]
)
def test_what_is_no_token_proves_nothing(text: str) -> None:
    assert refuses(text)


def test_what_is_sealed_is_read_with_the_secret_or_the_one_after_it() -> None:
    sealed = Tokens(OLD_SECRET).seal(b"a file")
    assert Tokens(OLD_SECRET).unseal(sealed) == b"a file"
    assert Tokens(SECRET, previous=OLD_SECRET).unseal(sealed) == b"a file"
    for tokens, data in [
        (Tokens(SECRET), sealed),
        (Tokens(OLD_SECRET), sealed + b"!"),
        (Tokens(OLD_SECRET), sealed[:-1]),
        (Tokens(OLD_SECRET), sealed[:5]),
        (Tokens(OLD_SECRET), b""),
    ]:
        with pytest.raises(BrokenSeal):
            tokens.unseal(data)


def test_a_token_is_no_seal() -> None:
    with pytest.raises(BrokenSeal):
        Tokens(SECRET).unseal(signed().encode())
