"""A real portal process with HTTPS and a mail catcher, without the rest of a world; organisations are made up as they come."""

import contextlib
import itertools
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from stdnum.vn import mst

from fixtures.portal.desk import Address, Desk, Signer, form_fields
from fixtures.portal.faults import Faults
from fixtures.portal.truth import Truth
from tests.waiting import until

ROOT = Path(__file__).parents[2]
NO_VERDICT_S = 86_400.0  # the dossiers of these tests are hulls that no structure check would let pass


class Catcher:
    """Every mail handed in, in order."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        del server, session
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


class FreePort(Controller):
    """aiosmtpd's controller on the port the system gave; its own trial connection goes to the number asked for, 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class SigningAuthority:
    """The world's authority for signing certificates, made in memory."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Chứng thực Mẫu")])
        self.certificate = self._built(self.name, self.key.public_key(), timedelta(-3), timedelta(365), ca=True)
        self._keys = itertools.cycle([rsa.generate_private_key(65537, 2048) for _ in range(2)])

    def _built(self, subject, public_key, since, until_, *, ca=False) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self.name, subject, public_key, x509.random_serial_number(), now + since, now + until_)
        return builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True).sign(
            self.key, hashes.SHA256()
        )

    def signer(self, *uids: str, since=timedelta(-2), until_=timedelta(300)) -> Signer:
        key = next(self._keys)
        names = [x509.NameAttribute(NameOID.USER_ID, uid) for uid in uids]
        subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, "Công ty TNHH Thử Nghiệm, Đường Về")])
        return Signer(key, self._built(subject, key.public_key(), since, until_))


def new_tax_code() -> str:
    """A made-up tax code with a valid check digit, another one each time."""
    while True:
        nine = f"99{secrets.randbelow(9_000_000) + 1_000_000}"
        weighed = sum(weight * int(digit) for weight, digit in zip((31, 29, 23, 19, 17, 13, 7, 5, 3), nine, strict=True))
        code = f"{nine}{10 - weighed % 11}"
        if mst.is_valid(code):
            return code


@dataclass(frozen=True)
class PortalWorld:
    directory: Path
    address: Address
    catcher: Catcher
    authority: SigningAuthority
    process: subprocess.Popen

    @property
    def truth(self) -> Truth:
        return Truth(self.address.truth)

    @property
    def faults(self) -> Faults:
        return Faults(self.address.truth)

    def desk(self) -> Desk:
        return Desk(self.address)

    def client(self, **changes: str) -> "Client":
        tax_code = changes.pop("tax_code", None) or new_tax_code()
        return Client(self, tax_code, changes)

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.catcher.mails if mail["To"] == address]


class Client:
    """One organisation with its own certificate and mailbox."""

    def __init__(self, world: PortalWorld, tax_code: str, changes: dict[str, str]) -> None:
        self.world = world
        self.tax_code = tax_code
        self.email = f"x{tax_code}@thu.example"
        self.signer = world.authority.signer(f"MST:{tax_code}")
        self.fields = form_fields(tax_code, self.email, **changes)
        self.desk = world.desk()

    def mail(self, subject_part: str, count: int = 1) -> EmailMessage:
        """The newest mail whose subject holds a text, once there are `count` of them."""

        def found() -> list[EmailMessage]:
            return [mail for mail in self.world.mails_to(self.email) if subject_part in mail["Subject"]]

        until(lambda: len(found()) >= count, f"{count} mail(s) {subject_part!r} for {self.email}")
        return found()[-1]

    def word(self, mail: EmailMessage, label: str) -> str:
        text = mail.get_body(("plain",)).get_content()
        return next(line.removeprefix(f"{label}: ").strip() for line in text.splitlines() if line.startswith(f"{label}: "))

    def registered(self) -> str:
        answer = self.desk.register(self.fields, self.signer)
        assert answer.get("number"), answer
        return answer["number"]

    def activated(self) -> str:
        """Register and activate; the password."""
        number = self.registered()
        code = self.word(self.mail("Kích hoạt"), "Mã kích hoạt")
        assert self.desk.activate(self.tax_code, number, code) == {"ok": True}
        return self.word(self.mail("Thông tin tài khoản"), "Mật khẩu")

    def logged_in(self) -> "Client":
        assert self.desk.log_in(self.tax_code, self.activated())["ok"]
        return self

    def dossier(self, period: str = "10/2026", **changes: str) -> bytes:
        values = {"MaSoThue": self.tax_code, "MaSoBHXH": f"T{self.tax_code[3:9]}", "MaThuTuc": "600", "SoLuongFile": "1"}
        return container(period, {**values, **changes})


def container(period: str, values: dict[str, str]) -> bytes:
    """A container as the portal reads it; the signature's inside is not the portal's concern."""
    return f"""<?xml version="1.0" encoding="UTF-8"?><Hoso><NoiDung>
<ThongTinDonVi><TenDoiTuong>Thử</TenDoiTuong><MaSoBHXH>{values["MaSoBHXH"]}</MaSoBHXH><MaSoThue>{values["MaSoThue"]}</MaSoThue></ThongTinDonVi>
<ThongTinHoSo><TenThuTuc>Báo tăng, báo giảm</TenThuTuc><MaThuTuc>{values["MaThuTuc"]}</MaThuTuc><KyKeKhai>{period}</KyKeKhai>
<SoLuongFile>{values["SoLuongFile"]}</SoLuongFile><ToKhais><FileToKhai><MaToKhai>D02-TS</MaToKhai>
<DoDaiFile>{values.get("DoDaiFile", "8")}</DoDaiFile>
<NoiDungFile>PEQwMi8+</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo></NoiDung><CKy_Dvi><Signature/></CKy_Dvi></Hoso>""".encode()


def write_world(directory: Path, smtp_port: int, authority: SigningAuthority, verdict_after_s: float = NO_VERDICT_S) -> Path:
    """Certificates and config.json of a portal; the PEM that its TLS certificate is trusted by."""
    tls = trustme.CA(key_type=trustme.KeyType.RSA)
    served = tls.issue_cert("gddt.baohiemxahoi.gov.vn", "localhost", key_type=trustme.KeyType.RSA)
    (directory / "portal").mkdir()
    served.cert_chain_pems[0].write_to_path(directory / "tls.pem")
    served.private_key_pem.write_to_path(directory / "tls.key")
    tls.cert_pem.write_to_path(directory / "tls-ca.pem")
    (directory / "ca.pem").write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    config = {"tls_certificate": "tls.pem", "tls_key": "tls.key", "ca": "ca.pem"}
    config |= {"smtp_port": smtp_port, "verdict_after_s": verdict_after_s}
    (directory / "portal" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return directory / "tls-ca.pem"


def start(directory: Path, *more: str) -> tuple[subprocess.Popen, int]:
    """Start the portal; its process and port."""
    port_file = directory / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "fixtures.portal", "--dir", str(directory), "--port-file", str(port_file), *more]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "error"})
    until(lambda: port_file.exists() or process.poll() is not None, "the portal to listen")
    assert process.poll() is None
    return process, int(port_file.read_text(encoding="ascii"))


@contextlib.contextmanager
def mail_server() -> Iterator[tuple[Catcher, int]]:
    catcher = Catcher()
    controller = FreePort(catcher, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield catcher, controller.port
    finally:
        controller.stop()


@contextlib.contextmanager
def running_portal(directory: Path, verdict_after_s: float = NO_VERDICT_S) -> Iterator[PortalWorld]:
    authority = SigningAuthority()
    with mail_server() as (catcher, smtp_port):
        trusted = write_world(directory, smtp_port, authority, verdict_after_s)
        process, port = start(directory, "--die-with-parent")
        try:
            yield PortalWorld(directory, Address(port, trusted, directory / "portal/truth.sqlite"), catcher, authority, process)
        finally:
            process.terminate()
            assert process.wait(10) == 0
