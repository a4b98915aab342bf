"""The comparison of what runs reported with the portal's truth: agrees when all agrees, and only then."""

import hashlib
import json

import pytest

from fixtures.organisations import ORGANISATIONS
from fixtures.world import Ran
from fixtures.world.verdict import Verdict

TAX_CODE = ORGANISATIONS["hoa-binh"].tax_code
DECLARATION = {"unit_code": "TZ0101A", "procedure": "600", "period": "11/2026", "round": "01"}


def ran(receipt, exit_code=0, **more):
    said = {"organisation": "hoa-binh", "outcome": "done", "receipt": receipt and {"number": receipt}, **more}
    return Ran(exit_code, json.dumps(said), "")


@pytest.fixture
def dossier(tmp_path):
    file = tmp_path / "BHXHDienTu.xml"
    file.write_bytes(b"<Hoso/>")
    return file


@pytest.fixture
def truth(dossier):
    """One registration, activated, and one dossier accepted."""
    sha256 = hashlib.sha256(dossier.read_bytes()).hexdigest()
    sent = {"tax_code": TAX_CODE, "outcome": "accepted", "number": "00001/2026/00131", "sha256": sha256, **DECLARATION}
    return {
        "registrations": [{"tax_code": TAX_CODE, "number": "DK2026-000001"}],
        "accounts": [{"tax_code": TAX_CODE, "registration": "DK2026-000001"}],
        "dossiers": [sent],
        "acceptances": [{"times": 1, **DECLARATION}],
    }


def verdict_of(dossier, truth, onboard="DK2026-000001", submit="00001/2026/00131"):
    verdict = Verdict()
    verdict.add("hoa-binh", ran(onboard))
    verdict.add("hoa-binh", ran(submit), dossier)
    return verdict, verdict.against(truth)


def test_agreement(dossier, truth):
    """Receipts that the portal has, an account from that registration, one acceptance, the same bytes: all agrees."""
    verdict, lines = verdict_of(dossier, truth)
    assert verdict.agrees
    assert [line for line in lines if not line.startswith("✓")] == []


def test_nothing_compared_is_no_agreement():
    """A verdict on no run at all does not agree."""
    assert not Verdict().agrees


@pytest.mark.parametrize(
    "change",
    [
        lambda truth: truth["registrations"].append({"tax_code": TAX_CODE, "number": "DK2026-000002"}),
        lambda truth: truth["registrations"].clear(),
        lambda truth: truth["accounts"].clear(),
        lambda truth: truth["dossiers"].clear(),
        lambda truth: truth["dossiers"][0].update(outcome="refused"),
        lambda truth: truth["dossiers"][0].update(tax_code="9901002030"),
        lambda truth: truth["dossiers"][0].update(sha256="0" * 64),
        lambda truth: truth["acceptances"][0].update(times=2),
    ],
)
def test_each_difference_is_told(dossier, truth, change):
    """Whatever the portal's truth says otherwise is marked, and there is no agreement."""
    change(truth)
    verdict, lines = verdict_of(dossier, truth)
    assert not verdict.agrees
    assert any(line.startswith("✗") for line in lines)


def test_a_run_that_failed_is_told(dossier, truth):
    """A run that ended otherwise than done, or without a report, is a disagreement by itself."""
    for failed in (ran(None, 13, outcome="unknown"), Ran(1, "", "a traceback")):
        verdict = Verdict()
        verdict.add("hoa-binh", failed, dossier)
        assert [line[0] for line in verdict.against(truth)] == ["✗"]
        assert not verdict.agrees


def test_the_absent_form_needs_finding_and_picture(tmp_path, truth):
    """The absent form counts as shown when the run named it and kept a picture of it."""
    finding = {"link": "form", "cause": "…", "remedy": "…"}
    (tmp_path / "screenshots").mkdir()
    picture = tmp_path / "screenshots" / "01-the-form-to-choose-a-signature-absent.png"
    for present, expected in ((False, False), (True, True)):
        if present:
            picture.touch()
        verdict = Verdict()
        verdict.add("hoa-binh", ran("DK2026-000001", finding=finding, evidence=str(tmp_path)))
        verdict.expect_absent_form("hoa-binh")
        verdict.against(truth)
        assert verdict.agrees is expected
