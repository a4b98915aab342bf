"""The settings as a strict model: what is not known here is refused, and each setting says what it is for.

Secrets are never values here: a setting such as `mail.password` holds a reference (`keyring:mail/hoa-binh`), and the
secret itself lies in the vault under that name. Descriptions are printed by `vss-robot init` and stand in README's table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, HttpUrl, field_validator

from robot.settings.kinds import ExtensionId, Seconds, SecretReference, Strict, TaxCode
from robot.settings.nightly import Nightly
from robot.settings.notices import Notices
from robot.settings.outbox import Outbox
from robot.settings.recordings import Recordings
from robot.settings.schedule import Schedule
from robot.settings.serve import Serve
from robot.settings.setup import Setup
from robot.settings.signing import Consent, OrganisationToken, Signing
from robot.settings.submission import Submission
from robot.settings.telemetry import Telemetry
from robot.settings.verdict import MailVerdict
from robot.settings.worker import Worker
from robot.texts import Language

TOKEN_SIGNING_IN_THE_STORE = "iglijbhfichnfmijbmebhcgbaagbbikc"  # noqa: S105 - the extension's id in the Chrome Web Store, no secret


class PortalPaths(Strict):
    """Paths of the portal's pages; addresses have moved before, so none stands in code."""

    home: str = Field("/", description="first page")
    registration: str = Field("/dang-ky?loaidoituong=1", description="registration form of an organisation")
    activate: str = Field("/kich-hoat", description="page where the activation code is entered")
    login: str = Field("/dang-nhap", description="log-in")
    submit: str = Field("/ho-so/nop", description="upload of a dossier")
    lookup: str = Field("/ho-so/tra-cuu", description="list of dossiers sent")
    upload_call: str = Field("/api/ho-so", description="address that the page sends the dossier to; its answer is a proof")
    check: str = Field("/check", description="address that keeps a session alive")


class PortalTexts(Strict):
    """What the portal says, as patterns (regular expressions) that tell one refusal from another."""

    captcha_wrong: str = Field("Mã kiểm tra không chính xác", description="the captcha was not taken")
    credentials_wrong: str = Field("Tài khoản hoặc mật khẩu không chính xác", description="user name or password")
    activation_wrong: str = Field(
        "Mã kích hoạt không chính xác|Có lỗi xảy ra trong quá trình kích hoạt", description="code refused, or activation failed"
    )
    phone_taken: str = Field("Số điện thoại .* đã được kê khai", description="the phone number belongs to another code")
    session_ended: str = Field("Phiên làm việc đã hết hạn", description="signed out by the portal")
    no_answer: str = Field("Không kết nối được máy chủ", description="the page could not reach its server")
    maintenance: str = Field("bảo trì|nâng cấp hệ thống|tạm ngừng phục vụ", description="the portal is being maintained")


class Portal(Strict):
    """The portal: where it is, how it is trusted, what it says."""

    address: HttpUrl = Field(HttpUrl("https://gddt.baohiemxahoi.gov.vn"), description="the portal's address")
    hosts: tuple[str, ...] = Field(
        ("gddt.baohiemxahoi.gov.vn", "dichvucong.baohiemxahoi.gov.vn"),
        description="hosts that a link in a mail may lead to",
    )
    spki_pins: tuple[str, ...] = Field(
        (), description="SHA-256 of a public key (base64) trusted beside the system's authorities; for a stand-in portal"
    )
    host_resolver_rules: str = Field("", description="Chrome's --host-resolver-rules; for a stand-in portal")
    tries: int = Field(3, ge=1, le=10, description="how often a page is asked for before the portal counts as unavailable")
    refusals: str = Field(
        "#toast-container .toast-error .toast-message", description="selector of what the portal says when it refuses"
    )
    marked_fields: str = Field(
        ".invalid[formcontrolname], .ng-invalid.ng-touched[formcontrolname], [aria-invalid=true]",
        description="selector of fields that the page marks as wrong without a word",
    )
    map: Path | None = Field(
        None,
        description="own file over the portal map: what differs on the pages as they are now; `vss-robot calibrate` writes it",
    )
    paths: PortalPaths = PortalPaths()
    texts: PortalTexts = PortalTexts()


class Browser(Strict):
    """The browser and the VSS extension in it."""

    executable: Path | None = Field(None, description="Chrome or Chromium; found on the system when left out")
    headless: bool = Field(default=True, description="without a window; --headed overrides it for a run")
    extension_dir: Path | None = Field(
        None, description="folder of the unpacked extension; left out where it is installed in the profile or by policy"
    )
    extension_id: ExtensionId = Field(TOKEN_SIGNING_IN_THE_STORE, description="id of the signing extension")
    extension_version: str = Field("", description="oldest version of the extension that will do; any when left out")
    language: str = Field("vi-VN", description="language the browser asks pages for")
    window: tuple[int, int] = Field((1280, 900), description="width and height of the page, pixels")


class Timers(Strict):
    """How long each link may take before it counts as silent, in seconds."""

    page_s: Seconds = Field(30, description="a page to load")
    install_s: Seconds = Field(15, description="a policy to install the extension in a new profile, without extension_dir")
    form_s: Seconds = Field(15, description="the form to choose a signature to appear")
    extension_s: Seconds = Field(1, description="the extension to acknowledge")
    host_s: Seconds = Field(5, description="the native host to greet")
    answer_s: Seconds = Field(120, description="a person or a token to answer, the portal to give its receipt")
    mail_s: Seconds = Field(900, description="a mail to arrive, before the run stops and waits for another start")
    mail_poll_s: Seconds = Field(5, description="between two looks into the mailbox")
    verdict_s: float = Field(
        0, ge=0, le=86_400, description="the portal's verdict on an uploaded dossier to come by mail; 0 does not wait for it"
    )


class MailPatterns(Strict):
    """What to read in the portal's mails: regular expressions, the value in the group named `value`."""

    code: str = Field(r"Mã kích hoạt:\s*(?P<value>[0-9A-Za-z-]{4,40})", description="activation code")
    link: str = Field(r"(?P<value>https://\S+/kich-hoat\S*)", description="activation link")
    registration: str = Field(r"Số đăng ký:\s*(?P<value>[0-9A-Z-]+)", description="number of the registration")
    user_name: str = Field(r"Tên đăng nhập:\s*(?P<value>\S+)", description="user name")
    password: str = Field(r"Mật khẩu:\s*(?P<value>\S+)", description="password")

    @field_validator("*")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        import re  # noqa: PLC0415 - only this check needs it

        try:
            groups = re.compile(pattern).groupindex
        except re.error as wrong:
            message = f"not a regular expression: {wrong}"
            raise ValueError(message) from wrong
        if "value" not in groups:
            message = "needs a group (?P<value>…) around what is to be read"
            raise ValueError(message)
        return pattern


class Mail(Strict):
    """The mailbox that the portal writes to."""

    kind: Literal["imap", "maildir"] = Field("imap", description="imap, or a Maildir folder on this machine")
    host: str = Field("", description="IMAP server")
    port: int = Field(993, ge=1, le=65_535, description="IMAP port (TLS from the first byte)")
    ca_file: Path | None = Field(None, description="certificate of a private authority for the mail server")
    user: str = Field("", description="mailbox's user name")
    password: SecretReference | None = Field(None, description="reference to the mailbox's password: keyring:NAME")
    folder: str = Field("INBOX", description="folder to read")
    maildir: Path | None = Field(None, description="Maildir folder, for kind = maildir")
    senders: tuple[str, ...] = Field((), description="addresses whose mail is believed; anything else is ignored")
    patterns: MailPatterns = MailPatterns()
    verdict: MailVerdict = MailVerdict()


class Vault(Strict):
    """Where secrets lie."""

    backend: Literal["system", "file"] = Field("system", description="the system's keyring, or an encrypted file")
    file: Path = Field(Path("vault.cfg"), description="the encrypted file, for backend = file")


class Questions(Strict):
    """What only a person can answer."""

    answer_command: tuple[str, ...] = Field(
        (), description="program that asks a person: the picture's path is its last argument, the answer its output"
    )
    answer_s: Seconds = Field(
        600, description="how long that program may take; at night, how long `vss-robot answer` is waited for"
    )
    wait_s: float = Field(
        0, ge=0, le=86_400, description="by day, without that program and a terminal: how long `vss-robot answer` is waited for"
    )
    tries: int = Field(3, ge=1, le=10, description="how often a captcha is asked again when the portal did not take it")


class Dossiers(Strict):
    """How dossiers are checked before an upload."""

    ca_files: tuple[Path, ...] = Field(
        (),
        description="certificates (PEM or DER) of authorities that a signer's must come from; not checked when empty",
    )
    rules_dir: Path | None = Field(
        None,
        description="folder of own rule files over the robot's: container.toml, forms/*.toml, procedures/*.toml",
    )


class Evidence(Strict):
    """What a run leaves behind."""

    folder: Path = Field(Path("evidence"), description="one folder a run is made in here")
    trace: bool = Field(default=True, description="record Playwright traces")
    pictures: Literal["all", "outcomes"] = Field(
        "all", description="screenshots of each form and receipt, or of receipts and of what went wrong only: less work a night"
    )
    masked: tuple[str, ...] = Field(
        ("input[type=password]", "[formcontrolname=MaKichHoat]"),
        description="selectors of fields that no screenshot or trace may show",
    )
    personal: tuple[str, ...] = Field(
        ("[formcontrolname=DienThoai]", "[formcontrolname=DienThoaiLienHe]", "[formcontrolname=Email]"),
        description="selectors of fields with a person's number or address: covered in screenshots and kept pages, where filled",
    )


class Ledger(Strict):
    """The books."""

    url: str = Field("", description="SQLAlchemy address of the books; ledger.sqlite in the robot's home when left out")


class OrganisationMail(Strict):
    """An organisation's own mailbox, over `[mail]`."""

    user: str | None = Field(None, description="mailbox's user name")
    password: SecretReference | None = Field(None, description="reference to its password: keyring:NAME")
    folder: str | None = Field(None, description="folder to read")
    maildir: Path | None = Field(None, description="Maildir folder")


class Organisation(Strict):
    """An employer, with what the registration form asks for."""

    name: str = Field(min_length=1, description="name as registered (TenDoiTuong)")
    tax_code: TaxCode = Field(description="mã số thuế (MaSoThue)")
    unit_code: str = Field("", description="mã đơn vị at the VSS, such as TZ0490L")
    province: str = Field(description="province whose branch of the agency tree is opened")
    agency_name: str = Field(description="VSS agency (TenCoQuan)")
    agency_code: str = Field(pattern=r"^[0-9]{5}$", description="its code (MaCoQuan), 5 digits")
    phone: str = Field("", description="phone number (DienThoai); a blank one is allowed")
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="address that the portal writes to (Email)")
    contact: str = Field(description="contact person (NguoiLienHe)")
    address: str = Field(description="address (DiaChi)")
    contact_address: str = Field("", description="address for letters (DiaChiLienHe); the address when left out")
    contact_phone: str = Field("", description="contact person's phone (DienThoaiLienHe)")
    result_delivery: str = Field("1", description="how results are received (PTNhanKetQua): value of the form's list")
    host_path: Path | None = Field(None, description="native host of this organisation's token, over signing.host_path")
    mail: OrganisationMail = OrganisationMail()
    token: OrganisationToken = OrganisationToken()
    consent: Consent = Consent()


class Settings(Strict):
    """Everything an operator can set; `robot.settings.load` reads file and environment into it."""

    # What was written is not repeated in errors: it may be a password where a reference belongs.
    model_config = ConfigDict(hide_input_in_errors=True)

    language: Language = Field("vi", description="language the robot speaks: vi or en")
    home: Path = Field(Path(), description="folder of profiles, books and evidence; robot.toml's own folder when left out")
    portal: Portal = Portal()
    browser: Browser = Browser()
    signing: Signing = Signing()
    setup: Setup = Setup()
    timers: Timers = Timers()
    mail: Mail = Mail()
    vault: Vault = Vault()
    questions: Questions = Questions()
    dossier: Dossiers = Dossiers()
    submission: Submission = Submission()
    nightly: Nightly = Nightly()
    outbox: Outbox = Outbox()
    notices: Notices = Notices()
    schedule: Schedule = Schedule()
    evidence: Evidence = Evidence()
    recordings: Recordings = Recordings()
    ledger: Ledger = Ledger()
    worker: Worker = Worker()
    serve: Serve = Serve()
    telemetry: Telemetry = Telemetry()
    organisations: dict[str, Organisation] = Field(default_factory=dict, description="the employers, by a short key")
