"""The settings described from their own model: for `vss-robot init`, and for the table in README."""

from __future__ import annotations

import json
import types
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from robot.settings.model import Organisation, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

EXAMPLE_KEY = "cong-ty"
EXAMPLE: Mapping[str, Any] = {
    "name": "CÔNG TY TNHH THỬ NGHIỆM",
    "tax_code": "9909000010",
    "province": "Thành phố Hà Nội",
    "agency_name": "BHXH cơ sở Ba Đình",
    "agency_code": "00101",
    "email": "ke-toan@cong-ty.example",
    "contact": "Nguyễn Thị Thử",
    "address": "1 Phố Thử Nghiệm, Hà Nội",
}


@dataclass(frozen=True)
class Row:
    """One setting: its table, key, kind, default as TOML (empty where there is none) and what it is for."""

    table: str
    key: str
    kind: str
    default: str
    about: str

    @property
    def required(self) -> bool:
        """Whether there is no default and the setting cannot be left out."""
        return self.default == "" and "or left out" not in self.kind


def rows() -> list[Row]:
    """Every setting, table by table; `[organisations.KEY]` last."""
    return [*_rows(Settings, ""), *_rows(Organisation, "organisations.KEY")]


def sample() -> str:
    """A commented robot.toml: every setting with its default as a comment, and one made-up organisation to be replaced."""
    written: list[str] = [
        "# Settings of vss-robot. A line that begins with # shows a default; take the # away to change it.",
        '# Secrets are never written here: password = "keyring:NAME" refers to `vss-robot vault set NAME`.',
    ]
    table = None
    for row in rows():
        if row.table != table:
            table = row.table
            if table:
                written += ["", f"[{table.replace('KEY', EXAMPLE_KEY)}]"]
        written.append(f"# {row.about} ({row.kind})")
        if row.table == "organisations.KEY" and row.key in EXAMPLE:
            written.append(f"{row.key} = {as_toml(EXAMPLE[row.key])}")
        else:
            written.append(f"# {row.key} = {row.default or '…'}")
    return "\n".join(written) + "\n"


def as_toml(value: Any) -> str:
    """A default value as TOML writes it; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)


def _rows(model: type[BaseModel], table: str) -> Iterator[Row]:
    nested: list[tuple[str, type[BaseModel]]] = []
    for key, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            nested.append((f"{table}.{key}".lstrip("."), inner))
        elif key != "organisations":
            yield Row(table, key, _kind(inner), _default(field), field.description or "")
    for name, inner in nested:
        yield from _rows(inner, name)


def _default(field: FieldInfo) -> str:
    return "" if field.default is PydanticUndefined else as_toml(field.default)


def _kind(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return " or ".join(map(str, get_args(annotation)))
    if origin in {Union, types.UnionType}:
        kinds = [_kind(part) for part in get_args(annotation) if part is not type(None)]
        return " or ".join([*kinds, "left out"])
    if origin is tuple:
        return "list"
    names = {str: "text", Path: "path", int: "number", float: "number", bool: "true or false", date: "date"}
    return names.get(annotation, "text")
