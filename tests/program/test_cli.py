import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quickpoll import __version__
from quickpoll.settings import SETTINGS
from tests.measured import measured

SECRET = "a secret that only these tests know"


def quickpoll(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end; all its settings are those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPOLL_")}
    command = [sys.executable, "-m", "quickpoll", *arguments]
    environment = inherited | environment | measured()
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def the_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that it said on stderr, having said nothing else."""
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("quickpoll: ")
    return line


def test_every_setting_means_something_to_a_part_and_to_everything_in_one() -> None:
    assert all("serve" in setting.used_by for setting in SETTINGS)
    assert [setting.name for setting in SETTINGS if len(setting.used_by) == 1] == ["data_dir"]


def test_it_tells_its_version() -> None:
    result = quickpoll("--version")
    assert (result.returncode, result.stdout) == (0, f"quickpoll {__version__}\n")


def test_help_explains_the_commands_and_every_setting() -> None:
    result = quickpoll("--help")
    assert result.returncode == 0
    for word in (
        "serve",
        "gateway",
        "coordinator",
        "loadtest",
        "replay",
        "--port",
        "QUICKPOLL_PORT",
        "QUICKPOLL_SECRET_FILE",
        "default 8000",
    ):
        assert word in result.stdout


def test_help_names_pages_by_their_path_and_links_to_none() -> None:
    told = " ".join(quickpoll("--help").stdout.split())
    assert "promises and costs: docs/durability.md. [QUICKPOLL_DURABILITY" in told
    assert "](" not in told


@pytest.mark.parametrize("arguments", [["--port", "eighty"], ["serve", "--port", "eighty"]])
def test_a_value_that_is_not_allowed_ends_it_with_2(arguments: list[str]) -> None:
    result = quickpoll(*arguments)
    assert result.returncode == 2
    assert "--port: 'eighty' is not allowed; it must be a whole number" in the_line(result)


def test_a_flag_of_another_command_ends_it_with_2() -> None:
    result = quickpoll("--data-dir", "data", "gateway")
    assert result.returncode == 2
    assert "--data-dir has no meaning for `quickpoll gateway`" in the_line(result)


@pytest.mark.parametrize("command", ["loadtest", "replay"])
@pytest.mark.parametrize("flag", [["--port", "9000"], ["--port=9000"]])
def test_a_server_flag_before_a_tool_ends_it_with_2(command: str, flag: list[str]) -> None:
    result = quickpoll(*flag, command, "file")
    assert result.returncode == 2
    assert f"--port has no meaning for `quickpoll {command}`" in the_line(result)


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["gateways"], ["gateway", "--data-dir", "x"], ["--port"]])
def test_what_it_does_not_know_is_said_in_one_line(arguments: list[str]) -> None:
    result = quickpoll(*arguments)
    assert result.returncode == 2
    assert arguments[-1] in the_line(result) or "--data-dir" in the_line(result) or "--prot" in the_line(result)
    assert "--help` lists what there is" in the_line(result)


def test_an_argument_cannot_write_control_characters_to_the_terminal() -> None:
    assert "\x1b" not in the_line(quickpoll("--host", "\x1b[2J"))


def test_the_load_test_is_a_command_with_arguments_of_its_own() -> None:
    result = quickpoll("loadtest", "--help")
    assert result.returncode == 0
    for word in ("--players", "--reconnects", "--yes-i-own-this-server"):
        assert word in result.stdout
    result = quickpoll("loadtest", "--url", "ws://192.0.2.1/ws")
    assert result.returncode == 2
    assert "192.0.2.1 is another machine" in result.stderr


def test_an_unknown_variable_is_a_warning() -> None:
    result = quickpoll("gateway", QUICKPOLL_PROT="1")
    assert "quickpoll: warning: QUICKPOLL_PROT is not a setting" in result.stderr


@pytest.mark.parametrize("command", ["gateway", "coordinator"])
def test_without_a_redis_a_single_part_says_what_it_needs(command: str) -> None:
    result = quickpoll(command, QUICKPOLL_SECRET=SECRET)
    assert result.returncode == 1
    assert "QUICKPOLL_REDIS_URL is not set" in the_line(result)


@pytest.mark.parametrize("command", ["serve", "gateway", "coordinator"])
def test_a_shared_redis_needs_a_shared_secret(command: str) -> None:
    result = quickpoll(command, QUICKPOLL_REDIS_URL="redis://127.0.0.1:1")
    assert result.returncode == 1
    assert "QUICKPOLL_SECRET is not set" in the_line(result)


@pytest.mark.parametrize("command", ["serve", "gateway", "coordinator"])
def test_a_redis_that_is_not_there_ends_it_with_1(command: str) -> None:
    result = quickpoll(command, QUICKPOLL_REDIS_URL="redis://127.0.0.1:1", QUICKPOLL_SECRET=SECRET)
    assert result.returncode == 1
    assert "Redis at redis://127.0.0.1:1 does not answer" in the_line(result)


@pytest.mark.parametrize(
    "url",
    [
        "redis://:geh#eim@127.0.0.1:6379/0",
        "redis://:geh/eim@127.0.0.1:6379/0",
        "redis://:geh?eim@127.0.0.1:6379/0",
        "redis://:12/34geheim@h/0",
        "redis://:6390#geheim@10.9.9.9/0",
        "rediss+sentinel://:geh/eim@127.0.0.1:26379/mymaster",
        "redis://127.0.0.1:geheim/0",
        "redis://127.0.0.1:6379/geheim",
        '"redis://:geheim@127.0.0.1:6379/0"',
    ],
)
def test_an_ambiguous_redis_url_ends_it_with_2_and_shows_no_part_of_it(url: str, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(url + "\n")
    for given in ({"QUICKPOLL_REDIS_URL": url}, {"QUICKPOLL_REDIS_URL_FILE": str(file)}):
        result = quickpoll("gateway", QUICKPOLL_SECRET=SECRET, **given)
        assert result.returncode == 2
        line = the_line(result)
        assert line.startswith("quickpoll: QUICKPOLL_REDIS_URL")
        assert not any(part in line.replace(str(file), "") for part in ("geh", "eim", "34g", "6390"))


@pytest.mark.parametrize("command", ["serve", "gateway", "coordinator"])
async def test_a_user_without_channels_ends_it_at_once_with_the_right_to_give(command: str, redis_url: str) -> None:
    from quickpoll.store.nodes import open_node
    from tests.redis_client import node_of

    node = node_of(redis_url)
    link = await open_node(node)
    await link.call([("ACL", "SETUSER", "quiz", "reset", "on", ">secret", "~*", "+@all", "resetchannels")])
    try:
        result = await asyncio.to_thread(
            quickpoll, command, QUICKPOLL_REDIS_URL=f"unix://quiz:secret@{node.path}", QUICKPOLL_SECRET=SECRET
        )
    finally:
        await link.call([("ACL", "DELUSER", "quiz")])
        link.close()
    assert result.returncode == 1
    assert "give it the right &qp:*" in the_line(result)


@pytest.mark.parametrize("command", ["serve", "gateway", "coordinator"])
async def test_another_number_of_partitions_ends_it_with_1(command: str, redis_url: str) -> None:
    from quickpoll.keys import LAYOUT
    from tests.redis_client import connect

    client = connect(redis_url)
    await client.hset(LAYOUT, "partitions", "32")
    await client.aclose()
    result = quickpoll(command, QUICKPOLL_REDIS_URL=redis_url, QUICKPOLL_SECRET=SECRET)
    assert result.returncode == 1
    assert "set QUICKPOLL_PARTITIONS to 32" in the_line(result)


def test_a_data_folder_that_cannot_be_used_ends_it_with_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = quickpoll(QUICKPOLL_DATA_DIR=str(tmp_path / "file" / "data"))
    assert result.returncode == 1
    assert "choose another folder with --data-dir or QUICKPOLL_DATA_DIR" in the_line(result)
