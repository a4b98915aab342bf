"""What a recorder knows of a run, and that it never breaks one off."""

import datetime as dt

import pytest

from robot.drive.recorder.facts import portal_build
from robot.drive.recorder.guard import Guard
from robot.drive.recorder.knowing import Known
from robot.drive.recorder.look import Seen
from robot.drive.recorder.taken import Taken, pictures_of, steps_of, trees_of
from robot.mail.letter import read_letter
from robot.recording.exchanges import Exchange
from robot.redaction import Redactor
from robot.settings import Organisation
from robot.settings.model import MailPatterns

LETTER = "From: no-reply@baohiemxahoi.gov.vn\nContent-Type: text/plain; charset=utf-8\n\nMã kích hoạt: {code}\n"


@pytest.fixture
def redactor():
    return Redactor()


@pytest.fixture
def known(redactor):
    organisation = Organisation(
        name="Công ty Mẫu",
        tax_code="9901003041-001",
        unit_code="TZ0103C",
        province="Hà Nội",
        agency_name="BHXH cơ sở Bình An",
        agency_code="00131",
        phone="02400001001",
        email="mau@thu.example",
        contact="Nguyễn Văn A",
        address="Số 1, Hà Nội",
        contact_address="Số 1, Hà Nội",
    )
    return Known(organisation, redactor, dt.date(2026, 11, 22))


def test_the_organisation_is_hidden_and_its_agency_is_not(known):
    """A branch's tax code with its hyphen or without; the same address is one placeholder; whose agency it is, is public."""
    said = known.register.hide("9901003041-001 9901003041001 Số 1, Hà Nội | BHXH cơ sở Bình An 00131, Hà Nội")
    assert said == "{ORG:tax_code} {ORG:tax_code} {ORG:address} | BHXH cơ sở Bình An 00131, Hà Nội"


def test_secrets_get_their_names(known, redactor):
    """PIN, the mailbox's password, an account: as the vault has handed them out."""
    redactor.learn("token/ABC", "86420975")
    redactor.learn("mail/mau", "thu-gia-mat-khau")
    redactor.learn("portal/mau", "9901003041-001\nmat-khau-cong\n9901003041-001/20261122-1/1")
    known.learn_secrets()
    assert known.register.values("SECRET") == {
        "86420975": "{SECRET:pin}",
        "thu-gia-mat-khau": "{SECRET:mail_password}",
        "mat-khau-cong": "{SECRET:password}",
    }
    assert {"86420975", "thu-gia-mat-khau", "mat-khau-cong", "Công ty Mẫu"} <= known.forbidden.keys()


def test_the_code_of_every_letter_is_a_secret(known):
    """Of one that is passed over too: an older code, or one that is refused."""
    letters = [read_letter(LETTER.format(code=code).encode(), dt.datetime.now(dt.UTC)) for code in ("K7XQ2MPA", "9DNB4TWE")]
    known.learn_letters(letters, MailPatterns())
    assert known.register.hide("K7XQ2MPA 9DNB4TWE") == "{SECRET:code} {SECRET:code.2}"


@pytest.mark.parametrize(
    ("page", "build"),
    [
        ('<html><head><meta name="build" content="2026.11.3"></head>', "2026.11.3"),
        ('<app-root ng-version="17.3.1">', "17.3.1"),
        ("<html><body>version 3</body>", ""),
    ],
)
def test_the_portals_build_is_what_its_pages_say(page, build):
    """In the page's head, or as Angular marks its root; nothing where no page says one."""
    asked = Exchange(0, 0.0, 0.1, "document", "GET", "https://gddt.baohiemxahoi.gov.vn/", 200, body=page.encode())
    assert portal_build([asked]) == build


def test_whatever_goes_wrong_in_recording_stays_there():
    """The run goes on; the first thing is kept, so that no half recording is written."""
    guard = Guard()
    with guard.keeping():
        raise KeyError("first")
    guard.kept(lambda number: 1 // number)(0)
    assert repr(guard.wrong) == "KeyError('first')"
    with pytest.raises(KeyboardInterrupt), guard.keeping():
        raise KeyboardInterrupt


def test_a_step_that_shows_nothing_new_has_the_picture_of_the_one_before():
    """Each picture is one file; a step without a page has neither picture nor snapshot."""
    seen = [Seen("/a", "- a", b"one"), Seen("/a", "- b", b"one"), None, Seen("/b", None, b"two")]
    taken = [Taken(f"step {number}", float(number), 1.0, done=True, seen=each) for number, each in enumerate(seen)]
    first, last = "screenshots/01.webp", "screenshots/04.webp"
    assert [step.screenshot for step in steps_of(taken)] == [first, first, None, last]
    assert pictures_of(taken) == {b"one": first, b"two": last}
    assert trees_of(taken) == {"aria/01.yml": "- a\n", "aria/02.yml": "- b\n"}
    assert [step.aria for step in steps_of(taken)] == ["aria/01.yml", "aria/02.yml", None, None]
