"""Notices and heartbeat against a real receiver on this machine: what arrives, what is kept back, what a deaf address does."""

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from robot.drive.heartbeat import beat
from robot.drive.notices import Notices
from robot.drive.outbox import take_in
from robot.drive.pin_window import PinWindow
from robot.errors import VaultClosed
from robot.report.morning import good_morning
from robot.vault import Vault

SECRET = "tok3n-of-the-hook"
# A library of Apprise's looks for a module that newer Pythons no longer have.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        got = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, json.loads(got)))
        self.send_response(self.server.answers)
        self.end_headers()

    def log_message(self, *_said):
        """Say nothing."""


@contextmanager
def _listening(answers=200):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.got, server.answers = [], answers
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver():
    with _listening() as server:
        yield server


class _Store(dict):
    """A vault's store in memory."""

    def has(self, name):
        return name in self

    def set(self, name, secret):
        self[name] = secret


@pytest.fixture
def told(office, receiver):
    """An office whose vault has the receiver's address, as Apprise writes one; more settings by name."""

    def made(port=None, **schedule):
        at = f"127.0.0.1:{port or receiver.server_port}/{SECRET}"
        vault = Vault(_Store({"notice": f"json://{at}", "beat": f"http://{at}", "none": "not an address"}), office.redactor)
        notices = office.settings.notices.model_copy(update={"urls": ("keyring:notice",)})
        times = office.settings.schedule.model_copy(update=schedule)
        settings = office.settings.model_copy(update={"notices": notices, "schedule": times})
        return replace(office, settings=settings, vault=vault)

    return made


def test_a_question_arrives_with_its_picture_and_the_command(told, office, receiver, tmp_path):
    """Whoever reads it on a telephone sees the captcha and knows what to answer where."""
    picture = tmp_path / "captcha.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    number = office.ledger.ask(run, "captcha", picture, 60)
    assert [] == Notices(told()).question(number)
    ((path, said),) = receiver.got
    assert f"/{SECRET}" == path.rstrip("/")
    assert f"vss-robot answer {number}" in said["message"]
    assert "hoa-binh" in said["title"]
    assert ["captcha.png"] == [one["filename"] for one in said["attachments"]]


def test_a_question_without_a_picture_arrives_with_what_to_do(told, robot, office, receiver, tmp_path):
    """A vendor's window is answered on its screen, an activation by its choices; `vss-robot questions` shows the same."""
    run = office.ledger.begin_run("onboard", "hoa-binh", {}, tmp_path)
    PinWindow(office.ledger, run, Notices(told()).question).opened(120)
    number = office.ledger.ask(run, "activation", said={"en": "refused twice", "vi": "hai lần"}, choices=("again", "stop"))
    Notices(told()).question(number)
    window, activation = (said["message"] for _, said in receiver.got)
    assert "answer it on that screen" in window
    assert "vss-robot answer" not in window
    assert f"refused twice\nAnswer: vss-robot answer {number} … (again, stop)" in activation
    listed = robot("questions").said
    assert all(words in listed for words in ("answer it on that screen", "refused twice", "Answers: again, stop"))
    assert [2, 2, 0] == [robot("answer", *words).code for words in ((number - 1, "1234"), (number, "1234"), (number, "again"))]


def test_a_held_dossier_arrives_with_the_reason_and_the_choices(told, office, receiver):
    """The reason in the operator's language, and what can be answered."""
    from robot.ledger.item import NewItem

    item = office.ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/01/2026/01", "f", "f.xml", "f" * 64, 9))
    held = office.ledger.care.hold(item.id, {"en": "the token is gone", "vi": "mất token"})
    assert [] == Notices(told()).held(held)
    said = receiver.got[0][1]["message"]
    assert "the token is gone" in said
    assert "retry, cancel" in said


def test_a_file_that_waits_for_consent_is_told_of_and_stays_here(told, office, receiver, document):
    """The question goes out with its answers; the dossier, full of people's data, does not."""
    for name, seed in (("a.xml", 1), ("b.xml", 2)):
        folder = office.settings.outbox.folder / "hoa-binh"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(document(seed=seed))
        take_in(told(), "hoa-binh")
    ((_, said),) = receiver.got
    assert [one["filename"] for one in said.get("attachments", [])] == []
    assert all(word in said["message"] for word in ("b.xml", "yes, no", "vss-robot answer"))


def test_what_a_run_has_left_held_is_told_once(told, office, receiver, tmp_path):
    """A dossier that the run held is told of; a captcha of the same run, answered or not, is not told again."""
    from robot.ledger.item import NewItem

    item = office.ledger.queue.plan(NewItem("hoa-binh", "TZ0101A/600/01/2026/01", "f", "f.xml", "f" * 64, 9))
    run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    office.ledger.ask(run, "captcha", tmp_path / "x.png")
    claim = office.ledger.protocol.claim(run, 60, item=item.id)
    office.ledger.protocol.hold(claim, {"en": "the token is gone", "vi": "mất token"})
    Notices(told()).held_by(run)
    assert ["the token is gone" in said["message"] for _, said in receiver.got] == [True]


def test_a_night_gives_its_sign_of_life(robot, settings_file, tmp_path):
    """A night without dossiers is a night that ran: the real command writes the heartbeat."""
    beat_file = tmp_path / "beat.json"
    written = settings_file.read_text(encoding="utf-8") + f'\n[schedule]\nheartbeat_file = "{beat_file}"\n'
    settings_file.write_text(written, encoding="utf-8")
    ran = robot("nightly")
    assert 0 == ran.code, ran.talk
    assert json.loads(beat_file.read_text(encoding="utf-8"))["balanced"]


def test_the_morning_report_and_the_heartbeat_arrive(told, office, receiver, tmp_path):
    """After a night the report is told and a sign of life is given, by file and by address."""
    night = office.ledger.nights.begin(None)
    office.ledger.nights.end(night, {})
    own = told(heartbeat_file=tmp_path / "sống" / "beat.json", heartbeat_url="keyring:beat")
    report, failed = good_morning(own, night)
    assert (True, []) == (report.balanced, failed)
    notice, sign = (said for _, said in receiver.got)
    assert "0 of 0 accepted" in notice["title"]
    assert sign == json.loads((tmp_path / "sống" / "beat.json").read_text(encoding="utf-8"))
    assert (night, True) == (sign["night"], sign["balanced"])


def test_a_kind_that_is_not_wanted_is_not_told(told, office, receiver):
    """The settings say what is told."""
    own = told()
    few = own.settings.notices.model_copy(update={"kinds": ("report",)})
    own = replace(own, settings=own.settings.model_copy(update={"notices": few}))
    run = office.ledger.begin_run("submit", "hoa-binh", {}, office.settings.home)
    assert [] == Notices(own).question(office.ledger.ask(run, "captcha", office.settings.home / "x.png"))
    assert [] == receiver.got


@pytest.mark.parametrize("reference", ["keyring:notice", "keyring:none", "keyring:absent"])
def test_an_address_that_does_not_take_it_is_named_and_never_shown(told, office, reference, capfd, caplog, tmp_path):
    """Deaf, wrong or missing in the vault: the reference is named, nothing is raised, no secret is logged or printed."""
    caplog.set_level("DEBUG", "apprise")
    with _listening(answers=500) as deaf:
        own = told(port=deaf.server_port, heartbeat_url=reference)
        urls = own.settings.notices.model_copy(update={"urls": (reference,)})
        own = replace(own, settings=own.settings.model_copy(update={"notices": urls}))
        run = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
        number = office.ledger.ask(run, "captcha", tmp_path / "none.png", 60)
        assert [reference] == Notices(own).question(number)
        assert ["schedule.heartbeat_url"] == beat(own, {"night": 1})
    said = capfd.readouterr()
    logs = "".join(file.read_text(encoding="utf-8") for file in (office.settings.home / "logs").iterdir())
    assert reference in logs
    assert SECRET not in said.out + said.err + logs + caplog.text


def test_a_folder_that_cannot_be_written_is_named(told, office):
    """A heartbeat that fails is a warning; the night stays as it is booked."""
    in_the_way = office.settings.home / "in the way"
    in_the_way.write_text("x")
    assert ["schedule.heartbeat_file"] == beat(told(heartbeat_file=in_the_way / "beat.json"), {"night": 1})


def test_the_vault_says_what_it_lacks(told):
    """The double of the store behaves as the real ones do."""
    with pytest.raises(VaultClosed):
        told().vault.get("keyring:absent")
