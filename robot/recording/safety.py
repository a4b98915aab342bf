"""A recording searched for what must not be in it: every file, unpacked as far as it can be unpacked.

Archives are opened, compressed files inflated, mails and HAR bodies decoded, and every longer run of base64 or hexadecimal digits
in any text is looked into as well: a certificate's bytes hold names, a dossier holds dossiers.
"""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
import zlib
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.recording.placeholders import SHORT, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

SHORTEST: Final = 4  # a shorter secret stands in any text
DEEPEST: Final = 5
LARGEST: Final = 1 << 26  # bytes of what was compressed
_BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9_-]{4}){8,}(?:[A-Za-z0-9+/_-]{2,3}={0,2})?")
_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}){24,}")
_FOLDED: Final = re.compile(rb"(?<=[A-Za-z0-9+/]{60})\r?\n(?=[A-Za-z0-9+/=])")  # base64 in a mail or a PEM file
_ESCAPED: Final = re.compile(rb"\\u([0-9a-fA-F]{4})")
_PERCENT: Final = re.compile(rb"%([0-9a-fA-F]{2})")


@dataclass(frozen=True)
class Hit:
    """Something found: in which file (`!` before what it was unpacked from), and its name, never the value."""

    file: str
    what: str


def search(folder: Path, known: Mapping[str, str]) -> list[Hit]:
    """Each file of a folder in which one of the values is found; `known` gives each value its name."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return search_files(((file.relative_to(folder).as_posix(), file.read_bytes()) for file in files), known)


def search_files(files: Iterable[tuple[str, bytes]], known: Mapping[str, str]) -> list[Hit]:
    """The same for files that are not written yet: names and bytes."""
    needles = [(form.encode(), what, len(value) < SHORT) for value, what in known.items() for form in _forms(value)]
    needles += [(value.encode("utf-16-be"), what, False) for value, what in known.items() if len(value) >= SHORT]
    found: dict[tuple[str, str], Hit] = {}
    for name, content in files:
        for place, held in unpacked(name, content):
            for what in _found(held, needles):
                found.setdefault((name, what), Hit(place, what))
    return list(found.values())


def unpacked(name: str, held: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and whatever can be unpacked from them, however deep (five times at most)."""
    yield name, held
    if depth >= DEEPEST:
        return
    for inner_name, inner in _inner(held):
        yield from unpacked(f"{name}!{inner_name}", inner, depth + 1)


def _inner(held: bytes) -> Iterator[tuple[str, bytes]]:
    if held.startswith(b"PK"):
        yield from _entries(held)
    elif held.startswith((b"\x1f\x8b", b"\x78\x9c", b"\x78\xda")):
        with contextlib.suppress(zlib.error):
            yield "inflated", zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(held, LARGEST)
    elif not held.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF", b"wOF")):  # a picture or a font holds no text
        yield from _runs(held)


def _entries(held: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            for entry in archive.namelist():
                yield entry, archive.read(entry)
            yield "comment", archive.comment
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return


def _runs(held: bytes) -> Iterator[tuple[str, bytes]]:
    """What is written in base64 or hexadecimal within a text, and the text without its escapes."""
    joined = _FOLDED.sub(b"", held)
    for number, run in enumerate(_BASE64.finditer(joined)):
        yield from _decoded(f"base64 {number + 1}", run[0])
    for number, run in enumerate(_HEX.finditer(joined)):
        yield f"hex {number + 1}", bytes.fromhex(run[0].decode())
    if _ESCAPED.search(held):
        yield "unescaped", _ESCAPED.sub(lambda each: chr(int(each[1], 16)).encode("utf-8", "replace"), held)
    if _PERCENT.search(held):
        yield "unquoted", _PERCENT.sub(lambda each: bytes([int(each[1], 16)]), held.replace(b"+", b" "))


def _decoded(name: str, run: bytes) -> Iterator[tuple[str, bytes]]:
    plain = run.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        yield name, b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + b"=" * (-len(plain) % 4))
    except (NotBase64, ValueError):
        return


def _forms(value: str) -> Iterable[str]:
    return (form for form in ways(value) if len(form) >= SHORTEST)


def _found(held: bytes, needles: list[tuple[bytes, str, bool]]) -> Iterator[str]:
    """Names of what is found; a short one only where it stands alone in a text."""
    for needle, what, alone in needles:
        if needle not in held:
            continue
        if alone and (b"\0" in held or not re.search(rb"(?<![0-9A-Za-z])" + re.escape(needle) + rb"(?![0-9A-Za-z])", held)):
            continue
        yield what
