"""Foreign text on the page: a name, a file, a finding, words that are markup or script show as text."""

import datetime as dt
import json
import re
from html.parser import HTMLParser

import pytest

from robot.drive import Office
from tests.unit.serve.conftest import HOSTILE, Client, Line, serving, write_settings
from tests.unit.serve.test_pages import plan
from tests.waiting import until

SAID = {"vi": HOSTILE, "en": HOSTILE}
PAGES = (
    "/",
    "/queue?state=all",
    "/queue/{item}",
    "/held",
    "/questions",
    "/runs",
    "/runs/{run}",
    "/deadlines",
    "/checks",
    "/tokens",
)
TOKEN = {
    "label": HOSTILE,
    "serial": HOSTILE,
    "pin_state": HOSTILE,
    "certificates": [
        {"subject": HOSTILE, "serial": HOSTILE, "organisations": ["song-lo"], "tax_codes": [HOSTILE], "days_left": 3}
        | {"not_after": "2026-12-04T00:00:00+00:00", "is_authority": False}
    ],
}


CHAIN = {
    "finding": {"cause": HOSTILE, "remedy": HOSTILE, "code": "x", "link": "host", "certainty": "certain", "also": []},
    "probes": [{"link": "host", "state": "broken", "fact": HOSTILE, "code": "x", "seconds": 0.1}],
}


@pytest.fixture(scope="module")
def books(tmp_path_factory, new_books):
    """Books in which everything that others may have written is hostile, and the page of their office."""
    file = write_settings(tmp_path_factory.mktemp("hostile") / "home", new_books)
    with Office.open(file, lambda: "") as office, serving(office, Line([TOKEN], CHAIN)) as site:
        client = Client(site).enter()
        told = written(office)
        until(lambda: "gnp.exe" in client.get("/tokens").text, "the tokens were looked at")
        assert client.post("/checks", org="song-lo").headers["location"] == "/checks"
        until(lambda: "<details" in client.get("/checks").text, "the chain was looked along")
        yield client, told


@pytest.fixture
def client(books):
    return books[0]


@pytest.fixture
def hostile(books):
    return books[1]


def written(office):
    """Books in which everything that others may have written is hostile."""
    ledger = office.ledger
    evidence = office.settings.evidence.folder
    night = ledger.nights.begin(dt.datetime.now(dt.UTC))
    kept, held, refused = (plan(office, number) for number in (1, 2, 3))
    ledger.nights.plan(night, [kept.id, held.id, refused.id])
    ledger.care.hold(held.id, SAID)
    ended = ledger.begin_run("submit", "song-lo", {}, evidence, night=night)
    sent = ledger.protocol.intend(
        ledger.protocol.signed(ledger.protocol.prepared(ledger.protocol.claim(ended, 60, item=refused.id))), {}
    )
    fault = dict.fromkeys(("form", "label", "field", "value", "says"), HOSTILE) | {"row": 3}
    ledger.protocol.refuse(sent, SAID, {"vi": [fault], "en": [fault]})
    finding = {"cause": HOSTILE, "remedy": HOSTILE, "code": "x", "certainty": "certain", "link": "host", "also": []}
    ledger.end_run(ended, "form_absent", finding=finding, alarms=[{"kind": "x", "said": HOSTILE}])
    (evidence / ended).mkdir(parents=True)
    drift = {"page": HOSTILE, "element": HOSTILE, "kind": "fallback", "expected": HOSTILE, "found": HOSTILE}
    (evidence / ended / "drift.jsonl").write_text(json.dumps(drift) + "\n{cut", encoding="utf-8")
    going = ledger.begin_run("activate", "song-lo", {}, evidence, night=night)
    ledger.begin_step(going, HOSTILE)
    ledger.ask(going, "activation", said=SAID, choices=("again", "stop"))
    return {"item": refused.id, "run": ended, "night": night}


class Reader(HTMLParser):
    """Elements with their attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.said = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said.append(data)


@pytest.mark.parametrize("address", PAGES)
def test_hostile_text_is_text(client, hostile, address):
    """No element and no attribute comes of it; a control character and a mark of direction are seen."""
    answer = client.get(address.format(**hostile))
    assert answer.status == 200
    read = Reader(answer.text)
    assert [attrs for tag, attrs in read.elements if tag == "script"] == [{"src": "/static/page.js", "defer": None}]
    assert [tag for tag, attrs in read.elements if tag == "img" and attrs.get("src") == "x"] == []
    assert [name for _, attrs in read.elements for name in attrs if name.startswith("on")] == []
    said = "".join(read.said)
    assert "<script>alert(2)</script>␇ ‹U+202E›gnp.exe" in said
    assert re.search("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", answer.text) is None


@pytest.mark.parametrize("address", ["/runs/{run}/report", "/nights/{night}/report"])
def test_a_report_is_shown_apart(client, hostile, address):
    """As the command writes it; whatever might come to life in it gets at no page that does something."""
    answer = client.get(address.format(**hostile))
    assert (answer.status, "‹U+202E›" in answer.text) == (200, True)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts ")
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy


def test_a_broken_chain_is_shown_with_its_remedy(client):
    """As the doctor has found it, link by link."""
    page = client.get("/checks").text
    assert page.count("gnp.exe") >= 5, "two names, cause, remedy, the link's fact"
    assert 'class="chip bad">broken' in page
    assert client.post("/checks", org="nobody").status == 404
