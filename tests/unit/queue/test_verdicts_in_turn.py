"""Verdicts of many organisations, one mailbox after the other: a silent server is asked once, a stop is heard between two."""

import pytest

from robot.drive import Office
from robot.drive.verdicts import fetch_in_turn

BOTH = ("hoa-binh", "song-lo")


@pytest.fixture(params=["imap", "maildir"])
def kind(request):
    """Where mailboxes lie: on a server that nobody is, or in folders that are none."""
    return request.param


@pytest.fixture
def settings_file(settings_file, kind):
    mail = f'[mail]\nkind = "{kind}"\nhost = "127.0.0.1"\nport = 1\nuser = "a"\npassword = "keyring:mail"\nmaildir = "none"\n'
    vault = '[vault]\nbackend = "file"\n'
    settings_file.write_text(f"{settings_file.read_text(encoding='utf-8')}{vault}{mail}", encoding="utf-8")
    return settings_file


@pytest.fixture
def office(settings_file):
    with Office.open(settings_file, lambda: "mở ra") as opened:
        yield opened


@pytest.fixture
def sent(office):
    """Both organisations have sent something."""
    office.vault.set("mail", "x")
    for key in BOTH:
        run = office.ledger.begin_run("submit", key, {}, office.settings.home)
        effect = office.ledger.intend(run, "submission", f"{key}/600/11/2026/01", {"sha256": "a" * 64, "file": "a.xml"})
        office.ledger.confirm(effect.id, {"kind": "dossier", "number": "00001/2026/07906", "at": ""})
        office.ledger.end_run(run, "done")


@pytest.mark.usefixtures("sent")
def test_a_mail_server_that_does_not_answer_is_asked_once(office, kind):
    """All mailboxes lie on it, and each silence takes its time; folders are each their own."""
    said = []
    assert 0 == fetch_in_turn(office, BOTH, lambda: False, lambda key, text: said.append((key, text.key)))
    expected = {"imap": [(BOTH[0], "errors.mail_unreachable")], "maildir": [(key, "errors.maildir_unreadable") for key in BOTH]}
    assert expected[kind] == said


@pytest.mark.usefixtures("sent")
def test_a_stop_is_heard_between_two_mailboxes(office):
    """Nothing is asked any more."""
    assert 0 == fetch_in_turn(office, BOTH, lambda: True, lambda key, _: pytest.fail(key))
