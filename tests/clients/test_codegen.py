"""What is generated from the protocol is what stands in the repository."""

import json
from pathlib import Path

import pytest

from clients import codegen
from quickpoll import protocol

GENERATED = codegen.generated()


def interface(name: str) -> str:
    """The body of one interface, on one line."""
    text = (
        GENERATED[codegen.ROOT / "clients/web/src/wire/protocol.ts"]
        .split(f"export interface {name} {{")[1]
        .split("\n}\n")[0]
    )
    return " ".join(text.split())


@pytest.mark.parametrize(("path", "text"), GENERATED.items(), ids=lambda part: getattr(part, "name", ""))
def test_generated_files_are_those_of_the_present_protocol(path: Path, text: str) -> None:
    assert path.read_text() == text, "run `make generate`"


def test_check_names_the_file_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in GENERATED:
        copy = tmp_path / path.relative_to(codegen.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    monkeypatch.setattr(codegen, "ROOT", tmp_path)
    assert codegen.main(["--check"]) == 0

    types = tmp_path / "clients/web/src/wire/protocol.ts"
    types.write_text(types.read_text().replace("number", "string"))
    assert codegen.main(["--check"]) == 1
    assert "clients/web/src/wire/protocol.ts differs" in capsys.readouterr().err
    assert codegen.main([]) == 0
    assert codegen.main(["--check"]) == 0


def test_what_a_client_may_leave_out_is_optional() -> None:
    assert "settings?: Settings;" in interface("CreateSession")
    assert "correct?: boolean;" in interface("Option")


def test_what_the_server_always_writes_is_not_optional() -> None:
    assert "answer: number | string | (number | string)[] | null;" in interface("You")
    assert "settings: Required<Settings>;" in interface("SessionView")
    assert "paused: boolean;" in interface("SessionView")
    assert "extra_time_percent: ExtraTimePercent;" in interface("HostPlayer")
    assert "previous_rank: number | null;" in interface("LeaderboardEntry")


def test_what_the_server_may_leave_unset_is_optional() -> None:
    assert "result?: YourResult;" in interface("You")
    assert "players?: HostPlayer[];" in interface("SessionView")
    assert "reply_to?: string;" in interface("Ok")


def test_a_list_of_one_or_another_is_one_list() -> None:
    assert "answers: (PlayerAnswer | null)[];" in interface("PlayerSummary")


def test_an_optional_field_of_the_server_is_absent_or_filled_but_never_null() -> None:
    ok = json.loads(protocol.encode_message(protocol.Ok()))
    you = json.loads(
        protocol.encode_message(
            protocol.Resumed(
                role=protocol.Role.PLAYER,
                code="123456",
                session=protocol.SessionView(
                    code="123456",
                    title="t",
                    phase=protocol.Phase.LOBBY,
                    seq=0,
                    locked=False,
                    player_count=1,
                    settings=protocol.Settings(),
                    server_time=1,
                    host_connected=True,
                ),
                you=protocol.You(
                    player_id="p", name="n", avatar="", total_points=0, rank=None, streak=0, answered=False
                ),
            )
        )
    )["you"]
    assert "reply_to" not in ok
    assert "result" not in you
    assert you["answer"] is None


@pytest.mark.parametrize("struct", [*protocol.COMMANDS, *protocol.MESSAGES], ids=lambda struct: str(struct.__name__))
def test_every_message_is_in_every_generated_file(struct: type) -> None:
    tag = struct.__struct_config__.tag  # type: ignore[attr-defined]
    schema, types, page = GENERATED.values()
    assert json.loads(schema)["$defs"][struct.__name__]["properties"]["type"] == {"enum": [tag]}
    assert f'type: "{tag}";' in types
    assert f"| `{tag}` |" in page


@pytest.mark.parametrize("code", [*protocol.ErrorCode, *protocol.CloseCode])
def test_every_code_has_its_meaning_on_the_page(code: protocol.ErrorCode | protocol.CloseCode) -> None:
    page = (codegen.ROOT / "docs/protocol.md").read_text()
    lines = page.partition("\n## Errors\n")[2].splitlines()
    (meaning,) = [line.split("|")[2].strip() for line in lines if line.startswith(f"| `{code.value}` |")]
    assert meaning


def test_a_row_of_a_table_is_one_line() -> None:
    page = Path("docs/protocol.md").read_text()
    tables = [part.partition("<!-- end -->")[0] for part in page.split("<!-- generated: ")[1:]]
    for table in tables:
        assert not [line for line in table.splitlines() if line.startswith("| ") and not line.endswith("|")]


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a block"):
        codegen.markdown("# no blocks\n")
