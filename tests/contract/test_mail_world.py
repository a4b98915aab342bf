"""The world's mail servers: what the robot's mail room may rely on, asked of the real processes."""

import contextlib
import imaplib
import json
import smtplib
import ssl
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest

from fixtures.mail import MailFolder, Users
from tests.waiting import alive, until

PASSWORD = "planted-mail-password-1"


@dataclass
class Running:
    """The mail process and where it answers."""

    directory: Path
    process: subprocess.Popen
    imap: int
    smtp: int

    def deliver(self, recipient, text, sender="no-reply@baohiemxahoi.gov.vn"):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, recipient, "Mã kích hoạt"
        message.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as client:
            client.send_message(message, from_addr=sender)

    def texts(self, user, password=PASSWORD):
        context = ssl.create_default_context(cafile=MailFolder(self.directory).ca)
        with imaplib.IMAP4_SSL("127.0.0.1", self.imap, ssl_context=context, timeout=10) as client:
            client.login(user, password)
            client.select("INBOX", readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number.decode(), "(BODY.PEEK[TEXT])")[1][0][1].decode() for number in numbers]

    def temporary(self):
        return Path(json.loads(MailFolder(self.directory).note.read_text(encoding="utf-8"))["folder"])


@pytest.fixture
def start(tmp_path):
    """Starts the mail process on the test's own folder, as often as asked; ends what is left."""
    begun = []

    def begin():
        ready = tmp_path / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "fixtures.mail", "--dir", str(tmp_path), "--ready-file", str(ready)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        begun.append(process)
        until(lambda: ready.exists() or process.poll() is not None, "the mail servers answer")
        assert process.poll() is None, process.stderr.read()
        said = json.loads(ready.read_text(encoding="utf-8"))
        return Running(tmp_path, process, said["imap"]["port"], said["smtp"]["port"])

    users = Users(MailFolder(tmp_path).users)
    users.set("hoa-binh", PASSWORD)
    users.set("song-lo", "another-password")
    yield begin
    for process in begun:
        if process.poll() is None:
            process.terminate()
        process.wait(20)
        process.stderr.close()


def test_what_smtp_takes_is_read_by_imap(start):
    """A mail sent by SMTP stands whole in its recipient's mailbox, and in no other."""
    mail = start()
    mail.deliver("hoa-binh@thu.example", "Mã kích hoạt: ABCD2345")
    assert [text.strip() for text in mail.texts("hoa-binh")] == ["Mã kích hoạt: ABCD2345"]
    assert mail.texts("song-lo", "another-password") == []


def test_a_forged_sender_gets_through(start):
    """The server believes any sender, as mail does: to tell a forged one is the robot's own concern."""
    mail = start()
    mail.deliver("hoa-binh@thu.example", "giả mạo", sender="no-reply@baohiemxahoi-gov.example")
    assert len(mail.texts("hoa-binh")) == 1


@pytest.mark.parametrize("recipient", ["nobody-here@thu.example", "hoa-binh@other.example"])
def test_an_unknown_recipient_is_refused(start, recipient):
    """Mail to no mailbox of ours is refused at once, so that a portal's mistake is seen."""
    mail = start()
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.deliver(recipient, "x")


def test_a_wrong_password_is_refused(start):
    """IMAP lets in only who knows the password."""
    mail = start()
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        mail.texts("hoa-binh", "wrong")


def test_its_certificate_is_not_trusted_by_the_system(start):
    """Only a client that is told of the world's authority gets in: trust is narrow."""
    mail = start()
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("127.0.0.1", mail.imap, ssl_context=ssl.create_default_context(), timeout=10)


def test_it_ends_clean_and_keeps_the_mail(start):
    """After SIGTERM no process and no temporary folder is left, and the next start has the mail."""
    mail = start()
    mail.deliver("hoa-binh@thu.example", "đến trước")
    temporary, children = mail.temporary(), psutil.Process(mail.process.pid).children(recursive=True)
    assert children
    mail.process.terminate()
    assert mail.process.wait(20) == 0
    until(lambda: alive(children) == [], "Dovecot's processes have gone", within_s=2)
    assert not temporary.exists()
    again = start()
    assert [text.strip() for text in again.texts("hoa-binh")] == ["đến trước"]


def test_a_killed_server_leaves_nothing_running_and_loses_no_mail(start):
    """After kill -9 Dovecot ends by itself; the next start finds the mail and removes the folder that was left."""
    mail = start()
    mail.deliver("hoa-binh@thu.example", "đến trước")
    temporary, children = mail.temporary(), psutil.Process(mail.process.pid).children(recursive=True)
    mail.process.kill()
    mail.process.wait(10)
    until(lambda: alive(children) == [], "Dovecot has ended")
    again = start()
    assert not temporary.exists()
    assert [text.strip() for text in again.texts("hoa-binh")] == ["đến trước"]


def test_no_password_is_written_anywhere(start):
    """The passwords stand in no file of the mail's folders and in no command line."""
    mail = start()
    mail.texts("hoa-binh")
    places = [MailFolder(mail.directory).home, mail.temporary()]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert len(files) > 5
    assert [file for file in files if PASSWORD.encode() in file.read_bytes()] == []
    server = psutil.Process(mail.process.pid)
    lines = {server.pid: server.cmdline()}
    for child in server.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a log-in's process ends by itself
            lines[child.pid] = child.cmdline()
    assert len(lines) > 1
    assert [pid for pid, line in lines.items() if PASSWORD in " ".join(line)] == []


def test_a_second_server_on_the_same_folder_gives_way(start, tmp_path):
    """Two servers never share mailboxes: the second waits for the first, and serves when it has ended."""
    mail = start()
    ready = tmp_path / "second.json"
    command = [sys.executable, "-m", "fixtures.mail", "--dir", str(tmp_path), "--ready-file", str(ready)]
    second = subprocess.Popen(command)
    try:
        mail.process.terminate()
        assert mail.process.wait(20) == 0
        until(ready.exists, "the second server answers")
    finally:
        second.terminate()
        assert second.wait(20) == 0
