"""Reading the portal map: the installed flows' own files, an operator's file over them, and all that is wrong with that file."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache, lru_cache
from importlib.metadata import entry_points
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from robot.errors import SettingsError
from robot.portalmap.model import Element, Page, PortalMap, Table
from robot.portalmap.ways import Way

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

GROUP: Final = "vss_robot.portal_maps"
# Tables whose keys are the map's own: an operator's file says what differs, and has nothing new to say.
_KNOWN: Final = ("parts", "elements", "texts", "query")


def load_map(own: Path | None = None) -> PortalMap:
    """The map of the installed flows, with what `own` says over it (`[portal] map`).

    Raises:
        SettingsError: `portal_map_wrong`: every fault of the file as `file: path: message`, a line each.
    """
    if own is None:
        return _shipped()
    try:
        return _with_own(own, own.stat().st_mtime_ns)
    except OSError as wrong:
        raise SettingsError("portal_map_wrong", faults=f"{own}: {wrong.strerror}") from wrong


@cache
def _written() -> dict[str, dict[str, Any]]:
    """The pages of the installed flows, as they are written."""
    found: dict[str, dict[str, Any]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            folder = files(point.value)
        except ModuleNotFoundError as wrong:
            raise SettingsError("portal_map_wrong", faults=f"{point.value}: {wrong}") from wrong
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            name, dot, ending = file.name.rpartition(".")
            if not dot or ending != "toml":
                continue
            if name in found:
                raise SettingsError("portal_map_wrong", faults=f"{file}: {name}: another flow's map has a page of this name")
            try:
                found[name] = tomllib.loads(file.read_text(encoding="utf-8"))
            except ValueError as wrong:
                raise SettingsError("portal_map_wrong", faults=f"{file}: {wrong}") from wrong
    return found


@cache
def _shipped() -> PortalMap:
    return _checked(_written(), "vss_robot.portal_maps")


@lru_cache(maxsize=4)
def _with_own(own: Path, _changed: int) -> PortalMap:
    """The map with an operator's file; read anew when the file has changed."""
    _shipped()  # a fault of the flows' own files is not the operator's
    try:
        differs = tomllib.loads(own.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise SettingsError("portal_map_wrong", faults=f"{own}: {wrong}") from wrong
    unknown = list(_unknown(differs))
    if unknown:
        raise SettingsError("portal_map_wrong", faults=_lines(own, unknown))
    return _checked({name: _over(page, differs.get(name, {})) for name, page in _written().items()}, own)


def _unknown(differs: dict[str, Any]) -> list[tuple[str, str]]:
    """Pages and names in them that the map does not know, with the nearest that it does."""
    found: list[tuple[str, str]] = []
    for name, page in differs.items():
        known = _written().get(name)
        if known is None:
            found.append((name, _nearest("page", name, list(_written()))))
            continue
        for table in _KNOWN:
            said = page.get(table, {}) if isinstance(page, dict) else {}
            names = list(known.get(table, {}))
            strange = [key for key in said if key not in names] if isinstance(said, dict) else []
            found += [(f"{name}.{table}.{key}", _nearest("name", key, names)) for key in strange]
    return found


def _nearest(what: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"no such {what}; did you mean {near[0]}?" if near else f"no such {what}; known are {', '.join(known) or 'none'}"


def _checked(written: dict[str, Any], source: object) -> PortalMap:
    try:
        return PortalMap.model_validate({"pages": written})
    except ValidationError as wrong:
        faults = [_fault(error) for error in wrong.errors(include_url=False)]
        raise SettingsError("portal_map_wrong", faults=_lines(source, faults)) from wrong


def _fault(error: ErrorDetails) -> tuple[str, str]:
    """Path and message; what a model says of itself begins with the path within it."""
    path = [str(part) for part in error["loc"][1:]]
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = _nearest("key", path[-1], list(_model_at(path[1:]).model_fields))
    return ".".join(path), message


def _model_at(path: list[str]) -> type[BaseModel]:
    """The model that the last name of a path within a page is a key of."""
    if "find" in path or "others" in path:
        return Way
    if "table" in path:
        return Table
    return Element if "elements" in path else Page


def _lines(source: object, faults: list[tuple[str, str]]) -> str:
    return "\n".join(f"{source}: {path}: {message}" if path else f"{source}: {message}" for path, message in faults)


def _over(below: dict[str, Any], above: Any) -> Any:
    """`above` laid over `below`, table by table; a list is taken whole."""
    if not isinstance(above, dict):
        return above
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _over(merged[key], value) if isinstance(merged.get(key), dict) else value
    return merged
