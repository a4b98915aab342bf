"""Verdicts in the mailbox against the books: matched by number, else by file name, never by a guess."""

import pytest

from fixtures.portal import verdict_letters
from fixtures.portal.structure import Defect
from fixtures.portal.verdict_letters import UNREADABLE, Verdict
from robot.errors import DossierUnreadable
from robot.flow import Submission
from robot.flow.verdicts import Verdicts
from robot.ledger import Ledger
from robot.settings import Ledger as LedgerSettings
from robot.settings import Mail, Organisation, Portal
from robot.settings.submission import Submission as Ways
from tests.unit.mails import HOST, SENDER, TAX_CODE
from tests.unit.test_submission import dossier_head

KEY = "TZ0101A/600/11/2026/01"
NUMBER = "00001/2026/00131"
DEFECT = Defect("D02-TS-595.xml", "D02-TS", 2, "Masobhxh", "99A1234567", "chỉ gồm chữ số")
DOSSIER = {"tax_code": TAX_CODE, "number": NUMBER, "file_name": "a.xml", "procedure": "600", "period": "11/2026", "round": "01"}


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(LedgerSettings(), tmp_path) as books:
        yield books


@pytest.fixture
def maildir(tmp_path):
    folder = tmp_path / "Maildir"
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


@pytest.fixture
def effect(ledger, tmp_path):
    run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    sent = ledger.intend(run, "submission", KEY, {"sha256": "a" * 64, "file": "a.xml"})
    ledger.confirm(sent.id, {"kind": "dossier", "number": NUMBER, "at": ""})
    ledger.end_run(run, "done")
    return sent.id


@pytest.fixture
def verdicts(ledger, maildir):
    class Settings:
        mail = Mail(kind="maildir", maildir=maildir, senders=(SENDER,))
        portal = Portal(hosts=(HOST,))

    facts = {"name": "Thử", "tax_code": TAX_CODE, "province": "x", "agency_name": "x", "agency_code": "07906"}
    organisation = Organisation(**facts, email="a@thu.example", contact="x", address="x")
    return Verdicts(Settings(), ledger, None, "hoa-binh", organisation)


@pytest.fixture
def mailed(maildir):
    """Puts a verdict's mail into the mailbox."""

    def put(layout="text", defects=(DEFECT,), **facts):
        message = verdict_letters.write(Verdict({**DOSSIER, **facts}, defects), layout, "a@thu.example", SENDER)
        (maildir / "new" / str(len(list((maildir / "new").iterdir())))).write_bytes(bytes(message))

    return put


def test_a_verdict_is_matched_by_number_and_booked_once(ledger, effect, verdicts, mailed):
    """The effect is refused, its faults are in the model of the robot's own check, values masked; a second look finds nothing."""
    mailed()
    (verdict,) = verdicts.fetch()
    assert ("invalid", effect) == (verdict.outcome, verdict.effect)
    (fault,) = verdict.faults["en"]
    assert ("D02-TS", 2, "Masobhxh", "Mã số BHXH", "••••••••67", "error") == tuple(
        fault[name] for name in ("form", "row", "field", "label", "value", "severity")
    )
    assert ledger.newest("submission", KEY).state == "refused"
    assert verdicts.fetch() == []


@pytest.mark.parametrize(
    "facts", [{"number": "00002/2026/00131"}, {"file_name": "b.xml"}], ids=["another number", "another file under the number"]
)
def test_a_verdict_about_another_dossier_touches_nothing(ledger, effect, verdicts, mailed, facts):
    """It is booked as a person's to read."""
    del effect
    mailed(**facts)
    assert ["unmatched"] == [verdict.outcome for verdict in verdicts.fetch()]
    assert ledger.newest("submission", KEY).state == "confirmed"


def test_what_is_not_understood_is_kept_with_its_text(ledger, effect, verdicts, mailed):
    """The person gets the letter; long numbers in it are left out."""
    del effect
    mailed(UNREADABLE)
    (verdict,) = verdicts.fetch()
    assert verdict.outcome == "not_understood"
    assert "chưa đạt" in verdict.text
    assert TAX_CODE not in verdict.text
    assert ledger.newest("submission", KEY).state == "confirmed"


def test_bytes_that_a_verdict_refused_are_not_sent_again(ledger, effect, verdicts, mailed, tmp_path):
    """The same digest is refused before anything starts, with the run and the reason; other bytes may go."""
    del effect
    mailed()
    verdicts.fetch()

    ways = Ways()
    run = ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    with pytest.raises(DossierUnreadable, match="Masobhxh"):
        Submission(ledger, ways, run, "hoa-binh", dossier_head("a" * 64), 1)
    corrected = Submission(ledger, ways, run, "hoa-binh", dossier_head("b" * 64), 1)
    assert (corrected.receipt, corrected.claim.state) == (None, "claimed")


def test_nothing_sent_means_no_look_into_the_mailbox(verdicts, maildir):
    """An organisation that has sent nothing has no verdicts to wait for, even where its mailbox is gone."""
    for part in ("new", "cur", "tmp"):
        (maildir / part).rmdir()
    assert verdicts.fetch() == []
