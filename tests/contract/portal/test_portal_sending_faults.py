"""Each fault of the sending, and of the list of dossiers, does what its sentence says."""

import http.client
import time

import pytest

from fixtures.portal.faults import FAULTS
from tests.doubles.portal import Client
from tests.waiting import until

NO_ANSWER = (http.client.RemoteDisconnected, OSError)


@pytest.fixture(scope="module")
def insider(portal) -> Client:
    return portal.client().logged_in()


@pytest.fixture
def fault(portal, insider):
    """Sets a fault for the insider; all are taken back afterwards."""
    yield lambda name, **params: portal.faults.set(name, insider.tax_code, **params)
    portal.faults.clear(insider.tax_code)


def _outcomes(portal, insider, period) -> list[str]:
    with portal.truth.read() as db:
        query = "SELECT outcome FROM dossiers WHERE tax_code = ? AND period = ? ORDER BY id"
        return [row["outcome"] for row in db.execute(query, (insider.tax_code, period))]


def _listed(insider, number: str) -> bool:
    return f'data-number="{number}"' in insider.desk.page("/ho-so/tra-cuu")


def test_a_duplicate_is_taken(portal, insider, fault):
    """With the fault the same matter is accepted twice, under two numbers, and the truth counts both."""
    fault("duplicate-taken")
    first, second = (insider.desk.submit(insider.dossier("01/2026"), insider.signer)["number"] for _ in range(2))
    assert first != second
    assert _outcomes(portal, insider, "01/2026") == ["accepted", "accepted"]


def test_an_upload_is_cut_at_half(portal, insider, fault):
    """No answer comes, and nothing was tried; the next upload goes through."""
    fault("upload-cut")
    with pytest.raises(NO_ANSWER):
        insider.desk.submit(insider.dossier("02/2026"), insider.signer)
    assert _outcomes(portal, insider, "02/2026") == []
    assert insider.desk.submit(insider.dossier("02/2026"), insider.signer)["ok"]


def test_an_answer_comes_late_and_the_dossier_was_taken_at_once(portal, insider, fault):
    """90 s unless told otherwise; a client that waits less learns nothing."""
    assert FAULTS["answer-late"].params["seconds"] == 90
    fault("answer-late", seconds=0.6)
    before = time.monotonic()
    assert insider.desk.submit(insider.dossier("03/2026"), insider.signer)["ok"]
    assert time.monotonic() - before >= 0.6
    assert _outcomes(portal, insider, "03/2026") == ["accepted"]


def test_the_list_shows_a_dossier_late_or_not_at_all_or_is_down(portal, insider, fault):
    """Each hides what was taken, and only while it is set."""
    number = insider.desk.submit(insider.dossier("04/2026"), insider.signer)["number"]
    assert _listed(insider, number)
    fault("lookup-late", seconds=3600)
    assert not _listed(insider, number)
    portal.faults.clear(insider.tax_code)
    fault("lookup-empty")
    assert not _listed(insider, number)
    fault("lookup-down")
    assert insider.desk.request("GET", "/ho-so/tra-cuu")[0] == 500
    portal.faults.clear(insider.tax_code)
    assert _listed(insider, number)


def test_the_portal_is_down_for_a_while(insider, fault):
    """Whoever is signed in gets no answer until the seconds are over."""
    fault("portal-down", seconds=3600)
    for path in ("/check", "/ho-so/nop", "/ho-so/tra-cuu"):
        with pytest.raises(NO_ANSWER):
            insider.desk.request("GET", path)
    fault("portal-down", seconds=0)
    assert insider.desk.request("GET", "/check")[0] == 200


def test_mails_wait_while_the_mail_server_is_down(portal):
    """Nothing comes, no attempt is used up, and the mail comes when the server is back."""
    other = portal.client()
    portal.faults.set("mail-server-down", other.tax_code)
    number = other.registered()

    def rows() -> list[tuple]:
        return [(row["state"], row["attempts"]) for row in portal.truth.snapshot()["mails"] if row["registration"] == number]

    until(lambda: rows() == [("waiting", 0)], "the mail to wait")
    assert portal.mails_to(other.email) == []
    portal.faults.clear(other.tax_code)
    other.mail("Kích hoạt")


def test_a_clock_that_jumped_stands_in_receipt_and_list(insider, fault):
    """What is taken carries the wrong time."""
    right = insider.desk.submit(insider.dossier("05/2026"), insider.signer)
    fault("clock-jump", seconds=-86_400)
    wrong = insider.desk.submit(insider.dossier("06/2026"), insider.signer)
    assert wrong["time"].split()[0] != right["time"].split()[0]
    assert wrong["time"] in insider.desk.page(f"/ho-so/tra-cuu?so={wrong['number']}")


def test_a_session_ends_in_the_middle_of_an_upload(portal):
    """The file was announced; the upload itself finds nobody signed in, and nothing is tried."""
    other = portal.client().logged_in()
    portal.faults.set("session-expired", other.tax_code, at="/api/ho-so")
    data = other.dossier()
    ticket = other.desk.ticket("a.xml", data, "01")
    assert ticket["ok"]
    assert other.desk.upload(data, ticket["ticket"], other.signer).status == 401
    assert _outcomes(portal, other, "10/2026") == []
