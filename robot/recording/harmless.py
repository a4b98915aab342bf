"""A dossier made harmless: the same length and the same head, and nothing in it that is anybody's.

The flows read its head, the portal's page its procedure and period; everything else is overwritten letter by letter, digits by
digits, in inner files too, and signatures with the rest. The organisation's particulars become the values that a replay makes up.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Final

from robot.recording.made_up import made_up, written_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from robot.recording.placeholders import Register

# What says which form it is, and of which month; all else may be a person's.
SAFE: Final = frozenset(
    {"MaThuTuc", "TenThuTuc", "KyKeKhai", "NgayLap", "SoLuongFile", "QuyTrinhISO", "CoQuanQuanLy", "LoaiDoiTuong"}
    | {"MaToKhai", "LoaiFile", "DoDaiFile", "STT", "pa", "tuThang", "denThang"}
)
SHORTEST: Final = 6  # a shorter value of a form (a row's number, a sex) is nobody's by itself
SIGNATURE: Final = frozenset({"SignatureValue", "DigestValue", "X509Certificate", "Modulus"})
_INNER: Final = "NoiDungFile"
_FORM_FILE: Final = re.compile(r"[A-Z0-9]{3,6}-[A-Z]{2,4}(-595)?\.xml")
_TOKEN: Final = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<[^>]*>|[^<]+", re.DOTALL)
_TAG: Final = re.compile(r"<(/?)(?:[\w.-]+:)?([\w.-]+)([^>]*?)(/?)>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"""(\s)([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_KEPT_ATTRIBUTES: Final = frozenset({"Algorithm", "Encoding"})
_LETTER: Final = re.compile(r"&#?\w+;|.", re.DOTALL)  # an entity stands for a letter
_KEPT_BYTES: Final = 8  # of an attachment: what kind of file it is
_LONGEST_COMMENT: Final = 65_535
_FILLER: Final = "-"  # the entry that keeps an archive's length
_ZIP: Final = b"PK\x03\x04"
_BY_SIZE: Final = {1: "x", 2: "ă", 3: "ạ"}


class CannotBeHarmless(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """The file is not one whose text can be overwritten in place: the text says why."""


def persons(dossier: bytes) -> list[tuple[str, str]]:
    """What a dossier says of people and firms: the element's name and its value, in the document's order.

    The same value in an element that is safe (the month of the whole dossier, in each row) is nobody's.

    Raises:
        CannotBeHarmless: see there.
    """
    found: list[tuple[str, str]] = []
    safe: set[str] = set()

    def note(name: str, text: str) -> str:
        value = " ".join(html.unescape(text).split())
        if name in SAFE:
            safe.add(value)
        elif name and name not in SIGNATURE and len(value) >= SHORTEST and not _FORM_FILE.fullmatch(value):
            found.append((name, value))
        return text

    _rewritten(dossier, note)
    return [(name, value) for name, value in found if value not in safe]


def harmless(dossier: bytes, register: Register) -> bytes:
    """The same number of bytes; values that the register knows become their made-up ones, where these are as long.

    Raises:
        CannotBeHarmless: see there.
    """

    def overwrite(name: str, text: str) -> str:
        if name in SAFE or _FORM_FILE.fullmatch(text.strip()):
            return text
        placeholder = register.placeholder(html.unescape(text.strip()))
        if placeholder is not None and name not in SIGNATURE:
            value = written_as(made_up(placeholder, register.shape(placeholder)), text.strip())
            if len(value.encode()) == len(text.encode()):
                return value
        return _LETTER.sub(lambda each: _overwritten(each[0]) if len(each[0]) == 1 else "x" * len(each[0]), text)

    made = _rewritten(dossier, overwrite)
    if len(made) != len(dossier):
        message = f"{len(made)} bytes in place of {len(dossier)}"
        raise CannotBeHarmless(message)
    return made


def _overwritten(letter: str) -> str:
    """A letter for a letter, of as many bytes, a digit for a digit; signs and blanks stay."""
    if letter.isdecimal() and letter.isascii():
        return "1"
    if not letter.isalpha() and letter.isascii():
        return letter
    size = len(letter.encode())
    return "X" if size == 1 and letter.isupper() else _BY_SIZE.get(size, "xxxx")


def _rewritten(held: bytes, change: Callable[[str, str], str]) -> bytes:
    """A dossier, or an archive of one, with each text of an element changed by its name."""
    if not held.startswith(_ZIP):
        return _document(held, change)
    try:
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError) as wrong:
        raise CannotBeHarmless(type(wrong).__name__) from wrong
    made = [(name, _document(inner, change) if name.lower().endswith(".xml") else _blank(inner)) for name, inner in entries]
    missing = len(held) - len(_packed(made))
    if missing > _LONGEST_COMMENT:  # overwritten text packs smaller than it did
        made.append((_FILLER, b"\0" * (missing - _LONGEST_COMMENT // 2)))
    packed = _packed(made)
    comment = b"-" * max(len(held) - len(packed), 0)
    return packed[:-2] + len(comment).to_bytes(2, "little") + comment  # the comment's length ends an archive without one


def _packed(entries: list[tuple[str, bytes]]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, inner in entries:
            kind = zipfile.ZIP_STORED if name == _FILLER else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), inner, kind)
    return written.getvalue()


def _document(held: bytes, change: Callable[[str, str], str]) -> bytes:
    try:
        text = held.decode("utf-8")
    except UnicodeDecodeError as wrong:
        message = "not UTF-8"
        raise CannotBeHarmless(message) from wrong
    if not text.lstrip("\ufeff").lstrip().startswith("<"):
        message = "not XML"
        raise CannotBeHarmless(message)
    return "".join(_pieces(text, change)).encode()


def _pieces(text: str, change: Callable[[str, str], str]) -> Iterator[str]:
    """The document's tokens, changed; a text is its innermost element's."""
    open_elements: list[str] = []
    for token in _TOKEN.findall(text):
        if token.startswith(("<!--", "<![CDATA[")):
            head, name = (4, "") if token.startswith("<!--") else (9, "".join(open_elements[-1:]))
            yield token[:head] + change(name, token[head:-3]) + token[-3:]
        elif token.startswith("<?"):
            yield token
        elif token.startswith("<"):
            tag = _TAG.fullmatch(token)
            if tag is None:
                message = "a document type"
                raise CannotBeHarmless(message)
            if tag[1]:
                del open_elements[-1:]
            elif not tag[4]:
                open_elements.append(tag[2])
            yield _ATTRIBUTE.sub(lambda each: _attribute(each, change), token)
        elif not token.strip() or not open_elements:  # before the root stands a byte-order mark at most
            yield token
        else:
            name = open_elements[-1]
            yield _inner(token, change) if name == _INNER else change(name, token)


def _attribute(found: re.Match[str], change: Callable[[str, str], str]) -> str:
    blank, name, equals, value = found.groups()
    if name in _KEPT_ATTRIBUTES or name.startswith("xmlns"):
        return found[0]
    return f"{blank}{name}{equals}{value[0]}{change('', value[1:-1])}{value[-1]}"


def _inner(text: str, change: Callable[[str, str], str]) -> str:
    """A form within, or an attachment, in base64 of the same length; what is not base64 is overwritten as text."""
    try:
        held = b64decode(text.strip(), validate=True)
    except (NotBase64, ValueError):
        return change("", text)
    try:
        made = _document(held, change)
    except CannotBeHarmless:
        made = _blank(held)
    written = b64encode(made).decode()
    return text.replace(text.strip(), written) if len(written) == len(text.strip()) else change("", text)


def _blank(held: bytes) -> bytes:
    return held[:_KEPT_BYTES] + b"\0" * (len(held) - _KEPT_BYTES)
