"""Where a token's PKCS#11 driver lies: named by its file, by its brand, or by a PKCS#11 URI; places known are data."""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from robot.errors import SettingsError
from robot.signing.token.uri import SCHEME, parse_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ENDINGS = {"windows": (".dll",), "linux": (".so",), "darwin": (".dylib", ".so")}


@dataclass(frozen=True)
class Places:
    """What the data file says for one system: the folders to look into, and the files' names by brand, newest first."""

    folders: tuple[Path, ...]
    brands: Mapping[str, tuple[str, ...]]

    def of(self, brand: str) -> list[Path]:
        """Every place where a driver of this brand may lie; a newer one comes first, in whichever folder it is."""
        return self.where(self.brands[brand])

    def where(self, names: Iterable[str]) -> list[Path]:
        """Every place where a file of one of these names may lie."""
        return [folder / name for name in names for folder in self.folders]


@cache
def places(system: str = "") -> Places:
    """The known places of `windows`, `linux` or `darwin`; of this system when left out."""
    system = system or {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")
    known = tomllib.loads(files(__package__).joinpath("drivers.toml").read_text(encoding="utf-8"))
    brands = {
        brand: (*(row.get(system) or ()), *(name for stem in row["stems"] for name in _names(stem, system)))
        for brand, row in known["brands"].items()
    }
    return Places(tuple(Path(os.path.expandvars(folder)) for folder in known["folders"][system]), brands)


def find_driver(named: str) -> Path:
    """The driver's file.

    Args:
        named: a path, a brand (`viettel-ca`, `vnpt-ca`, `softhsm` and so on), or a URI (RFC 7512) with `module-path` or
            `module-name`.

    Raises:
        SettingsError: no such file, brand or module; the sentence names the places looked at.
    """
    if named.casefold().startswith(SCHEME):
        return _by_uri(named)
    if named.casefold() in places().brands:
        return _first(named, places().of(named.casefold()))
    path = Path(named).expanduser()
    if path.is_file():
        return path.resolve()
    if path.suffix or path.name != named:
        raise SettingsError("driver_nowhere", name=named, places=path.absolute())
    raise SettingsError("driver_unknown", name=named, known=", ".join(places().brands))


def known_drivers() -> list[Path]:
    """Drivers of known brands that lie on this machine, at most one a brand; SoftHSM and OpenSC come last."""
    found = (next((path for path in places().of(brand) if path.is_file()), None) for brand in places().brands)
    return list(dict.fromkeys(path for path in found if path is not None))


def _by_uri(text: str) -> Path:
    uri = parse_uri(text)
    if uri.module_path:
        return _first(uri.module_path, [Path(uri.module_path)])
    if not uri.module_name:
        raise SettingsError("driver_uri_wrong", why="it has neither module-path nor module-name")
    if uri.module_name.casefold() in places().brands:
        return _first(uri.module_name, places().of(uri.module_name.casefold()))
    system = {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")
    return _first(uri.module_name, places().where(_names(uri.module_name, system)))


def _first(name: str, candidates: list[Path]) -> Path:
    for path in candidates:
        if path.is_file():
            return path
    looked_at = dict.fromkeys(path if len(candidates) == 1 else path.parent for path in candidates)
    raise SettingsError("driver_nowhere", name=name, places=", ".join(map(str, looked_at)))


def _names(stem: str, system: str) -> tuple[str, ...]:
    prefixes = ("",) if system == "windows" else ("", "lib")
    return tuple(f"{prefix}{stem}{ending}" for ending in _ENDINGS[system] for prefix in prefixes)
