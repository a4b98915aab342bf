"""Reads a dossier into memory: a container, a zip of one, or a single inner form. Nothing is written, nothing is unpacked."""

from __future__ import annotations

import binascii
import hashlib
import sys
from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING

from robot.dossier.archive import ZIP, unpacked
from robot.dossier.container import NotAContainer
from robot.dossier.guarded import parsed
from robot.dossier.head import FORM_ROOTS, ROOT
from robot.dossier.limits import CHECK_LIMITS, Limits, read_bytes
from robot.dossier.model import Declared, Dossier, Form, Row
from robot.errors import DossierUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lxml import etree

    from robot.dossier.rules import Rules

_CONTENT = "NoiDungFile"
_PIECE = 1 << 20  # letters decoded at a time; whole groups of four
_FILES = "NoiDung/ThongTinHoSo/ToKhais/FileToKhai"
_PARTS = ("NoiDung/ThongTinDonVi", "NoiDung/ThongTinHoSo")


def read_dossier(file: Path, rules: Rules, limits: Limits = CHECK_LIMITS) -> Dossier:
    """The dossier in `file`; `rules` tell where a form's rows stand.

    What is wrong inside a container (base64, an inner form) is kept in the model for the check to name.

    Raises:
        DossierUnreadable: absent, empty, too large, a zip that is refused, not XML, or a root that is neither a container's nor
            a form's.
    """
    held = read_bytes(file, limits.file_mb)
    zipped = held.startswith(ZIP)
    name, document = unpacked(file, held, limits) if zipped else (file.name, held)
    size, sha256 = len(held), hashlib.sha256(held).hexdigest()
    del held
    try:
        root = parsed(document, limits)
    except NotAContainer as wrong:
        raise DossierUnreadable("dossier_not_xml", file=file, why=_short(str(wrong))) from wrong
    tag = str(root.tag)
    if tag == ROOT:
        fields, twice = _container_fields(root)
        declared = tuple(_declared(number, element) for number, element in enumerate(root.iterfind(_FILES), start=1))
        forms = tuple(
            replace(read_form(one.code, one.file_name, one.raw, rules, limits), number=one.number)
            for one in declared
            if one.is_form and one.raw
        )
        return Dossier(file, size, sha256, "zip" if zipped else "container", document, fields, twice, declared, forms)
    if tag in rules.forms or tag in FORM_ROOTS:
        return Dossier(file, size, sha256, "form", document, forms=(_form(tag, name, document, root, rules),))
    raise DossierUnreadable("dossier_not_xml", file=file, why=_short(f"<{tag}>"))


def read_form(code: str, file_name: str, raw: bytes, rules: Rules, limits: Limits = CHECK_LIMITS) -> Form:
    """One inner form; one that cannot be read says why."""
    try:
        root = parsed(raw, limits)
    except NotAContainer as wrong:
        return Form(code, file_name, raw, why=_short(str(wrong)) or "XML")
    return _form(code, file_name, raw, root, rules)


def _form(code: str, file_name: str, raw: bytes, root: etree._Element, rules: Rules) -> Form:
    known = rules.forms.get(rules.root_of(code))
    path = known.rows if known else ""
    fields, twice = _texts(child for child in root if len(child) == 0)
    rows = []
    for number, element in enumerate(root.iterfind(path) if path else (), start=1):
        values, again = _texts(element)
        rows.append(Row(number, values, again))
    return Form(code, file_name, raw, str(root.tag), fields, twice, tuple(rows))


def _container_fields(root: etree._Element) -> tuple[Mapping[str, str], tuple[str, ...]]:
    parts = [part for path in _PARTS for part in root.iterfind(path)]
    fields, twice = _texts(child for part in parts for child in part if child.tag != "ToKhais")
    doubled = [path.rpartition("/")[2] for path in (*_PARTS, "NoiDung", f"{_PARTS[1]}/ToKhais") if len(root.findall(path)) > 1]
    return fields, (*doubled, *twice)


def _declared(number: int, element: etree._Element) -> Declared:
    fields, twice = _texts(child for child in element if child.tag != _CONTENT)
    contents = element.findall(_CONTENT)
    if len(contents) > 1:
        twice = (*twice, _CONTENT)
    content = (contents[0].text or "") if contents else ""
    raw = _decoded(content)
    if raw is None and content.split(None, 1)[:1] != [content]:
        raw = _decoded("".join(content.split()))  # broken into lines, which is no fault that is known
    return Declared(number, fields, twice, len(content), raw)


def _decoded(text: str) -> bytes | None:
    """What base64 holds, or None where it is none; in pieces, since a large text would be held several times over."""
    decoded = bytearray()
    for begin in range(0, len(text), _PIECE):
        try:
            piece = b64decode(text[begin : begin + _PIECE], validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(piece) < _PIECE // 4 * 3 and begin + _PIECE < len(text):  # padding before the end
            return None
        decoded += piece
    return bytes(decoded)


def _texts(elements: Iterable[etree._Element]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Texts by name, the first of each, and the names that stand there more than once."""
    fields: dict[str, str] = {}
    twice: list[str] = []
    for element in elements:
        name = element.tag
        if not isinstance(name, str):  # a comment or an instruction
            continue
        if name in fields:
            twice.append(name)
        else:
            fields[sys.intern(name)] = (element.text or "").strip()
    return fields, tuple(twice)


def _short(text: str) -> str:
    """On one line, at most 200 characters."""
    return " ".join(text.split())[:200]
