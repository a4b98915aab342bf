"""Every named fault really strikes, only its own organisation and only as often as set."""

import http.client
import threading
import time

import pytest

from fixtures.portal.agencies import PROVINCES
from fixtures.portal.faults import FAULTS
from tests.waiting import until


def test_faults_are_told_in_both_languages_and_the_agencies_are_in_the_tree():
    """One table names every fault; the made-up organisations' agencies can be chosen on the form."""
    from fixtures.organisations import ORGANISATIONS

    wanted = {
        "form-absent-phone", "mail-late", "mail-missing", "mail-twice", "mail-forged", "code-wrong", "portal-500",
        "portal-slow", "connection-dropped", "captcha-wrong-once", "session-expired",
        "portal-http", "portal-maintenance", "page-wrong", "page-signed-out", "page-script-error", "page-request-failed",
        "clock-skew", "dialog-unasked", "form-fields-marked", "portal-toast", "page-changed",
        "upload-cut", "answer-late", "duplicate-taken", "lookup-late", "lookup-down", "lookup-empty", "portal-down", "clock-jump",
        "mail-server-down",
        "verdict-late", "verdict-never", "verdict-twice", "verdict-other-dossier", "verdict-unreadable",
    }  # fmt: skip
    assert set(FAULTS) == wanted
    assert [kind.name for kind in FAULTS.values() if not (kind.text.vi.endswith(".") and kind.text.en.endswith("."))] == []
    chosen = [(row.province, row.agency_code, row.agency_name) for row in ORGANISATIONS.values()]
    assert [row for row in chosen if PROVINCES.get(row[0], {}).get(row[1]) != row[2]] == []


def test_setting_counting_down_and_clearing(portal, client):
    """A fault set twice strikes twice, whoever asks; wrong names, parameters and numbers are refused."""
    faults = portal.faults
    faults.set("portal-500", client.tax_code, times=20)
    taken = []
    threads = [
        threading.Thread(target=lambda: taken.extend([faults.take("portal-500", client.tax_code) for _ in range(10)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(params is not None for params in taken) == 20
    faults.set("mail-late", client.tax_code, seconds="1.5")
    assert faults.active(client.tax_code) == {"mail-late": {"seconds": 1.5, "mail": ""}}
    assert faults.clear(client.tax_code) == 2
    assert faults.active(client.tax_code) == {}
    for wrong in ({"name": "khong-co"}, {"name": "mail-late", "minutes": 1}):
        with pytest.raises(KeyError):
            faults.set(wrong.pop("name"), client.tax_code, **wrong)
    with pytest.raises(ValueError, match="0"):
        faults.set("mail-late", client.tax_code, times=0)


def test_form_absent_while_the_phone_is_not_blank(portal):
    """The check answers ok without a nonce; with the phone blank, and for others, it gives one."""
    client, other = portal.client(), portal.client()
    portal.faults.set("form-absent-phone", client.tax_code)
    phone = f"09{client.tax_code[2:]}"
    for _ in range(2):
        assert client.desk.check_registration({**client.fields, "DienThoai": phone}) == {"ok": True, "nonce": None}
    assert client.desk.check_registration(client.fields)["nonce"]
    assert other.desk.check_registration({**other.fields, "DienThoai": phone})["nonce"]


def test_mail_late_comes_late_and_blocks_nobody(portal):
    """A late mail waits as a row with its time while another organisation's mail goes out."""
    client, other = portal.client(), portal.client()
    portal.faults.set("mail-late", client.tax_code, seconds=1.2)
    before = time.monotonic()
    client.registered()
    other.registered()
    other.mail("Kích hoạt")
    assert portal.mails_to(client.email) == []
    client.mail("Kích hoạt")
    assert time.monotonic() - before >= 1.2


def test_mail_missing_never_comes_and_is_recorded(portal, client):
    """The truth says that the mail was kept back; after clearing, the next registration's mail comes."""
    portal.faults.set("mail-missing", client.tax_code, mail="activation")
    number = client.registered()

    def states() -> list[str]:
        return [row["state"] for row in portal.truth.snapshot()["mails"] if row["registration"] == number]

    until(lambda: states() == ["missing"], "the mail to be recorded as missing")
    portal.faults.clear(client.tax_code)
    client.registered()
    client.mail("Kích hoạt")
    assert len(portal.mails_to(client.email)) == 1


def test_mail_twice_brings_the_same_mail_twice(portal, client):
    """Both copies carry the same code and Message-ID, and the code works."""
    portal.faults.set("mail-twice", client.tax_code)
    number = client.registered()
    client.mail("Kích hoạt", 2)
    first, second = portal.mails_to(client.email)
    texts = [mail.get_body(("plain",)).get_content() for mail in (first, second)]
    assert (first["Message-ID"], texts[0]) == (second["Message-ID"], texts[1])
    assert client.desk.activate(client.tax_code, number, client.word(second, "Mã kích hoạt")) == {"ok": True}


def test_mail_forged_is_newer_and_leads_elsewhere(portal, client):
    """Besides the true mail comes a newer one by a look-alike sender with a foreign link and a worthless code."""
    portal.faults.set("mail-forged", client.tax_code)
    number = client.registered()
    forged = client.mail("Kích hoạt", 2)
    true = portal.mails_to(client.email)[0]
    assert forged["From"].addresses[0].addr_spec == "no-reply@baohiemxahoi-gov.example"
    assert forged["Date"].datetime >= true["Date"].datetime
    assert "https://gddt.baohiemxahoi.gov.vn" not in forged.get_body(("plain",)).get_content()
    assert not client.desk.activate(client.tax_code, number, client.word(forged, "Mã kích hoạt"))["ok"]
    assert client.desk.activate(client.tax_code, number, client.word(true, "Mã kích hoạt"))["ok"]


def test_code_wrong_until_registered_again(portal, client):
    """The first registration's code is refused for good; the next one's is accepted."""
    portal.faults.set("code-wrong", client.tax_code)
    number = client.registered()
    code = client.word(client.mail("Kích hoạt"), "Mã kích hoạt")
    for _ in range(2):
        assert client.desk.activate(client.tax_code, number, code)["message"] == "Mã kích hoạt không chính xác"
    newer = client.registered()
    code = client.word(client.mail("Kích hoạt", 2), "Mã kích hoạt")
    assert client.desk.activate(client.tax_code, newer, code) == {"ok": True}


def test_portal_500_once_before_and_after_the_effect(portal, client):
    """The plain fault does nothing but fail; with accepted the effect has happened although 500 was answered."""
    client.logged_in()
    portal.faults.set("portal-500", client.tax_code)
    assert client.desk.request("GET", "/ho-so/nop")[0] == 500
    assert client.desk.request("GET", "/ho-so/nop")[0] == 200
    portal.faults.set("portal-500", client.tax_code, at="/api/ho-so", accepted=True)
    assert client.desk.submit(client.dossier(), client.signer).status == 500
    assert "đã được tiếp nhận" in client.desk.submit(client.dossier(), client.signer)["message"]


def test_portal_slow_is_slow_for_its_organisation(portal):
    """The organisation's request waits the seconds set, and another's meanwhile does not."""
    client, other = portal.client(), portal.client()
    portal.faults.set("portal-slow", client.tax_code, seconds=1.0)
    before = time.monotonic()
    answers = []
    slow = threading.Thread(target=lambda: answers.append(client.desk.check_registration(client.fields)))
    slow.start()
    assert other.desk.check_registration(other.fields)["ok"]
    slow.join()
    assert answers[0]["ok"]
    assert time.monotonic() - before >= 1.0


def test_connection_dropped_gives_no_answer_at_all(portal, client):
    """Not one byte comes back; the dossier was accepted all the same, exactly once."""
    client.logged_in()
    portal.faults.set("connection-dropped", client.tax_code)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError, OSError)) as gone:
        client.desk.submit(client.dossier(), client.signer)
    assert not isinstance(gone.value, TimeoutError)
    assert "đã được tiếp nhận" in client.desk.submit(client.dossier(), client.signer)["message"]
    kept = [row["outcome"] for row in portal.truth.snapshot()["dossiers"] if row["tax_code"] == client.tax_code]
    assert kept == ["accepted", "refused"]


def test_a_repetition_of_a_dropped_request_is_dropped_too(portal, client):
    """Chrome sends a request again when a kept connection dies: the fault outlasts that, and the effect happens once."""
    nonce = client.desk.check_registration(client.fields)["nonce"]
    body = client.desk.signed_registration(client.fields, nonce, client.signer)
    portal.faults.set("connection-dropped", client.tax_code, at="/api/dang-ky")
    for _ in range(3):
        with pytest.raises((http.client.RemoteDisconnected, OSError)):
            client.desk.call("/api/dang-ky", body)
    assert [row["tax_code"] for row in portal.truth.snapshot()["registrations"]].count(client.tax_code) == 1


def test_connection_dropped_before_the_effect_leaves_nothing(portal, client):
    """With accepted false the request is lost on the way in."""
    portal.faults.set("connection-dropped", client.tax_code, accepted=False)
    with pytest.raises((http.client.RemoteDisconnected, OSError)):
        client.desk.register(client.fields, client.signer)
    assert client.tax_code not in {row["tax_code"] for row in portal.truth.snapshot()["registrations"]}


def test_captcha_wrong_once(portal, client):
    """One right answer is refused, the next one accepted."""
    portal.faults.set("captcha-wrong-once", client.tax_code)
    assert client.desk.check_registration(client.fields)["message"] == "Mã kiểm tra không chính xác"
    assert client.desk.check_registration(client.fields)["ok"]


def test_session_expired_at_the_next_dossier_call(portal, client):
    """The call answers 401 and the session is gone; pages before it still open."""
    client.logged_in()
    portal.faults.set("session-expired", client.tax_code)
    assert client.desk.request("GET", "/ho-so/nop")[0] == 200
    assert client.desk.ticket("a.xml", b"<Hoso/>", "01").status == 401
    assert client.desk.request("GET", "/check")[0] == 401
