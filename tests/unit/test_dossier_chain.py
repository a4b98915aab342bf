"""Who stands behind a signature, through authorities in between, and when it says that it was made."""

import datetime as dt

import pytest
from cryptography import x509

from fixtures.dossiers import Plan, make_dossier, make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority, make_intermediate
from robot.dossier import Checker, Owner, load_authorities, load_rules
from tests.doubles.soft_key import SoftKey

HOA_BINH = ORGANISATIONS["hoa-binh"]
OWNER = Owner("hoa-binh", HOA_BINH.tax_code)
PLAN = Plan(HOA_BINH, "01/2026", make_people(1, seed=1), dt.date(2026, 2, 14))
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
MAY_HAVE_MORE = x509.BasicConstraints(ca=True, path_length=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("authorities")


@pytest.fixture(scope="module")
def root(folder):
    return make_authority(folder / "root", path_length=2)


@pytest.fixture(scope="module")
def between(folder, root):
    """An authority in between: what a vendor's tokens come from."""
    return make_intermediate(root, folder / "between", "CA Trung Gian Mẫu")


@pytest.fixture(scope="module")
def key(between):
    return SoftKey(between, HOA_BINH)


@pytest.fixture
def faults(root, tmp_path):
    """Check a dossier against authorities (the root alone); its faults as (rule, severity), the same in both layers once."""

    def checked(document, *authorities, now=None):
        file = tmp_path / "BHXHDienTu.xml"
        file.write_bytes(document)
        known = load_authorities([one.certificate_path for one in authorities or (root,)])
        return {(fault.rule_name, fault.severity) for fault in Checker(load_rules(), known).check(file, OWNER, now).faults}

    return checked


def _signed_by(authority, *chain):
    """A dossier signed with a certificate of that authority, with these certificates beside it."""
    key = SoftKey(authority, HOA_BINH)
    key.chain = chain
    return make_dossier(PLAN, key)


def _says_time(document, text):
    """The same dossier whose container says when it was signed (no digest covers that, as none is known to)."""
    names = 'xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"'
    said = f"<ds:Object><xades:SigningTime {names}>{text}</xades:SigningTime></ds:Object></ds:Signature>".encode()
    begin, end = document.rsplit(b"</ds:Signature>", 1)
    return begin + said + end


def test_a_chain_through_an_authority_in_between(faults, key, between):
    """With its certificate in the signature the root is enough; without it, it has to be among the known authorities."""
    assert faults(make_dossier(PLAN, key)) == set()
    alone = _signed_by(between)
    assert faults(alone) == {("chain", "error")}
    assert faults(alone, between) == set()


def test_a_chain_of_two_in_any_order(faults, folder, root):
    """Certificates beside the signer's stand in no order, and one that leads nowhere does no harm."""
    upper = make_intermediate(root, folder / "upper", "CA Trên", constraints=MAY_HAVE_MORE)
    lower = make_intermediate(upper, folder / "lower", "CA Dưới")
    stranger = make_authority(folder / "stranger").certificate
    assert faults(_signed_by(lower, stranger, upper.certificate, lower.certificate)) == set()
    assert faults(_signed_by(lower, lower.certificate)) == {("chain", "error")}


def test_an_authority_that_two_others_stand_above(faults, folder, between):
    """Cross-signed: the chain that leads nowhere comes first, and the other one is still found."""
    stranger = make_authority(folder / "other root", path_length=2)
    life = (NOW - 9 * DAY, NOW + 9 * DAY)
    known, issuer = between.certificate, stranger.certificate.subject
    crossed = x509.CertificateBuilder(issuer, known.subject, known.public_key(), 7, *life, [*known.extensions])
    cross = crossed.sign(stranger.key, known.signature_hash_algorithm)
    assert faults(_signed_by(between, cross, known)) == set()
    assert faults(_signed_by(between, cross, known), stranger) == set()


@pytest.mark.parametrize(
    "given",
    [
        {"life": (NOW - 90 * DAY, NOW - DAY)},
        {"life": (NOW + DAY, NOW + 90 * DAY)},
        {"constraints": x509.BasicConstraints(ca=False, path_length=None)},
    ],
    ids=["ran out", "not yet valid", "no authority"],
)
def test_an_authority_in_between_that_may_not_issue(faults, folder, root, given, request):
    """It ran out, is not valid yet, or is an organisation's own certificate: no chain, in both layers."""
    wrong = make_intermediate(root, folder / request.node.name, "CA Sai", **given)
    assert faults(_signed_by(wrong, wrong.certificate)) == {("chain", "error")}


def test_more_authorities_than_the_one_above_allows(faults, folder, between):
    """The authority in between may issue to organisations only (path length 0): one below it is not trusted."""
    below = make_intermediate(between, folder / "below", "CA Dưới Nữa")
    assert faults(_signed_by(below, *below.chain)) == {("chain", "error")}


def test_another_root_with_the_same_name(faults, folder, key):
    """Names alone are no chain."""
    assert faults(make_dossier(PLAN, key), make_authority(folder / "same name", path_length=2)) == {("chain", "error")}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW - dt.timedelta(hours=1), set()),
        (NOW - 5 * DAY, {("signed_outside", "error")}),
        (NOW + 5000 * DAY, {("signed_outside", "error")}),
        (NOW + 30 * DAY, {("signed_in_future", "warning")}),
        (NOW + dt.timedelta(minutes=5), set()),
    ],
    ids=["within its life", "before it", "after it", "in the future", "clocks apart"],
)
def test_the_signing_time(faults, key, at, expected):
    """Within the certificate's life and not to come; in any zone."""
    document = make_dossier(PLAN, key)
    for zone in (dt.UTC, dt.timezone(dt.timedelta(hours=7))):
        assert expected == faults(_says_time(document, at.astimezone(zone).isoformat()))


def test_a_signing_time_without_a_zone_is_vietnams(faults, key):
    """As the clock of an office's computer shows it, seven hours ahead of UTC."""
    document = make_dossier(PLAN, key)
    local = (NOW + dt.timedelta(hours=7)).replace(tzinfo=None)
    assert faults(_says_time(document, local.isoformat())) == set()
    assert faults(_says_time(document, (local + dt.timedelta(hours=7)).isoformat())) == {("signed_in_future", "warning")}


@pytest.mark.parametrize("text", ["", "hôm qua", "2026-13-40T00:00:00Z"])
def test_no_signing_time_is_no_fault(faults, key, text):
    """Nothing says that the portal asks for one; one that is no time counts as none."""
    document = make_dossier(PLAN, key)
    assert faults(document) == set()
    assert faults(_says_time(document, text)) == set()
