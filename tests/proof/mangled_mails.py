"""Real verdict letters in every layout, and what hypothesis may do to their headers, parts, encodings, XML and bytes."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from pathlib import Path

from hypothesis import strategies as st

from fixtures.portal import verdict_letters
from fixtures.portal.structure import Defect
from fixtures.portal.verdict_letters import LAYOUTS, UNREADABLE, Verdict

SENDER = "no-reply@baohiemxahoi.gov.vn"
HOST = "gddt.baohiemxahoi.gov.vn"
TAX_CODE = "9901000019"
Change = Callable[[Message], Message]

_DOSSIER = {"tax_code": TAX_CODE, "number": "00012/2026/07906", "file_name": "a.xml", "procedure": "600", "period": "11/2026"}
_RULES = ("chỉ gồm chữ số", "không được để trống", "phải có dạng MM/yyyy")
_PIECES = (
    b"<table>", b"</tr>", b"<th>", b"1. [D02-TS] d\xc3\xb2ng 9", b": ", b"\x00", b"\xff\xfe", b"<!DOCTYPE a>", b"&x;", b"(" * 200,
    b'"', b"\r\n\r\n", b"--", b"=?utf-8?b?", b"=?x?q?=?=", b"&#x110000;", b"<Loi>" * 50, b"<td>" * 500, b"9" * 400,
    b"\xcc\x81" * 90,
)  # fmt: skip
_KINDS = (
    "text/html", "text/plain; charset=utf-16", "text/plain; charset=no-such", 'text/plain; charset="',
    "text/html; charset=cp1258",
    "multipart/mixed", "multipart/alternative; boundary=", "message/rfc822", "application/octet-stream", "/", "text/plain;" * 50,
    "text/plain; charset*0*=utf-8''%FF; charset*1=x", "message/partial; number=1", "text/plain; charset=rot13",
)  # fmt: skip
_HEADERS = {
    "Content-Type": st.sampled_from(_KINDS),
    "Content-Transfer-Encoding": st.sampled_from(("base64", "quoted-printable", "x-uuencode", "8bit", "7bit", "no-such", "")),
    "Content-Disposition": st.sampled_from(
        ("attachment", 'attachment; filename="../../KetQua.xml"', "attachment; filename*=utf-8''%00KetQua.xml", "inline", ";;")
    ),
    "Subject": st.sampled_from(("=?utf-8?b?S+G6v3Q=?=", "=?utf-16?q?=FF?=", "=?x?b?A?=", "Kết quả kiểm tra cấu trúc hồ sơ" * 99)),
    "From": st.sampled_from((SENDER, f"<{SENDER}> <{SENDER}>", "@", '"' * 300, f"=?utf-8?q?{SENDER}?=", "(" * 500)),
    "Message-ID": st.sampled_from(("", "<>", "a\tb", "<" * 900)),
}
_CHARSETS = ("utf-8", "utf-16", "utf-16-le", "utf-32", "cp1258", "latin-1", "utf-7", "ascii")


def _letters() -> list[bytes]:
    """Every layout with none to five faults."""
    fields = ("pa", "Hoten", "tuThang", "Masobhxh", "tienLuong")
    faults = [Defect("a.xml", "D02-TS", 3 * each + 1, fields[each], "x" * each, _RULES[each % 3]) for each in range(5)]
    return [
        bytes(verdict_letters.write(Verdict({**_DOSSIER, "round": "01"}, faults[:count]), layout, "a@thu.example", SENDER))
        for layout in (*LAYOUTS, UNREADABLE)
        for count in range(len(faults) + 1)
    ]


UNWRITABLE = (LookupError, ValueError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Recipe:
    """A real letter, changed as a mail, then as bytes."""

    letter: bytes
    changes: list[Change]
    splices: list[tuple[float, int, bytes]]

    def mail(self) -> bytes:
        """The mangled mail's bytes."""
        message: Message = message_from_bytes(self.letter, policy=policy.compat32)
        for change in self.changes:
            message = change(message)
        try:
            raw = message.as_bytes()
        except UNWRITABLE:  # what cannot be written as a mail never comes as one
            raw = self.letter
        return _spliced(raw, self.splices)


def mangled_mails(secret: Path) -> st.SearchStrategy[Recipe]:
    """Up to four changes as a mail and three as bytes; `secret` is a file that XML may point at."""
    changes = st.lists(_header() | _payload(secret) | _structure(), max_size=4)
    return st.builds(Recipe, st.sampled_from(_letters()), changes, _splices())


def _splices() -> st.SearchStrategy[list[tuple[float, int, bytes]]]:
    piece = st.binary(max_size=12) | st.sampled_from(_PIECES)
    return st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), piece), max_size=3)


def _spliced(data: bytes, splices: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, new in splices:
        at = int(share * len(data))
        data = data[:at] + new + data[at + length :]
    return data


def _part(message: Message, number: int) -> Message:
    parts = list(message.walk())
    return parts[number % len(parts)]


def _header() -> st.SearchStrategy[Change]:
    """A header of a part taken out, said otherwise, or said twice."""

    def made(number: int, name: str, value: str | None, *, twice: bool) -> Change:
        def change(message: Message) -> Message:
            part = _part(message, number)
            if not twice:
                del part[name]
            if value is not None:
                part[name] = value
            return message

        return change

    names = st.sampled_from(sorted(_HEADERS))
    pairs = names.flatmap(lambda name: st.tuples(st.just(name), st.none() | _HEADERS[name]))
    return st.builds(lambda number, pair, twice: made(number, *pair, twice=twice), st.integers(0, 3), pairs, st.booleans())


def _payload(secret: Path) -> st.SearchStrategy[Change]:
    """What a part holds: bytes changed, another encoding than it says, letters apart, or XML that would do harm."""
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><KetQuaKiemTra><SoLoi>1</SoLoi><Loi><NoiDung>&x;'.encode()
    xml = (
        entity + b"</NoiDung></Loi></KetQuaKiemTra>",
        b"<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '%s'>]><a>&b;</a>" % (b"&a;" * 5000),
        b"<a>" * 20_000,
        b"<KetQuaKiemTra>" + b"<Loi><ToKhai>D02-TS</ToKhai><Dong>9</Dong></Loi>" * 3_000 + b"</KetQuaKiemTra>",
        "<?xml version='1.0' encoding='utf-16'?><KetQuaKiemTra><SoLoi>9</SoLoi></KetQuaKiemTra>".encode("utf-16"),
        b"<?xml version='1.0' encoding='no-such'?><KetQuaKiemTra/>",
    )

    def charset(name: str) -> Callable[[bytes], bytes]:
        return lambda held: held.decode("utf-8", "replace").encode(name, "replace")

    def apart(held: bytes) -> bytes:
        return unicodedata.normalize("NFD", held.decode("utf-8", "replace")).encode()

    alters = st.one_of(
        _splices().map(lambda splices: lambda held: _spliced(held, splices)),
        st.sampled_from(_CHARSETS).map(charset),
        st.just(apart),
    )

    def made(number: int, alter: Callable[[bytes], bytes]) -> Change:
        def change(message: Message) -> Message:
            part = _part(message, number)
            held = part.get_payload(decode=True)
            if isinstance(held, bytes) and not part.is_multipart():
                del part["Content-Transfer-Encoding"]
                part["Content-Transfer-Encoding"] = "8bit"
                part.set_payload(alter(held).decode("ascii", "surrogateescape"))
            return message

        return change

    attached = st.sampled_from(xml).map(lambda new: lambda _: new)
    last = st.just(-1)  # where a letter has XML attached, it comes last
    return st.builds(made, st.integers(0, 3), alters) | st.builds(made, last, attached)


def _structure() -> st.SearchStrategy[Change]:
    """Parts doubled, turned round or taken out; the whole put into others, many deep, with its head kept outside."""

    def wrapped(depth: int, *, forwarded: bool) -> Change:
        def change(message: Message) -> Message:
            inner = message
            for _ in range(depth):
                outer: Message = MIMEMessage(inner) if forwarded else MIMEMultipart("mixed", None, [inner])
                inner = outer
            for name in ("From", "Subject", "Message-ID", "Date"):
                if message[name] is not None and inner is not message:
                    inner[name] = message[name]
            return inner

        return change

    def parts(alter: Callable[[list[Message]], list[Message]]) -> Change:
        def change(message: Message) -> Message:
            if message.is_multipart():
                message.set_payload(alter(message.get_payload()))
            return message

        return change

    orders = [lambda held: held[::-1], lambda held: held * 2, lambda held: held[:1], lambda held: held[1:], lambda _: []]
    depths = st.sampled_from((1, 2, 5, 40, 120))
    return st.builds(lambda depth, forwarded: wrapped(depth, forwarded=forwarded), depths, st.booleans()) | st.sampled_from(
        orders
    ).map(parts)
