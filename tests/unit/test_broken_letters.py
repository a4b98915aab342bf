"""Broken mails: a letter comes out of each, and none is believed by mistake."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from robot import settings
from robot.mail import PortalLetters
from robot.mail.letter import read_letter
from robot.mail.web_links import leads_to
from tests.unit.mails import HOST, LINK, NOW, SENDER, TAX_CODE, written


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\xff\xfe\x00",
        b"From no colon\n\nbody",
        b"Content-Type: text/plain; charset=no-such\n\nxin ch\xc3\xa0o",
        b"Content-Type: text/plain; charset=\xff\n\nxin ch\xc3\xa0o",
        b"Content-Type: text/html; charset=utf-16\n\n<p>a",
        b"Content-Type: text/plain; charset=idna\n\n\xff..",
        b"Content-Type: text/plain; charset=zlib\n\nabc",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n%%%%",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\n--a--",
        b"Subject: =?no-such?b?////?=\nMessage-ID:\n\n",
        b"Subject: =?utf-8?b?a?= =?utf-8?q?=ff=fe?=\n\n",
        b"Content-Type: text/html\n\n<?xml version='1.0' encoding='utf-7'?><p>\x00\x01</p",
        b"Content-Type: text/html\n\n" + b"<div>" * 5000 + b"x",
        b"Content-Type: message/rfc822\n\n" * 3000 + b"\nx",
    ],
)
def test_a_broken_mail_is_a_letter_all_the_same(raw):
    """Whatever is wrong with it, a letter comes out, and its text can be written down."""
    read = read_letter(raw, NOW)
    read.text.encode()
    "".join(read.head.values()).encode()


def test_mails_nested_without_end_do_not_break_the_reader():
    """Two thousand multiparts one in the other come out as a letter."""
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(2000))
    assert read_letter(b"From: " + SENDER.encode() + b"\n" + raw, NOW).sender == SENDER


GOOD = written(html=f'<p>Mã kích hoạt: ABCD2345 <a href="{LINK}">mở</a></p>')
NEW = st.binary(max_size=12) | st.sampled_from([b"\n\n", b"=?utf-8?", b"<", b'"'])
CHANGES = st.lists(
    st.tuples(
        st.integers(0, len(GOOD) - 1),
        st.integers(0, 20),
        st.binary(max_size=12) | st.sampled_from([b"\n\n", b"=?utf-8?", b"<", b'"']),
    ),
    max_size=8,
)


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES)
def test_mutated_mails_never_break_the_reader(changes):
    """However a mail is mangled, reading it ends in a letter, and a believed one still has the one sender and only our links."""
    raw = GOOD
    for at, length, new in changes:
        raw = raw[:at] + new + raw[at + length :]
    read = read_letter(raw, NOW)
    reader = PortalLetters(settings.Mail(senders=(SENDER,)), (HOST,))
    found, ignored = reader.newest_activation([read], TAX_CODE, None, NOW)
    read.text.encode()
    assert (found is None) == (len(ignored) == 1)
    if found is not None:
        assert read.sender == SENDER
        assert [link for link in read.links if not leads_to(link, [HOST])] == []
