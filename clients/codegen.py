"""Writes what is derived from the protocol: `python -m clients.codegen`, or `--check` to fail on a difference.

- `docs/protocol.schema.json`: JSON Schema of every message.
- `clients/web/src/wire/protocol.ts`: the types of the pages.
- `docs/protocol.md`: its tables, each between `<!-- generated: name -->` and `<!-- end -->`; the
  prose around them is written there and kept.
"""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator, Sequence
from enum import Enum, StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec import inspect as types

from quickpoll import protocol
from quickpoll.broken import BrokenRule
from quickpoll.protocol import COMMANDS, MESSAGES

ROOT: Final = Path(__file__).parent.parent
SOURCES: Final = ("quickpoll.protocol", "quickpoll.questions")
HEADER: Final = "Generated from quickpoll/protocol.py by `make generate`; edit it there."


# -- what the source says -------------------------------------------------------------------


def _fields(struct: type[Any]) -> tuple[types.Field, ...]:
    return types.type_info(struct).fields  # type: ignore[attr-defined,no-any-return]


def _inside(type_: types.Type) -> Iterator[type[Any]]:
    """Every struct and enum that a type is made of, itself last."""
    match type_:
        case types.UnionType(types=members):
            for member in members:
                yield from _inside(member)
        case types.VarTupleType(item_type=item):
            yield from _inside(item)
        case types.StructType(cls=struct, fields=fields):
            for field in fields:
                yield from _inside(field.type)
            yield struct
        case types.EnumType(cls=enum):
            yield enum
        case _:
            pass


def _parts(messages: tuple[type[Struct], ...]) -> list[type[Any]]:
    found = dict.fromkeys(part for message in messages for part in _inside(types.type_info(message)))
    return [part for part in found if part not in messages]


CLIENT_PARTS: Final = _parts(COMMANDS)
SERVER_PARTS: Final = [part for part in _parts(MESSAGES) if part not in CLIENT_PARTS]


def _may_be_absent(struct: type[Any], field: types.Field) -> bool:
    """What a client writes may leave out any default; what the server writes, only what is unset."""
    if struct in COMMANDS or struct in CLIENT_PARTS:
        return not field.required
    return not field.required and field.default is NODEFAULT and field.default_factory is NODEFAULT


def _doc(thing: type[Any]) -> str:
    doc = inspect.getdoc(thing) or ""
    return f"{doc} Reply: `{protocol.reply_of(thing).__struct_config__.tag}`." if thing in COMMANDS else doc


@cache
def _source(module: str) -> str:
    return inspect.getsource(sys.modules[module])


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(_source(module)).body if isinstance(node, ast.ClassDef)}


def _field_docs(struct: type[Any]) -> dict[str, str]:
    """The string that stands under a field, by the field's name."""
    docs = {}
    for part in reversed([part for part in struct.__mro__ if part.__module__ in SOURCES]):
        for field, text in pairwise(_classes(part.__module__)[part.__name__].body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(doc))):
                    docs[name] = doc
    return docs


def _member_docs(enum: type[Enum]) -> dict[str, str]:
    """The comment behind a member, by the member's name."""
    definition = _classes(enum.__module__)[enum.__name__]
    lines = _source(enum.__module__).splitlines()[definition.lineno : definition.end_lineno]
    return dict(re.findall(r"^    (\w+) = \S+  # (.+)$", "\n".join(lines), re.MULTILINE))


def _constants() -> dict[str, int]:
    return {name: value for name, value in vars(protocol).items() if name.isupper() and type(value) is int}


# -- JSON Schema ----------------------------------------------------------------------------


def schema() -> str:
    """The text of `docs/protocol.schema.json`: a message of either side is valid against it."""
    unions = (protocol.AnyClientMessage, protocol.AnyServerMessage)
    (client, server), parts = msgspec.json.schema_components(unions, ref_template="#/$defs/{name}")
    documented = {struct.__name__: _doc(struct) for struct in COMMANDS}
    for name, part in parts.items():
        if "description" in part:
            part["description"] = documented.get(name) or inspect.cleandoc(part["description"])
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"QuickPoll wire protocol, version {protocol.PROTOCOL_VERSION}",
        "$comment": HEADER,
        "anyOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
        "$defs": {"ClientMessage": client, "ServerMessage": server, **parts},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


# -- TypeScript -----------------------------------------------------------------------------

_ALIASES: Final = {
    name: types.type_info(getattr(protocol, name))
    for name in ("QuestionKind", "Question", "Answer", "ExtraTimePercent", "PagePart")
}


def typescript() -> str:
    """The text of `clients/web/src/wire/protocol.ts`."""
    blocks = [f"// {HEADER}\n"]
    blocks += [f"export const {name} = {value};" for name, value in _constants().items()]
    blocks += [
        "",
        *(
            _ts_enum(enum)
            for enum in (protocol.ErrorCode, BrokenRule, protocol.CloseCode, protocol.Role, protocol.Phase)
        ),
    ]
    blocks += [f"export type {name} = {_ts_type(type_, alias=False)};\n" for name, type_ in _ALIASES.items()]
    structs = [part for part in (*CLIENT_PARTS, *COMMANDS, *SERVER_PARTS, *MESSAGES) if not issubclass(part, Enum)]
    blocks += [_ts_interface(struct) for struct in structs]
    for name, members in (("AnyClientMessage", COMMANDS), ("AnyServerMessage", MESSAGES)):
        blocks.append(f"export type {name} =\n  | " + "\n  | ".join(m.__name__ for m in members) + ";\n")
    return "\n".join(blocks)


def _ts_comment(text: str, indent: str = "") -> str:
    if "\n" not in text:
        return f"{indent}/** {text} */\n" if text else ""
    lines = "".join(f"{indent} * {line}".rstrip() + "\n" for line in text.splitlines())
    return f"{indent}/**\n{lines}{indent} */\n"


def _ts_enum(enum: type[Enum]) -> str:
    docs = _member_docs(enum)
    members = "".join(f"{_ts_comment(docs.get(m.name, ''), '  ')}  {m.name}: {json.dumps(m.value)},\n" for m in enum)
    head = f"{_ts_comment(_doc(enum))}export const {enum.__name__} = {{\n{members}}} as const;\n"
    return head + f"export type {enum.__name__} = (typeof {enum.__name__})[keyof typeof {enum.__name__}];\n"


def _ts_interface(struct: type[Struct]) -> str:
    config, docs = struct.__struct_config__, _field_docs(struct)
    lines = [f"  {config.tag_field}: {json.dumps(config.tag)};\n"] if config.tag else []
    for field in _fields(struct):
        type_ = _ts_type(field.type, server=struct in MESSAGES or struct in SERVER_PARTS)
        mark = "?" if _may_be_absent(struct, field) else ""
        lines.append(f"{_ts_comment(docs.get(field.name, ''), '  ')}  {field.encode_name}{mark}: {type_};\n")
    return f"{_ts_comment(_doc(struct))}export interface {struct.__name__} {{\n{''.join(lines)}}}\n"


def _ts_type(type_: types.Type, *, server: bool = False, alias: bool = True) -> str:
    for name, aliased in _ALIASES.items():
        if alias and type_ == aliased:
            return name
    match type_:
        case types.IntType() | types.FloatType():
            return "number"
        case types.StrType():
            return "string"
        case types.BoolType():
            return "boolean"
        case types.NoneType():
            return "null"
        case types.LiteralType(values=values):
            return " | ".join(json.dumps(value) for value in values)
        case types.UnionType(types=members):
            return " | ".join(dict.fromkeys(_ts_type(member, server=server) for member in members))
        case types.VarTupleType(item_type=item):
            each = _ts_type(item, server=server)
            return f"({each})[]" if " | " in each else f"{each}[]"
        case types.EnumType(cls=enum):
            return enum.__name__
        case types.StructType(cls=struct) if server and struct in CLIENT_PARTS:
            return f"Required<{struct.__name__}>"  # the server writes the defaults, too
        case types.StructType(cls=struct):
            return struct.__name__
        case _:
            raise TypeError(f"no TypeScript for {type_}")


# -- Markdown -------------------------------------------------------------------------------


def markdown(page: str) -> str:
    """The text of `docs/protocol.md`: `page` with its tables rewritten."""
    tables = {
        "limits": _md_table("| limit | |", [(f"`{name}`", f"{value:,}") for name, value in _constants().items()]),
        "commands": _md_commands(),
        "messages": _md_messages(),
        "quiz": "\n".join(_md_input(part) for part in CLIENT_PARTS),
        "parts": "\n".join(_md_part(part) for part in SERVER_PARTS if part not in (protocol.ErrorCode, BrokenRule)),
        "errors": _md_enum(protocol.ErrorCode),
        "rules": _md_enum(BrokenRule),
        "close codes": _md_enum(protocol.CloseCode),
    }
    for name, table in tables.items():
        before, mark, rest = page.partition(f"<!-- generated: {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if not end:
            raise ValueError(f"docs/protocol.md needs a block {name!r}")
        page = f"{before}{mark}\n{table}\n{end}{after}"
    return page


def _md_table(head: str, rows: Sequence[Sequence[str]]) -> str:
    lines = [head, re.sub(r"[^|]+", "---", head)]
    lines += ["| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _md_fields(struct: type[Struct]) -> str:
    inherited = {"id", "reply_to", "seq"}
    fields = [field for field in _fields(struct) if field.name not in inherited or not struct.__struct_config__.tag]
    return "; ".join(f"`{f.encode_name}`{'?' if _may_be_absent(struct, f) else ''}: {_md_type(f.type)}" for f in fields)


def _md_commands() -> str:
    rows = []
    for struct in COMMANDS:
        by = struct.by or ("anyone" if struct in protocol.GATEWAY_COMMANDS else "newcomer")
        phases = ", ".join(phase for phase in protocol.Phase if phase in struct.phases)
        only_in = "" if struct.phases == protocol.ANY_PHASE else phases
        what, reply = _doc(struct).split(" Reply: ")
        rows.append((f"`{struct.__struct_config__.tag}`", _md_fields(struct), by, only_in, reply.rstrip("."), what))
    return _md_table("| type | fields | by | only in | reply | what it does |", rows)


def _md_messages() -> str:
    rows = []
    for struct in MESSAGES:
        seq = "yes" if issubclass(struct, protocol.Broadcast) else ""
        rows.append((f"`{struct.__struct_config__.tag}`", seq, _doc(struct), _md_fields(struct)))
    return _md_table("| type | `seq` | to whom, and when | fields |", rows)


def _md_input(part: type[Any]) -> str:
    docs = _field_docs(part)
    rows = [
        (
            f"`{field.encode_name}`{'?' if _may_be_absent(part, field) else ''}",
            _md_type(field.type),
            "" if field.default is NODEFAULT else f"`{json.dumps(field.default)}`",
            docs.get(field.name, ""),
        )
        for field in _fields(part)
    ]
    if tag := part.__struct_config__.tag:
        rows.insert(0, (f"`{part.__struct_config__.tag_field}`", f"`{tag}`", "", ""))
    return f"### {part.__name__}\n\n{_doc(part)}\n\n" + _md_table("| field | type | default | |", rows)


def _md_part(part: type[Any]) -> str:
    content = "One of " + ", ".join(f"`{m}`" for m in part) if issubclass(part, StrEnum) else _md_fields(part)
    return f"### {part.__name__}\n\n{_doc(part)}\n\n{content}.\n"


def _md_enum(enum: type[Enum]) -> str:
    docs = _member_docs(enum)
    return _md_table("| code | means |", [(f"`{member.value}`", docs[member.name]) for member in enum])


def _md_type(type_: types.Type) -> str:
    match type_:
        case types.IntType(ge=low, le=high):
            return "integer" if low is None else f"integer {low}–{high}"
        case types.FloatType():
            return "number"
        case types.StrType(pattern=str(pattern)):
            return f"string `{pattern}`" if len(pattern) < 20 else "string of a pattern in the schema"
        case types.StrType(min_length=low, max_length=high):
            return "string" if high is None else f"string of {low or 0}–{high} characters"
        case types.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case types.UnionType(types=members):
            return " or ".join(_md_type(member) for member in members)
        case types.VarTupleType(item_type=item, min_length=low, max_length=high):
            return f"list of {_md_type(item)}" + ("" if high is None else f", {low or 0}–{high} of them")
        case types.StructType(cls=part) | types.EnumType(cls=part):
            return (
                f"`{part.__struct_config__.tag}`"
                if part in MESSAGES
                else f"[{part.__name__}](#{part.__name__.lower()})"
            )
        case _:
            return {types.BoolType: "boolean", types.NoneType: "null"}[type(type_)]


# -- files ----------------------------------------------------------------------------------


def generated() -> dict[Path, str]:
    """Each generated file with the text that it must have."""
    page = ROOT / "docs/protocol.md"
    return {
        ROOT / "docs/protocol.schema.json": schema(),
        ROOT / "clients/web/src/wire/protocol.ts": typescript(),
        page: markdown(page.read_text()),
    }


def main(arguments: list[str]) -> int:
    """Writes the files, or with `--check` only tells which ones differ (exit code 1)."""
    stale = [path for path, text in generated().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} differs from the protocol: run `make generate`", file=sys.stderr)
        else:
            path.write_text(generated()[path])
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
