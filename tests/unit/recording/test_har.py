"""Exchanges as HAR: what is written is read again, holds no cookie, and opens elsewhere."""

import datetime as dt
import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from robot.recording import har
from robot.recording.exchanges import Exchange, Part, Posted, fields_of, hidden, kept, read_posted
from robot.recording.made_up import secret_shape
from robot.recording.placeholders import DOSSIER, Register

BEGUN = dt.datetime(2026, 11, 22, 14, tzinfo=dt.UTC)
SCHEMA = json.loads((Path(__file__).parent / "har-1.2.schema.json").read_text(encoding="utf-8"))
UPLOAD = (
    b'--xx\r\nContent-Disposition: form-data; name="file"; filename="B\xc3\xa1o t\xc4\x83ng.xml"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n<Hoso>\xc3\xa1</Hoso>\r\n"
    b'--xx\r\nContent-Disposition: form-data; name="ticket"\r\n\r\nabc\r\n--xx--\r\n'
)


def _exchange(**changed):
    facts = {
        "step": 0,
        "after_s": 1.5,
        "seconds": 0.2,
        "kind": "fetch",
        "method": "POST",
        "url": "https://gddt.baohiemxahoi.gov.vn/api/ho-so?dot=01&ky=11%2F2026",
        "status": 200,
        "posted": Posted("application/json", '{"a": "ấ"}'),
        "headers": (("content-type", "application/json"),),
        "body": '{"ok": "ừ"}'.encode(),
    }
    return Exchange(**(facts | changed))


ALL = [
    _exchange(),
    _exchange(step=1, posted=read_posted("multipart/form-data; boundary=xx", UPLOAD)),
    _exchange(method="GET", posted=None, kind="image", headers=(("content-type", "image/png"),), body=b"\x89PNG\x00\xff"),
    _exchange(method="GET", posted=None, status=0, headers=(), body=b"", failure="net::ERR_EMPTY_RESPONSE"),
    _exchange(step=-1, method="GET", posted=None, status=302, headers=(("location", "/dang-nhap"),), body=b""),
]


def _written():
    return har.write(ALL, [("open", 0.0), ("send", 2.5)], BEGUN, {"robot": "1", "browser": "156"})


def test_what_is_written_is_read_again():
    """Texts, pictures, uploads, failures and redirects come back as they were."""
    assert har.read(_written(), BEGUN) == ALL


def test_it_is_har_1_2():
    """By the schema, which refuses what HAR does not know."""
    jsonschema.validate(json.loads(_written()), SCHEMA)
    wrong = json.loads(_written())
    wrong["log"]["entries"][0]["request"]["body"] = ""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_a_fault_is_told_with_its_place():
    """What somebody has added or taken out by hand."""
    wrong = json.loads(_written())
    wrong["log"]["entries"][1]["request"]["colour"] = "red"
    del wrong["log"]["entries"][2]["response"]["status"]
    with pytest.raises(ValidationError) as faults:
        har.read(json.dumps(wrong), BEGUN)
    places = {".".join(map(str, fault["loc"])) for fault in faults.value.errors()}
    assert places == {"log.entries.1.request.colour", "log.entries.2.response.status"}


def test_an_upload_is_its_parts():
    """The boundary says nothing; a file whose content is known is a placeholder."""
    content = "<Hoso>á</Hoso>".encode()
    posted = read_posted("multipart/form-data; boundary=xx", UPLOAD, {content: DOSSIER})
    file = Part("file", DOSSIER, "Báo tăng.xml", "application/octet-stream")
    assert posted == Posted("multipart/form-data", parts=(file, Part("ticket", "abc")))
    assert fields_of(posted) == {"file": DOSSIER, "ticket": "abc"}


def test_only_harmless_headers_are_kept():
    """No cookie, no authorization, nothing that nobody has thought of."""
    headers = {"Set-Cookie": "s=1", "Authorization": "Bearer x", "X-Session": "1", "Content-Type": "text/html", "Cookie": "s=1"}
    assert kept(headers) == (("content-type", "text/html"),)


def test_every_text_of_an_exchange_is_hidden():
    """Address, what was sent, headers and body."""
    register = Register()
    register.add("SECRET", "password", "mat-khau-gia", secret_shape)
    planted = _exchange(
        url="https://gddt.baohiemxahoi.gov.vn/?p=mat-khau-gia",
        posted=Posted("multipart/form-data", parts=(Part("p", "mat-khau-gia", "mat-khau-gia.xml"),)),
        request_headers=(("accept", "mat-khau-gia"),),
        headers=(("content-type", "application/json"), ("location", "/mat-khau-gia")),
        body=b'{"p": "mat-khau-gia"}',
    )
    called = _exchange(posted=Posted("application/json", '{"password": "mat-khau-gia"}'))
    text = har.write([hidden(planted, register), hidden(called, register)], [("open", 0.0)], BEGUN, {})
    assert "mat-khau-gia" not in text
    assert text.count("{SECRET:password}") == 9
