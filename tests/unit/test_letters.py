"""Letters: what is read of a mail, however broken, and which letters are believed."""

from datetime import timedelta

import pytest

from robot import settings
from robot.mail import PortalLetters
from robot.mail.letter import LARGEST_BYTES
from robot.mail.web_links import leads_to
from robot.texts import LANGUAGES
from tests.unit.mails import BODY, CREDENTIALS, HOST, LINK, NOW, SENDER, TAX_CODE, delivered, written


@pytest.fixture
def portal_letters():
    return PortalLetters(settings.Mail(senders=(SENDER.upper(),)), (HOST, "dichvucong.baohiemxahoi.gov.vn"))


def _reasons(ignored):
    return [each.reason for each in ignored]


def test_an_activation_letter_is_read(portal_letters):
    """Code, link and registration come out of the portal's letter; the code shows in no representation."""
    found, ignored = portal_letters.newest_activation([delivered()], TAX_CODE, "DK2026-000123", NOW)
    assert ignored == []
    assert [found.code.get_secret_value(), found.link, found.registration] == ["ABCD2345", LINK, "DK2026-000123"]
    assert "ABCD2345" not in repr(found)
    assert found.letter.head == {
        "message_id": "<1@baohiemxahoi.gov.vn>",
        "sender": SENDER,
        "subject": "Kích hoạt tài khoản giao dịch điện tử BHXH",
        "received": "2026-11-22T08:00:00+00:00",
    }


def test_a_credentials_letter_is_read(portal_letters):
    """User name and password come out of the second letter, whichever letter is asked for."""
    letters = [delivered(), delivered(text=CREDENTIALS, minutes=1)]
    found, ignored = portal_letters.newest_credentials(letters, TAX_CODE, NOW)
    assert [found.user_name, found.password.get_secret_value()] == [TAX_CODE, "q7Kz-mPw2xTa"]
    assert "q7Kz" not in repr(found)
    assert _reasons(ignored) == ["no_credentials"]
    found, ignored = portal_letters.newest_activation(letters, TAX_CODE, None, NOW)
    assert [found.code.get_secret_value(), _reasons(ignored)] == ["ABCD2345", ["no_code"]]


def _onboarding(number, password, minutes):
    """The two letters of one onboarding, in their order."""
    code = BODY.replace("DK2026-000123", number)
    return [delivered(text=code, minutes=minutes), delivered(text=CREDENTIALS.replace("q7Kz-mPw2xTa", password), minutes=minutes)]


@pytest.mark.parametrize("minutes", [0, 0.2, 2])
def test_of_two_onboardings_in_a_minute_each_has_its_own_credentials(portal_letters, minutes):
    """A letter that came before the registration's first code is an earlier account's, in the same second or by a slow clock."""
    first, second = _onboarding("DK2026-000001", "erstes-1", 0), _onboarding("DK2026-000002", "zweites-2", minutes)
    since = NOW - timedelta(seconds=60)
    so_far = [*first, second[0]]
    found, ignored = portal_letters.newest_credentials(so_far, TAX_CODE, since, "DK2026-000002")
    assert (found, _reasons(ignored)) == (None, ["older", "older", "no_credentials"])
    again = delivered(second[0].text and written(text=second[0].text), minutes=minutes + 1)  # the code's letter comes twice
    found, _ = portal_letters.newest_credentials([*so_far, second[1], again], TAX_CODE, since, "DK2026-000002")
    assert found.password.get_secret_value() == "zweites-2"
    found, _ = portal_letters.newest_credentials(first, TAX_CODE, since, "DK2026-000001")
    assert found.password.get_secret_value() == "erstes-1"


def test_a_forged_code_hides_no_credentials(portal_letters):
    """What nobody believes has no place: a forged letter after the true ones, naming the registration, changes nothing."""
    forged = delivered(text=BODY, sender="forger@thu.example", minutes=5)
    letters = [delivered(text=CREDENTIALS, minutes=1), forged]
    found, _ = portal_letters.newest_credentials(letters, TAX_CODE, NOW, "DK2026-000123")
    assert found.password.get_secret_value() == "q7Kz-mPw2xTa"


def test_html_alone_is_enough(portal_letters):
    """A letter without a plain part is read from its HTML, a link behind a word included; what is unseen is not read."""
    html = f"""<html><head><style>Mã kích hoạt: AAAA0000</style></head><body><script>Mã kích hoạt: BBBB0000</script>
    <table><tr><td>Mã số thuế:</td><td><b>{TAX_CODE}</b></td></tr><tr><td>Mã kích hoạt:</td><td>ABCD2345</td></tr></table>
    <p><a href="{LINK}">Bấm vào đây</a> <a href="mailto:hoi@{HOST}">hỏi</a></p></body></html>"""
    found, ignored = portal_letters.newest_activation([delivered(text=None, html=html)], TAX_CODE, None, NOW)
    assert ignored == []
    assert [found.code.get_secret_value(), found.link, found.registration] == ["ABCD2345", LINK, None]


def test_letters_in_decomposed_vietnamese_are_read(portal_letters):
    """Diacritics written as separate characters (NFD) are the same letters."""
    import unicodedata

    found, _ = portal_letters.newest_activation([delivered(text=unicodedata.normalize("NFD", BODY))], TAX_CODE, None, NOW)
    assert found.code.get_secret_value() == "ABCD2345"


@pytest.mark.parametrize(
    "sender",
    [
        "no-reply@baohiemxahoi-gov.example",
        f'"{SENDER}" <forger@thu.example>',
        f"{SENDER} <forger@thu.example>",
        f"<forger@thu.example> {SENDER}",
        f"{SENDER}, forger@thu.example",
        f"forger@thu.example, <{SENDER}>",
        f"Nhóm: {SENDER};",
        f"<{SENDER}> (forger@thu.example)",
        f"<@thu.example:{SENDER}>",
        f'"{SENDER}"@thu.example',
        f"{SENDER}.thu.example",
        f"x{SENDER}",
        SENDER.replace("o-r", "о-r"),  # Cyrillic
        "",
    ],
)
def test_only_the_one_sender_is_believed(portal_letters, sender):
    """Display names, several addresses, groups, comments, routes and look-alikes do not make a sender."""
    raw = written(sender="x@thu.example").replace(b"From: x@thu.example", f"From: {sender}".encode())
    found, ignored = portal_letters.newest_activation([delivered(raw)], TAX_CODE, None, NOW)
    assert found is None
    assert _reasons(ignored) == ["sender"]


def test_two_from_headers_make_no_sender(portal_letters):
    """Which of two From headers a program shows differs, so neither counts."""
    raw = b"From: " + SENDER.encode() + b"\n" + written()
    assert portal_letters.newest_activation([delivered(raw)], TAX_CODE, None, NOW)[0] is None


@pytest.mark.parametrize(
    "sender",
    [SENDER.upper(), f"<{SENDER}>", f"=?utf-8?q?B=E1=BA=A3o?= <{SENDER}>", f'"a, \\"b\\" <c@d>" <{SENDER}>'],
)
def test_a_senders_name_and_case_do_not_matter(portal_letters, sender):
    """The address alone counts, whatever name stands before it."""
    raw = written(sender="x@thu.example").replace(b"From: x@thu.example", f"From: {sender}".encode())
    assert portal_letters.newest_activation([delivered(raw)], TAX_CODE, None, NOW)[0] is not None


FOREIGN = [
    f"http://{HOST}/kich-hoat",
    "https://gddt.baohiemxahoi-gov.example/kich-hoat",
    f"https://{HOST}.thu.example/kich-hoat",
    f"https://{HOST}@thu.example/kich-hoat",
    f"https://{HOST}:443/kich-hoat",
    f"https://{HOST}:8443/",
    f"https://user@{HOST}/",
    f"https://{HOST}./",
    f"https://x{HOST}/",
    f"https://{HOST}\\@thu.example/",
    f"https://{HOST.replace('a', 'а', 1)}/kich-hoat",
    f"https://{HOST}/kích-hoạt",
    "https://xn--ggt-0ld.baohiemxahoi.gov.vn/",
    f"https://thu.example/https://{HOST}/kich-hoat",
    f"ftp://{HOST}/",
    "javascript:alert(1)",
    "//thu.example/kich-hoat",
    "/kich-hoat",
]


@pytest.mark.parametrize("address", FOREIGN)
def test_a_link_to_anywhere_else_makes_the_letter_a_forgery(portal_letters, address):
    """One link beside the portal's own hosts is enough, even behind the portal's own text."""
    assert not leads_to(address, [HOST])
    letter = delivered(html=f'<p><a href="{address}">{LINK}</a></p>')
    found, ignored = portal_letters.newest_activation([letter], TAX_CODE, None, NOW)
    assert found is None
    assert _reasons(ignored) == ["foreign_link"]


@pytest.mark.parametrize("address", [LINK, f"https://{HOST}", f"HTTPS://{HOST.upper()}/x?y=1#z", f"https://{HOST}/#/kich-hoat"])
def test_the_portals_own_links_are_its_own(address):
    """Case and what follows the host do not matter."""
    assert leads_to(address, [HOST])


@pytest.mark.parametrize(
    ("named", "ours", "believed"),
    [
        ("9901000019", "9901000019", True),
        ("9901003041-001", "9901003041-001", True),
        ("9901003041001", "9901003041-001", True),
        ("9901003041", "9901003041-001", False),
        ("9901003041-001", "9901003041", False),
        ("99010000190", "9901000019", False),
        ("19901000019", "9901000019", False),
        ("9901002030", "9901000019", False),
        ("không có", "9901000019", False),
    ],
)
def test_the_letter_names_the_organisation(portal_letters, named, ours, believed):
    """A branch's letter is not its parent's; a number that merely holds the code is not the code."""
    letter = delivered(text=BODY.replace(TAX_CODE, named))
    found, ignored = portal_letters.newest_activation([letter], ours, None, NOW)
    assert [found is not None, _reasons(ignored)] == [believed, [] if believed else ["other_organisation"]]


def test_the_newest_letter_of_the_registration_is_taken(portal_letters):
    """Arrival decides, then order; letters of another registration and forgeries, though newer, are passed over."""
    letters = [
        delivered(text=BODY.replace("2345", "AAAA"), minutes=3),
        delivered(text=BODY.replace("2345", "BBBB"), minutes=3),
        delivered(text=BODY.replace("2345", "CCCC"), minutes=1),
        delivered(text=BODY.replace("000123", "000099").replace("2345", "DDDD"), minutes=4),
        delivered(text=BODY.replace("2345", "EEEE"), minutes=5, sender="no-reply@baohiemxahoi-gov.example"),
    ]
    found, ignored = portal_letters.newest_activation(letters, TAX_CODE, "DK2026-000123", NOW)
    assert found.code.get_secret_value() == "ABCDBBBB"
    assert _reasons(ignored) == ["older", "older", "other_registration", "sender"]
    newest, _ = portal_letters.newest_activation(letters, TAX_CODE, None, NOW)
    assert newest.registration == "DK2026-000099"


def test_letters_before_the_moment_do_not_count(portal_letters):
    """A letter of an earlier time is not even mentioned; mailboxes keep seconds, so the fraction is left out."""
    letters = [delivered(minutes=-1), delivered()]
    found, ignored = portal_letters.newest_activation(letters, TAX_CODE, None, NOW + timedelta(milliseconds=900))
    assert [found.letter.received, ignored] == [NOW, []]
    assert portal_letters.newest_activation(letters, TAX_CODE, None, NOW + timedelta(seconds=1)) == (None, [])


def test_a_letter_over_a_megabyte_is_not_read(portal_letters):
    """Its head is kept for the evidence, its body is not looked at."""
    letter = delivered(written() + b"\n" + b"x" * LARGEST_BYTES)
    assert [letter.too_large, letter.text, letter.sender] == [True, "", SENDER]
    assert _reasons(portal_letters.newest_activation([letter], TAX_CODE, None, NOW)[1]) == ["too_large"]


def test_why_a_letter_was_ignored_is_said_in_both_languages(portal_letters):
    """Every reason has its sentence, and the evidence holds the head, never the text."""
    _, ignored = portal_letters.newest_activation([delivered(sender="forger@thu.example")], TAX_CODE, None, NOW)
    assert all(ignored[0].why.say(language) for language in LANGUAGES)
    assert "ABCD2345" not in repr(ignored)
