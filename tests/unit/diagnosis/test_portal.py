"""The probe of the portal against real sockets and TLS servers: each way to fail is a finding of its own."""

import base64
import contextlib
import hashlib
import socket
import ssl
import threading
from email.utils import formatdate

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from robot.diagnosis import Sightings, look_at_portal
from robot.diagnosis.probes.clock import look_at_clock
from robot.diagnosis.probes.portal import ask_portal, maintenance_said, mapped
from robot.errors import PageUnexpected, PortalUnavailable, SessionExpired
from robot.settings import Settings
from robot.settings.model import Portal

HOST = "cong.bhxh.example"


@contextlib.contextmanager
def serving(answer: bytes, *, tls: bool = True):
    """A server that answers one connection; its port, and its certificate."""
    certificate = trustme.CA().issue_cert(HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def serve() -> None:
        with contextlib.suppress(OSError):
            plain, _ = listener.accept()
            with plain, context.wrap_socket(plain, server_side=True) if tls else plain as opened:
                opened.recv(65536)
                opened.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], certificate
        thread.join(10)


def settings_of(port: int, certificate=None) -> Settings:
    pins = ()
    if certificate is not None:
        key = x509.load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes()).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        pins = (base64.b64encode(hashlib.sha256(spki).digest()).decode(),)
    rules = f"MAP {HOST}:443 127.0.0.1:{port}"
    return Settings(portal=Portal(address=f"https://{HOST}", hosts=(HOST,), host_resolver_rules=rules, spki_pins=pins))


def page(body: str, status: str = "200 OK", date: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
    return (head + (f"Date: {date}\r\n" if date else "") + "\r\n" + body).encode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (page("<h1>Cổng giao dịch</h1><p>Bảo trì vào Chủ nhật</p>"), ""),
        (page("<h1>Hệ thống đang bảo trì</h1>"), "portal_maintenance"),
        (page("<p>Hệ thống đang bảo trì</p>", "503 Service Unavailable"), "portal_maintenance"),
        (page("<p>oops</p>", "502 Bad Gateway"), "portal_http"),
        (b"", "portal_refused"),
    ],
    ids=["in-order", "maintenance", "maintenance-503", "error", "no-answer"],
)
def test_what_the_portal_answers_is_told_apart(answer, code):
    """A page in order, maintenance in its heading or in an error page, an error, and no answer at all."""
    with serving(answer) as (port, certificate):
        assert code == ask_portal(settings_of(port, certificate)).probe.code


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", "portal_dns"),
        ("net::ERR_CERT_DATE_INVALID", "portal_tls"),
        ("net::ERR_CONNECTION_RESET", "portal_refused"),
        ("HTTP 502", "portal_http"),
        ("no page within 30 s", ""),
    ],
)
def test_what_the_browser_met_is_the_finding_though_the_portal_answers_now(why, code):
    """A portal that has come back in the meantime does not undo what the run has met; what tells nothing is no finding."""
    error = PortalUnavailable("portal_unavailable", address=f"https://{HOST}/dang-ky", why=why)
    with serving(page("")) as (port, certificate):
        probes = look_at_portal(settings_of(port, certificate), error, "", Sightings([HOST]))
    assert [code] == [probe.code for probe in probes]


def test_where_the_browser_stands_is_looked_at_when_the_portal_answers():
    """A page that lacks what the flow needs may be another host's; a session that ended is itself the finding."""
    lacks = PageUnexpected("element_absent", element="form", address="other.example/", seconds="1")
    with serving(page("")) as (port, certificate):
        probes = look_at_portal(settings_of(port, certificate), lacks, "https://other.example/", Sightings([HOST]))
    assert [probe.code for probe in probes if probe.state == "broken"] == ["page_wrong"]
    with serving(page("")) as (port, certificate):
        probes = look_at_portal(settings_of(port, certificate), SessionExpired("session_expired", said=""), "", Sightings([HOST]))
    assert [probe.code for probe in probes if probe.state == "broken"] == ["page_signed_out"]


def test_a_certificate_that_nobody_vouches_for_is_named():
    """Without a pin the system's authorities decide, and they do not know the server's."""
    with serving(page("")) as (port, _):
        assert ask_portal(settings_of(port)).probe.code == "portal_tls"


def test_a_port_that_nobody_listens_on_is_refused():
    """The name leads somewhere, and there nobody takes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert ask_portal(settings_of(port)).probe.code == "portal_refused"


def test_a_name_that_leads_nowhere_is_told_from_a_refusal():
    """A name that does not resolve, and one that the browser's own rules leave without an address."""
    lost = Settings(portal=Portal(address=f"https://{HOST}", host_resolver_rules=f"MAP {HOST} nowhere.invalid"))
    barred = Settings(portal=Portal(address=f"https://{HOST}", host_resolver_rules=f"MAP {HOST} ~NOTFOUND"))
    assert ["portal_dns", "portal_dns"] == [ask_portal(settings).probe.code for settings in (lost, barred)]


def test_rules_of_the_browser_are_read_as_the_browser_reads_them():
    """The first rule that fits the name and the port leads it on; others leave it alone."""
    rules = "MAP other:443 10.0.0.1:1, MAP *.example:443 127.0.0.1:8443, MAP x [::1]:9"
    assert mapped(rules, HOST, 443) == ("127.0.0.1", 8443)
    assert mapped(rules, HOST, 80) == (HOST, 80)
    assert mapped(rules, "x", 443) == ("::1", 9)


@pytest.mark.parametrize(("seconds", "code"), [(0, ""), (-3600, "clock_skew"), (3600, "clock_skew")])
def test_the_clock_is_held_against_the_portals(seconds, code):
    """An hour's difference either way is a fault, a second's is none."""
    import time

    with serving(page("", date=formatdate(time.time() + seconds, usegmt=True))) as (port, certificate):
        assert code == look_at_clock(ask_portal(settings_of(port, certificate)).ahead_s).code


def test_news_of_maintenance_on_another_day_is_no_fault():
    """A page in order is judged by title and first heading alone."""
    body = "<title>Cổng</title><h2>Lịch bảo trì</h2><p>Cổng bảo trì ngày 30</p>".encode()
    assert maintenance_said(body, "bảo trì", failed=False) == ""
