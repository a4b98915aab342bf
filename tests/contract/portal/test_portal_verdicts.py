"""The portal's verdict on a dossier's structure: later than the receipt, by mail, in the look-up, and wrong on purpose."""

import pytest

from tests.doubles.portal import running_portal
from tests.waiting import until

SUBJECT = "Kết quả kiểm tra cấu trúc"


@pytest.fixture(scope="module")
def judging(tmp_path_factory):
    """A portal that judges at once; the tests' dossiers are hulls that it cannot let pass."""
    with running_portal(tmp_path_factory.mktemp("cổng"), verdict_after_s=0.05) as world:
        yield world


@pytest.fixture
def insider(judging):
    return judging.client().logged_in()


def _mails(judging, insider, state="sent"):
    rows = judging.truth.snapshot()["verdict_mails"]
    return [row for row in rows if row["recipient"] == insider.email and row["state"] == state]


def _text(mail):
    """The whole of a mail as a reader sees it, attachments included."""
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def test_a_structure_fault_comes_later_by_mail_and_in_the_look_up(insider):
    """The upload is accepted; then the status says that the structure is not valid, and the mail names the fields."""
    number = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    mail = insider.mail(SUBJECT)
    assert number in mail["Subject"]
    assert "cấu trúc không hợp lệ" in _text(mail)
    assert "Cấu trúc không hợp lệ" in insider.desk.page(f"/ho-so/tra-cuu?so={number}")
    assert "Hồ sơ bị trả lại" in insider.desk.page(f"/ho-so/tra-cuu/chi-tiet?so={number}")


def test_what_was_given_back_is_no_acceptance_and_may_come_again(judging, insider):
    """After the verdict the same business key is accepted again, and the truth counts no acceptance of the first."""
    first = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    insider.mail(SUBJECT)
    second = insider.desk.submit(insider.dossier(), insider.signer)
    assert second["ok"]
    assert second["number"] != first
    counted = [row["numbers"] for row in judging.truth.snapshot()["acceptances"]]
    assert first not in " ".join(counted)


def test_a_verdict_that_never_comes_is_in_the_look_up_only(judging, insider):
    """verdict-never: judged, and no mail is sent."""
    judging.faults.set("verdict-never", insider.tax_code)
    number = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    until(lambda: _mails(judging, insider, "missing"), "the verdict")
    assert [row["about"] for row in _mails(judging, insider, "missing")] == [number]
    assert "Cấu trúc không hợp lệ" in insider.desk.page(f"/ho-so/tra-cuu?so={number}")


def test_a_late_verdict_waits_its_time(judging, insider):
    """verdict-late: the mail is due that much later than the judgement."""
    judging.faults.set("verdict-late", insider.tax_code, seconds=3600.0)
    insider.desk.submit(insider.dossier(), insider.signer)
    until(lambda: _mails(judging, insider, "waiting"), "the verdict's mail to be put off")
    assert _mails(judging, insider) == []


def test_a_verdict_that_comes_twice_comes_in_two_layouts(judging, insider):
    """verdict-twice: two mails about one dossier, each with an id of its own."""
    judging.faults.set("verdict-twice", insider.tax_code)
    number = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    insider.mail(SUBJECT, 2)
    until(lambda: len(_mails(judging, insider)) == 2, "both mails in the truth")
    first, second = _mails(judging, insider)
    assert [first["about"], second["about"]] == [number, number]
    assert first["layout"] != second["layout"]
    assert first["message_id"] != second["message_id"]


def test_a_verdict_about_another_dossier_comes_before_the_true_one(judging, insider):
    """verdict-other-dossier: a mail that names a number this organisation never got, then the true one."""
    judging.faults.set("verdict-other-dossier", insider.tax_code)
    number = insider.desk.submit(insider.dossier(), insider.signer)["number"]
    insider.mail(SUBJECT, 2)
    until(lambda: len(_mails(judging, insider)) == 2, "both mails in the truth")
    foreign, true = (row["about"] for row in _mails(judging, insider))
    assert number != foreign
    assert number == true
