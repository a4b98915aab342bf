"""The mail room against a real IMAP server and a real Maildir: what it reads, and that it changes nothing."""

import json
import os
import smtplib
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from imap_tools import MailBox

from fixtures.mail import MailFolder, Users
from robot import settings
from robot.errors import MailUnavailable, SettingsError
from robot.mail import open_mailbox
from robot.mail.letter import LARGEST_BYTES
from tests.waiting import until

PASSWORD = "planted-mail-password-1"
UNICODE_PASSWORD = "mật khẩu hộp thư"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Server:
    """The world's mail servers, and what a test asks of them."""

    def __init__(self, directory: Path, imap: int, smtp: int) -> None:
        self.ca = MailFolder(directory).ca
        self.imap = imap
        self.smtp = smtp

    def deliver(self, user, text, subject="Kích hoạt"):
        message = EmailMessage()
        message["From"] = "no-reply@baohiemxahoi.gov.vn"
        message["To"] = f"{user}@thu.example"
        message["Subject"] = subject
        message.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as client:
            client.send_message(message)

    def settings(self, user, **other):
        return settings.Mail(**{"host": "127.0.0.1", "port": self.imap, "ca_file": self.ca, "user": user, **other})

    def flags(self, user):
        context = ssl.create_default_context(cafile=self.ca)
        with MailBox("127.0.0.1", self.imap, ssl_context=context, timeout=20).login(user, PASSWORD) as box:
            return [letter.flags for letter in box.fetch(mark_seen=False)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("mail")
    users = Users(MailFolder(directory).users)
    for user in ("hoa-binh", "song-lo", "thai-son"):
        users.set(user, PASSWORD)
    users.set("kim-lien", UNICODE_PASSWORD)
    ready = directory / "ready.json"
    command = [sys.executable, "-m", "fixtures.mail", "--dir", str(directory), "--ready-file", str(ready)]
    with subprocess.Popen(command) as process:
        until(lambda: ready.exists() or process.poll() is not None, "the mail servers answer")
        said = json.loads(ready.read_text(encoding="utf-8"))
        yield Server(directory, said["imap"]["port"], said["smtp"]["port"])
        process.terminate()


def test_letters_are_read_and_nothing_is_marked(server):
    """New letters appear on an open connection, with the time the server took them in; none is marked as read."""
    before = datetime.now(UTC)
    with open_mailbox(server.settings("hoa-binh"), PASSWORD) as mailbox:
        assert mailbox.letters(before) == []
        server.deliver("hoa-binh", "Mã kích hoạt: ABCD2345", "Thư thứ nhất")
        server.deliver("hoa-binh", "x" * (LARGEST_BYTES + 1000), "Thư quá lớn")
        letters = mailbox.letters(before)
        assert sorted(letter.subject for letter in letters) == ["Thư quá lớn", "Thư thứ nhất"]
        by_subject = {letter.subject: letter for letter in letters}
        assert by_subject["Thư thứ nhất"].text.strip() == "Mã kích hoạt: ABCD2345"
        assert [by_subject["Thư quá lớn"].too_large, by_subject["Thư quá lớn"].text] == [True, ""]
        assert all(timedelta(seconds=-1) <= letter.received - before <= timedelta(seconds=60) for letter in letters)
        assert mailbox.letters(letters[-1].received + timedelta(seconds=1)) == []
        assert mailbox.letters(LONG_AGO) == letters
    assert [flag for flags in server.flags("hoa-binh") for flag in flags if "seen" in flag.lower()] == []


def test_a_lost_connection_is_made_anew(server):
    """A server that hangs up between two looks is asked again."""
    server.deliver("song-lo", "one")
    with open_mailbox(server.settings("song-lo"), PASSWORD) as mailbox:
        assert len(mailbox.letters(LONG_AGO)) == 1
        mailbox._box.client.shutdown()
        server.deliver("song-lo", "two")
        assert sorted(letter.text.strip() for letter in mailbox.letters(LONG_AGO)) == ["one", "two"]


def test_a_password_of_vietnamese_letters_logs_in(server):
    """A password that plain LOGIN cannot carry goes another way, and a wrong one is refused just so."""
    with open_mailbox(server.settings("kim-lien"), UNICODE_PASSWORD) as mailbox:
        assert mailbox.letters(LONG_AGO) == []
    with pytest.raises(SettingsError) as refused, open_mailbox(server.settings("kim-lien"), UNICODE_PASSWORD + "ạ"):
        pass
    assert refused.value.text.key == "errors.mail_refused"


@pytest.mark.parametrize("password", ["planted-wrong-password", 'planted" "x', "planted\r\nA1 LOGOUT"])
def test_a_refused_log_in_names_the_mailbox_and_never_the_password(server, password):
    """The sentence says what to check; neither it nor what it came from holds the password."""
    with pytest.raises(SettingsError) as refused, open_mailbox(server.settings("thai-son"), password):
        pass
    assert refused.value.text.key == "errors.mail_refused"
    chain = [refused.value, refused.value.__cause__, None if refused.value.__suppress_context__ else refused.value.__context__]
    assert [link for link in chain if "planted" in f"{link!r} {link}"] == []


def test_a_folder_that_is_not_there_is_a_matter_of_settings(server):
    """The sentence names the folder."""
    with pytest.raises(SettingsError) as absent, open_mailbox(server.settings("thai-son", folder="Không có"), PASSWORD):
        pass
    assert absent.value.text.key == "errors.mail_folder_absent"


def test_a_server_without_trust_or_without_answer_is_unavailable(server):
    """A certificate of an authority nobody named, a closed port, a name that does not exist: waiting, exit code 14."""
    for other in ({"ca_file": None}, {"port": 1}, {"host": "mail.invalid"}, {"port": server.smtp}):
        mail = server.settings("thai-son", **other)
        with pytest.raises(MailUnavailable) as unavailable, open_mailbox(mail, PASSWORD):
            pass
        assert [unavailable.value.text.key, unavailable.value.exit_code] == ["errors.mail_unreachable", 14]
        assert PASSWORD not in str(unavailable.value)


@pytest.mark.parametrize("missing", ["host", "user", "password"])
def test_what_the_settings_lack_is_named(missing):
    """The key that is missing, before anything is connected."""
    given = {"host": "127.0.0.1", "user": "x", "password": "y", missing: ""}
    password = given.pop("password")
    with pytest.raises(SettingsError) as needed, open_mailbox(settings.Mail(**given), password):
        pass
    assert needed.value.text.fills == {"key": f"mail.{missing}"}


def test_a_maildir_is_read_and_left_as_it_is(tmp_path):
    """Letters of `new` and `cur` by the time of their files; a letter in both (just being moved) counts once."""
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    for name, minutes, text in [
        ("new/2.M2.host", 2, "second"),
        ("cur/1.M1.host:2,S", 1, "first"),
        ("cur/2.M2.host:2,", 2, "second"),
        ("cur/0.M0.host:2,", -60, "too old"),
        ("tmp/3.M3.host", 3, "half written"),
        ("new/.hidden", 3, "no letter"),
    ]:
        path = tmp_path / name
        path.write_text(f"From: a@b.example\n\n{text}\n")
        os.utime(path, ((moment + timedelta(minutes=minutes)).timestamp(),) * 2)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with open_mailbox(settings.Mail(kind="maildir", maildir=tmp_path), None) as mailbox:
        letters = mailbox.letters(moment)
    assert [letter.text.strip() for letter in letters] == ["first", "second"]
    assert letters[0].received == moment + timedelta(minutes=1)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_a_folder_that_is_no_maildir_is_said(tmp_path):
    """Its name, and why."""
    with (
        open_mailbox(settings.Mail(kind="maildir", maildir=tmp_path / "none"), None) as mailbox,
        pytest.raises(MailUnavailable) as unavailable,
    ):
        mailbox.letters(LONG_AGO)
    assert unavailable.value.text.key == "errors.maildir_unreadable"
