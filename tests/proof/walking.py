"""Dossiers walked to the portal without a browser, a run each, as an office's machine does it night after night."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import load_pem_x509_certificate

from fixtures.portal.desk import Address, Desk, Pieces, Signer, whole
from fixtures.portal.truth import Truth
from fixtures.portal_client import Account, PortalClient, hand_in
from robot import settings
from robot.dossier import DossierHead, read_head
from robot.errors import OutcomeUnknown, RobotError
from robot.flow import Submission
from robot.ledger import Ledger, Signed, WrongState
from robot.ledger.item import ENDED, Item, LostLease
from robot.settings.submission import Submission as Ways
from tests.doubles.portal import Client, container

ORIGIN = "https://gddt.baohiemxahoi.gov.vn"
SETTLED = (*ENDED, "held")


@dataclass(frozen=True)
class Site:
    """An organisation's way to one portal, in values that a new process can be given: address, account, session, books."""

    organisation: str
    portal: Address
    username: str
    password: str
    key: bytes = field(repr=False)
    certificate: bytes
    home: Path
    ledger_url: str
    ways: Mapping[str, float]
    answer_s: float = 30
    cookies: Mapping[str, str] = field(default_factory=dict)

    def open_books(self) -> Ledger:
        """The books of this site."""
        return Ledger.open(settings.Ledger(url=self.ledger_url), self.home)

    def signer(self) -> Signer:
        """The organisation's key and certificate."""
        # Made a moment ago: to prove that it is a key would take longer than the rest of a walk's work.
        key = serialization.load_pem_private_key(self.key, None, unsafe_skip_rsa_key_validation=True)
        return Signer(key, load_pem_x509_certificate(self.certificate))

    def signed(self, token: str | None, digest: str) -> Signed:
        """What the books keep of a signature."""
        certificate = load_pem_x509_certificate(self.certificate).fingerprint(hashes.SHA256()).hex()
        return Signed("pkcs11", ORIGIN, token or self.organisation, certificate, "SHA256-RSA", digest)

    def client(self, pieces: Pieces = whole) -> PortalClient:
        """A client with the session that the site has, if any."""
        desk = Desk(self.portal, self.answer_s, pieces)
        desk.cookies = dict(self.cookies)
        return PortalClient(desk, Account(self.username, self.password, self.signer()))

    def accepted(self, key: str) -> int:
        """How often the portal has accepted a matter, by its truth."""
        with Truth(self.portal.truth).read() as db:
            query = (
                "SELECT count(*) FROM dossiers WHERE outcome = 'accepted' AND"
                " unit_code || '/' || procedure || '/' || period || '/' || round = ?"
            )
            return int(db.execute(query, (key,)).fetchone()[0])


def site(insider: Client, organisation: str, home: Path, ledger_url: str, ways: Mapping[str, float]) -> Site:
    """The site of an organisation that has an account at the portal."""
    pem, raw = serialization.Encoding.PEM, serialization.NoEncryption()
    return Site(
        organisation,
        insider.desk.address,
        insider.tax_code,
        insider.activated(),
        insider.signer.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, raw),
        insider.signer.certificate.public_bytes(pem),
        home,
        ledger_url,
        ways,
    )


def dossier(site: Site, period: str, **changes: str) -> DossierHead:
    """A dossier's hull, written once a period and kind; `changes` make it one that the portal refuses."""
    file = site.home / site.organisation / f"{period.replace('/', '-')}{''.join(changes)}.xml"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        values = {"MaSoThue": site.username, "MaSoBHXH": f"T{site.username[3:9]}", "MaThuTuc": "600", "SoLuongFile": "1"}
        file.write_bytes(container(period, {**values, **changes}))
    return read_head(file)


def attempt(
    ledger: Ledger, client: PortalClient, site: Site, head: DossierHead, turn: int, token: str | None = None
) -> Item | None:
    """One run for one dossier, whatever comes of it, with a token (its serial) for itself; the item as it is afterwards."""
    ledger.reap()
    run = ledger.begin_run("submit", site.organisation, {"dossier": str(head.file), "round_number": str(turn)}, site.home)
    try:
        if token is not None:
            ledger.note_signing(run, {"signer": "pkcs11"}, token)
        submission = Submission(ledger, Ways(**site.ways), run, site.organisation, head, turn)
        if submission.receipt is None:
            ledger.protocol.renew(submission.claim, site.ways["lease_s"])  # as a lane does for what it has in hand
        client.sign_for(lambda digest: ledger.count_signature(run, site.signed(token, digest)))
        hand_in(client, submission)
        outcome = "done"
    except RobotError as wrong:
        outcome = wrong.outcome
    except (LostLease, WrongState):  # somebody else has it: theirs is the say
        outcome = OutcomeUnknown.outcome
    ledger.end_run(run, outcome)
    ledger.protocol.recover()
    return item_of(ledger, head.business_key(turn))


def item_of(ledger: Ledger, key: str) -> Item | None:
    """The newest item of a matter."""
    return max(ledger.queue.items(key=key), key=lambda item: item.id, default=None)


def carry(
    ledger: Ledger,
    client: PortalClient,
    site: Site,
    head: DossierHead,
    turn: int,
    within_s: float,
) -> Item | None:
    """Attempt until the item is settled, or `within_s` seconds are over; what waits is taken up when it is due."""
    deadline = time.monotonic() + within_s
    while True:
        item = attempt(ledger, client, site, head, turn)
        if item is not None and item.state in SETTLED:
            return item
        if time.monotonic() > deadline:
            return item
        if item is not None and item.not_before is not None:
            time.sleep(max(0.0, min(item.not_before.timestamp() - time.time(), within_s)))
