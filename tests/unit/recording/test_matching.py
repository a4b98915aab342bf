"""What a request of a replay is answered with: each exchange once and in order, or a miss that says what is nearest."""

from pathlib import Path

import pytest

from robot.recording.binding import Binding
from robot.recording.exchanges import Exchange, Posted, read_posted
from robot.recording.matching import Asked, Difference, Matching, Miss
from robot.recording.reading import load

FOLDER = Path(__file__).parents[3] / "fixtures" / "recordings" / "wrong-code-then-registered-again"
PORTAL = "https://gddt.baohiemxahoi.gov.vn"


def call(path, sent=None, *, method="POST", kind="fetch", answer=b"{}", mime="application/json", step=0):
    posted = Posted("application/json", sent) if sent is not None else None
    return Exchange(step, 1.0, 0.1, kind, method, PORTAL + path, 200, (), posted, "OK", (("content-type", mime),), answer)


def asked(path, sent=None, *, method="POST"):
    return Asked(method, PORTAL + path, Posted("application/json", sent) if sent is not None else None)


@pytest.fixture
def matching():
    """Makes the matching of given exchanges, bound to the values of a recording."""
    recording = load(FOLDER).recording

    def make(*exchanges):
        return Matching(exchanges, Binding(recording, FOLDER, recording.recorded))

    return make


def bodies(matching, *requests):
    return [found.body if isinstance(found := matching.answer(each), Exchange) else None for each in requests]


def test_calls_are_answered_once_and_in_order(matching):
    """Two calls of one endpoint get their own answers in turn; a third is a miss, and so is one out of order."""
    both = call("/api/x", '{"a":1}', answer=b"1"), call("/api/x", '{"a":2}', answer=b"2")
    first, second = asked("/api/x", '{"a":1}'), asked("/api/x", '{"a":2}')
    assert [b"1", b"2", None] == bodies(matching(*both), first, second, second)
    assert [None] == bodies(matching(*both), second)


def test_parts_of_a_page_may_be_asked_for_again(matching):
    """Scripts, style sheets and pictures are answered as often as they are asked for; a page only as often as it was."""
    script = call("/x.js", method="GET", kind="script", mime="text/javascript", answer=b"s")
    picture = call("/captcha.png?t=1795188667000", method="GET", kind="image", mime="image/png", answer=b"p")
    page = call("/", method="GET", kind="document", mime="text/html", answer=b"d")
    made = matching(script, picture, page)
    again = [asked("/x.js", method="GET"), asked("/captcha.png?t=1795188999999", method="GET"), asked("/", method="GET")]
    assert [b"s", b"p", b"d", b"s", b"p", None] == bodies(made, *again, *again)


def test_what_was_polled_gives_its_last_answer_on_and_on(matching):
    """A page that asks until something is there gets the answers in order, and the last one as often as it asks on."""
    waiting, there = (call("/api/state", method="GET", kind="xhr", answer=answer) for answer in (b"not yet", b"there"))
    ask = asked("/api/state", method="GET")
    assert [b"not yet", b"not yet", b"there", b"there"] == bodies(matching(waiting, waiting, there), *[ask] * 4)


def test_an_upload_is_known_by_its_parts(matching):
    """Whatever boundary the browser has made, the parts' contents count."""

    def posted(boundary, ticket):
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="ticket"\r\n\r\n{ticket}\r\n--{boundary}--\r\n'
        return read_posted(f"multipart/form-data; boundary={boundary}", body.encode())

    sent = Exchange(0, 1.0, 0.1, "xhr", "POST", f"{PORTAL}/api/ho-so", 200, (), posted("aaa", "T1"), "OK", (), b"taken")
    assert [b"taken"] == bodies(matching(sent), Asked("POST", f"{PORTAL}/api/ho-so", posted("bbb", "T1")))
    assert [None] == bodies(matching(sent), Asked("POST", f"{PORTAL}/api/ho-so", posted("bbb", "T2")))


def test_a_miss_names_the_nearest_and_what_differs(matching):
    """The call of nearly the same address comes first, then what differs in it, with placeholders and no secret."""
    known = call("/api/dang-nhap", '{"user":"{ORG:tax_code}","password":"{SECRET:password}"}')
    made = matching(known, call("/api/ho-so", "{}"), call("/x.js", method="GET", kind="script"))
    found = made.answer(asked("/api/dang-nhap", '{"user":"khac","password":"geheim"}'))
    assert isinstance(found, Miss)
    assert [known.endpoint, "POST /api/ho-so"] == [near.exchange.endpoint for near in found.nearest]
    expected = {
        Difference("user", "{ORG:tax_code}", "khac"),
        Difference("password", "{SECRET:password}", "‹6 chars›"),
    }
    assert expected == set(found.nearest[0].differences)


def test_what_was_never_asked_for_is_left(matching):
    """Calls of the recording that the page no more makes; a page that was not opened once more says nothing."""
    made = matching(call("/api/a", "{}"), call("/api/b", "{}"), call("/", method="GET", kind="document"))
    made.answer(asked("/api/a", "{}"))
    assert ["POST /api/b"] == [exchange.endpoint for exchange in made.left()]
    assert "/api/b" in made.due(0).url
