"""Writing an operator's own map: what differs from the shipped one, as a file that a person can read and mend."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from robot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from robot.portalmap.ways import Way

Changes = dict[tuple[str, str], tuple["Way", ...]]
"""New ways by page and element."""


def write_own(file: Path, changes: Mapping[tuple[str, str], Sequence[Way]], note: str) -> None:
    """Write `changes` into the file, over what it says of them already; a file that was there is kept beside it (`.before`).

    `note` stands at the head as a comment.

    Raises:
        SettingsError: what is there is not TOML, or the file cannot be written.
    """
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        written: dict[str, Any] = tomllib.loads(before)
        for (page, element), ways in changes.items():
            place = written.setdefault(page, {}).setdefault("elements", {}).setdefault(element, {})
            place["find"] = [way.model_dump(exclude_none=True) for way in ways]
        text = "\n".join([*(f"# {line}" for line in note.splitlines()), *_tables(written, ())]) + "\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        if before:
            file.with_name(f"{file.name}.before").write_text(before, encoding="utf-8")
        fresh = file.with_name(f".{file.name}.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except (OSError, ValueError) as wrong:
        raise SettingsError("portal_map_wrong", faults=f"{file}: {wrong}") from wrong


def _tables(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """A table's own keys, then the tables in it, each under its dotted name."""
    own = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if own:
        if path:
            yield ""
            yield f"[{'.'.join(map(_key, path))}]"
        for key, value in own.items():
            yield f"{_key(key)} = {_value(value, outermost=True)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _tables(value, (*path, key))


def _value(value: Any, *, outermost: bool = False) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        inner = [_value(each) for each in value]
        if outermost and any(isinstance(each, dict) for each in value):
            return "[\n" + "".join(f"    {each},\n" for each in inner) + "]"
        return f"[{', '.join(inner)}]"
    # JSON's strings are TOML's, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)
