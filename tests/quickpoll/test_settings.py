from ipaddress import ip_network
from pathlib import Path

import pytest

from quickpoll.settings import SETTINGS, BadSetting, Durability, ProcessSettings, as_markdown, load, unknown_variables

ROOT = Path(__file__).parents[2]


def test_every_setting_has_a_default_that_works() -> None:
    settings = load({}, {"XDG_DATA_HOME": "/data"})
    assert settings == ProcessSettings(
        host="::",
        port=8000,
        admin_port=None,
        data_dir=Path("/data/quickpoll"),
        redis_url=None,
        secret=None,
        secret_previous=None,
        partitions=64,
        durability=Durability.REPLY,
        public_url=None,
        allowed_origins=(),
        links=(),
        trusted_proxies=(),
        session_ttl=7200,
        check_invariants=False,
        players_per_address=10_000,
        sessions_per_address=100,
        max_connections=None,
    )


def test_without_an_xdg_folder_the_data_is_in_the_users_home() -> None:
    assert load({}, {}).data_dir == Path.home() / ".local/share/quickpoll"
    assert load({}, {"XDG_DATA_HOME": "not/absolute"}).data_dir == Path.home() / ".local/share/quickpoll"


def test_a_flag_goes_before_a_variable_and_a_variable_before_the_default() -> None:
    environment = {"QUICKPOLL_PORT": "9000", "QUICKPOLL_HOST": "::1"}
    settings = load({"port": "9001"}, environment)
    assert (settings.port, settings.host, settings.partitions) == (9001, "::1", 64)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({}, {"QUICKPOLL_PORT": "", "QUICKPOLL_SECRET_FILE": ""}).port == 8000


@pytest.mark.parametrize(
    ("variable", "bad", "allowed"),
    [
        ("QUICKPOLL_PORT", "eighty", "a whole number from 0 to 65535"),
        ("QUICKPOLL_PORT", "65536", "a whole number from 0 to 65535"),
        ("QUICKPOLL_PORT", "-1", "a whole number from 0 to 65535"),
        ("QUICKPOLL_ADMIN_PORT", "9.5", "a whole number from 0 to 65535"),
        ("QUICKPOLL_HOST", "http://here", "an address to listen on"),
        ("QUICKPOLL_CHECK_INVARIANTS", "yes", "on or off"),
        ("QUICKPOLL_PARTITIONS", "0", "a whole number from 1 to 1024"),
        ("QUICKPOLL_REDIS_URL", "localhost:6379", "must begin with redis://"),
        ("QUICKPOLL_REDIS_URL", "redis+sentinel://localhost:26379", "/mymaster"),
        ("QUICKPOLL_REDIS_URL", "redis+cluster://localhost:port", "a port from 1 to 65535"),
        ("QUICKPOLL_REDIS_URL", "redis://:12/34secret@h/0", "write / as %2F"),
        ("QUICKPOLL_DURABILITY", "always", "reply, disk or replica"),
        ("QUICKPOLL_SECRET", "too short", "at least 16 characters"),
        ("QUICKPOLL_PUBLIC_URL", "quiz.example.org", "https://quiz.example.org"),
        ("QUICKPOLL_PUBLIC_URL", "https://[broken", "https://quiz.example.org"),
        ("QUICKPOLL_PUBLIC_URL", "https://quiz.example/ /", "https://quiz.example.org"),
        ("QUICKPOLL_PUBLIC_URL", "https://quiz\t.example", "https://quiz.example.org"),
        ("QUICKPOLL_SECRET", "sixteen characters\r\nor more", "at least 16 characters"),
        ("QUICKPOLL_HOST", "127.0.0.1 ::1", "an address to listen on"),
        (
            "QUICKPOLL_PUBLIC_URL",
            "https://school.example/quiz",
            "without a path: QuickPoll needs a host name of its own",
        ),
        ("QUICKPOLL_ALLOWED_ORIGINS", "https://a.example/path", "origins without a path"),
        ("QUICKPOLL_TRUSTED_PROXIES", "balancer", "addresses or networks such as"),
        ("QUICKPOLL_TRUSTED_PROXIES", "10.0.0.1/8", "addresses or networks such as"),
    ],
)
def test_a_value_that_is_not_allowed_names_the_setting_and_what_is_allowed(
    variable: str, bad: str, allowed: str
) -> None:
    with pytest.raises(BadSetting) as failure:
        load({}, {variable: bad})
    line = str(failure.value)
    assert line.startswith(variable + ":")
    assert allowed in line
    assert "\n" not in line


def test_a_bad_flag_is_named_as_the_flag() -> None:
    with pytest.raises(BadSetting, match=r"^--admin-port: 'x' is not allowed"):
        load({"admin_port": "x"}, {})


def test_addresses_and_origins_lose_their_last_slash() -> None:
    settings = load(
        {"public_url": "https://q.example/", "allowed_origins": "https://a.example/, http://b.example:81"}, {}
    )
    assert settings.public_url == "https://q.example"
    assert settings.allowed_origins == ("https://a.example", "http://b.example:81")


def test_proxies_are_addresses_or_networks() -> None:
    settings = load({}, {"QUICKPOLL_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7,fd00::/8"})
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("environment", "durability"),
    [
        ({}, Durability.REPLY),
        ({"QUICKPOLL_REDIS_URL": "redis://there"}, Durability.REPLY),
        ({"QUICKPOLL_REDIS_URL": "redis+cluster://there"}, Durability.REPLICA),
        ({"QUICKPOLL_REDIS_URL": "redis+sentinel://there/quizzes"}, Durability.REPLICA),
        ({"QUICKPOLL_REDIS_URL": "redis+cluster://there", "QUICKPOLL_DURABILITY": "reply"}, Durability.REPLY),
        ({"QUICKPOLL_DURABILITY": "disk"}, Durability.DISK),
    ],
)
def test_where_a_replica_may_take_over_it_is_to_have_what_was_accepted(
    environment: dict[str, str], durability: Durability
) -> None:
    assert load({}, environment).durability is durability


@pytest.mark.parametrize("around", ["{}\r", " {} ", "{}\r\n", "\ufeff{}", "\t{}\n", "{}\u00a0"])
def test_what_stands_around_a_value_is_no_part_of_it(around: str, tmp_path: Path) -> None:
    given = {
        "QUICKPOLL_HOST": "::1",
        "QUICKPOLL_PORT": "9000",
        "QUICKPOLL_DATA_DIR": "/data",
        "QUICKPOLL_REDIS_URL": "redis://there",
        "QUICKPOLL_SECRET": "s" * 16,
        "QUICKPOLL_DURABILITY": "disk",
        "QUICKPOLL_PUBLIC_URL": "https://q.example",
        "QUICKPOLL_ALLOWED_ORIGINS": "https://a.example",
        "QUICKPOLL_TRUSTED_PROXIES": "10.0.0.1",
    }
    with_more = {name: around.format(value) for name, value in given.items()}
    assert load({}, with_more) == load({}, given)
    file = tmp_path / "secret"
    file.write_text(with_more.pop("QUICKPOLL_SECRET"), encoding="utf-8", newline="")
    assert load({}, with_more | {"QUICKPOLL_SECRET_FILE": str(file)}) == load({}, given)


def test_a_variable_of_blanks_counts_as_not_set() -> None:
    assert load({}, {"QUICKPOLL_PORT": " \r", "QUICKPOLL_SECRET": "\r"}) == load({}, {})


def test_the_secret_can_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("sixteen characters at least\n")
    assert load({}, {"QUICKPOLL_SECRET_FILE": str(file)}).secret == "sixteen characters at least"


def test_a_secret_in_two_places_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"both set"):
        load({}, {"QUICKPOLL_SECRET": "x" * 16, "QUICKPOLL_SECRET_FILE": str(tmp_path / "secret")})


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"QUICKPOLL_SECRET_FILE: .*missing cannot be read"):
        load({}, {"QUICKPOLL_SECRET_FILE": str(tmp_path / "missing")})


def test_a_confidential_value_is_never_shown() -> None:
    with pytest.raises(BadSetting) as failure:
        load({}, {"QUICKPOLL_SECRET": "hunter2"})
    assert "hunter2" not in str(failure.value)
    settings = load({}, {"QUICKPOLL_SECRET": "hunter2hunter2hunter2", "QUICKPOLL_REDIS_URL": "redis://:hunter2@h"})
    assert "hunter2" not in repr(settings)


def test_an_unknown_variable_is_told_with_the_nearest_known_one() -> None:
    assert unknown_variables({"QUICKPOLL_PROT": "1", "QUICKPOLL_PORT": "1", "PATH": "/"}) == [
        "QUICKPOLL_PROT is not a setting and has no effect; did you mean QUICKPOLL_PORT?"
    ]


def test_the_settings_page_is_up_to_date() -> None:
    assert (ROOT / "docs/settings.md").read_text() == as_markdown(), "run `make generate`"


def test_the_settings_page_names_every_setting() -> None:
    page = as_markdown()
    assert all(f"`{setting.variable}`" in page for setting in SETTINGS)
    assert "| `QUICKPOLL_PORT` | `--port` | 8000 | gateway |" in page
    assert "| `QUICKPOLL_PARTITIONS` | `--partitions` | 64 | coordinator, gateway |" in page
