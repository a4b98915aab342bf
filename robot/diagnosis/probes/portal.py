"""The portal from this machine: its name, its port, its certificate, its answer, and what time it has.

The same rules and pins hold here as in the robot's browser, so that what is seen is what the browser would meet.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import socket
import ssl
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import html

from robot.diagnosis.probe import Probe, broken, ok, unknown

if TYPE_CHECKING:
    from robot.settings import Settings

WITHIN_S: Final = 4.0
_READ: Final = 256 * 1024
_TOLD: Final = 160
_ERROR: Final = 400


@dataclass(frozen=True)
class PortalAnswer:
    """The probe, and by how many seconds this machine's clock is ahead of the portal's (None where it was not told)."""

    probe: Probe
    ahead_s: float | None = None


class _Direct(http.client.HTTPSConnection):
    """A connection whose socket is there already: the three ways in which it can fail are told apart before."""

    def __init__(self, host: str, port: int, open_socket: socket.socket) -> None:
        super().__init__(host, port, timeout=WITHIN_S)
        self.sock = open_socket


def ask_portal(settings: Settings, path: str = "") -> PortalAnswer:  # noqa: PLR0911 - each way to fail is a finding of its own
    """Ask for one page as a browser would; nothing is sent but the request.

    `path`: of the portal, its first page when left out.
    """
    address = settings.portal.address
    host, port = address.host or "", address.port or 443
    if address.scheme != "https":
        return PortalAnswer(broken("portal_tls", host=host, why=f"{address.scheme}://"))
    target = mapped(settings.portal.host_resolver_rules, host, port)
    if target is None:
        return PortalAnswer(broken("portal_dns", host=host, why="host-resolver-rules: ~NOTFOUND"))
    if target == (host, port) and "https" in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return PortalAnswer(unknown("portal", "portal_proxy", host=host))
    try:
        secure = _secured(target, host, settings.portal.spki_pins)
    except socket.gaierror as wrong:
        return PortalAnswer(broken("portal_dns", host=host, why=wrong.strerror or wrong))
    except ssl.SSLError as wrong:
        why = getattr(wrong, "verify_message", "") or wrong.reason or wrong.strerror or wrong
        return PortalAnswer(broken("portal_tls", host=host, why=why))
    except OSError as wrong:
        return PortalAnswer(broken("portal_refused", host=f"{host}:{port}", why=wrong.strerror or wrong))
    with secure:
        return _asked(_Direct(host, port, secure), path or settings.portal.paths.home, settings)


def mapped(rules: str, host: str, port: int) -> tuple[str, int] | None:
    """Where Chrome's --host-resolver-rules lead this name; itself without a rule for it, None for `~NOTFOUND`."""
    for rule in rules.split(","):
        words = rule.split()
        if len(words) != 3 or words[0].upper() != "MAP":  # noqa: PLR2004 - MAP, pattern, replacement
            continue
        pattern, _, wanted_port = words[1].partition(":")
        if not fnmatch(host, pattern) or (wanted_port and wanted_port != str(port)):
            continue
        if words[2].upper() == "~NOTFOUND":
            return None
        to, _, to_port = words[2].rpartition(":") if re.search(r":\d+$", words[2]) else (words[2], "", "")
        return to.strip("[]"), int(to_port or port)
    return host, port


def _secured(target: tuple[str, int], host: str, pins: tuple[str, ...]) -> ssl.SSLSocket:
    """TLS as the browser trusts it: by the settings' pins of a public key, or by the system's authorities.

    Raises:
        OSError: as a gaierror no such name, as an SSLError no trust, else no connection.
    """
    if pins:
        # The key alone decides, as with Chrome's own switch for it.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        secure = _wrapped(context, target, host)
        key = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"").public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if base64.b64encode(hashlib.sha256(spki).digest()).decode() in pins:
            return secure
        secure.close()
    return _wrapped(ssl.create_default_context(), target, host)


def _wrapped(context: ssl.SSLContext, target: tuple[str, int], host: str) -> ssl.SSLSocket:
    plain = socket.create_connection(target, WITHIN_S)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLError:
        plain.close()
        raise
    except OSError as wrong:  # it took the connection, and ended it in the midst of the handshake
        plain.close()
        raise ssl.SSLError(1, wrong.strerror or str(wrong)) from wrong


def _asked(connection: http.client.HTTPSConnection, path: str, settings: Settings) -> PortalAnswer:
    host = connection.host
    try:
        connection.request(
            "GET", path, headers={"Accept": "text/html", "User-Agent": "Mozilla/5.0 vss-robot", "Connection": "close"}
        )
        response = connection.getresponse()
        body = response.read(_READ)
    except (OSError, http.client.HTTPException) as wrong:
        return PortalAnswer(broken("portal_refused", host=host, why=str(wrong) or type(wrong).__name__))
    ahead = _ahead(response.getheader("Date"))
    said = maintenance_said(body, settings.portal.texts.maintenance, failed=response.status >= _ERROR)
    if said:
        return PortalAnswer(broken("portal_maintenance", said=said), ahead)
    if response.status >= _ERROR:
        return PortalAnswer(broken("portal_http", address=f"{host}{path}", status=response.status), ahead)
    return PortalAnswer(ok("portal", "portal", host=host, status=response.status), ahead)


def maintenance_said(body: bytes, pattern: str, *, failed: bool) -> str:
    """The sentence in which a page says that it is under maintenance, or nothing.

    A page in order is read by its title and headings alone: the portal's news may speak of maintenance on another day.
    """
    if not body.strip():
        return ""
    tree = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    for part in tree.iter(*(("title", "h1", "h2", "p", "body") if failed else ("title", "h1"))):
        text = " ".join("".join(map(str, part.itertext())).split())
        if re.search(pattern, text, re.IGNORECASE):
            return text[:_TOLD]
    return ""


def _ahead(date: str | None) -> float | None:
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return (datetime.now(UTC) - told).total_seconds()
