"""The pages: what the books say, foreign text as text, and nothing sent again that has not changed."""

import re
from importlib.resources import files

from robot.ledger.item import NewItem, Proof
from robot.serve.tonight import tonight
from robot.texts import catalogue
from tests.unit.serve.conftest import HOSTILE

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SAID = {"vi": "vì sao", "en": "why"}


def plan(office, number=1, organisation="song-lo", name=HOSTILE, period="01/2026"):
    return office.ledger.queue.plan(
        NewItem(organisation, f"TZ0101A/600/{period}/{number:02}", f"{number}.xml", name, f"{number:064}", 9)
    )


def test_a_name_of_the_settings_is_text_in_filters(client):
    """In a list to choose from, too."""
    options = client.get("/runs").text
    assert "&lt;script&gt;alert(2)&lt;/script&gt;␇ ‹U+202E›" in options


def test_what_is_asked_for_is_shown_as_text(client):
    """An address' own words come back as text, if at all."""
    answer = client.get("/queue?org=%3Cscript%3Ealert(1)%3C/script%3E&state=%22%3E%3Cb%3E&page=%00")
    assert (answer.status, "<script>alert" in answer.text, "<b>" in answer.text) == (200, False, False)


def test_filters_and_sheets(client, office):
    """By organisation and state; fifty rows a sheet."""
    for number in range(1, 61):
        plan(office, number, "hoa-binh" if number % 2 else "song-lo", f"tep-{number:02}.xml")
    office.ledger.care.cancel(1)
    names = lambda address: re.findall(r"tep-(\d\d)", client.get(address).text)  # noqa: E731 - short, used thrice
    assert len(names("/queue")) == 50
    assert names("/queue?page=2") == [f"{number}" for number in range(52, 61)]
    assert names("/queue?org=song-lo") == [f"{number:02}" for number in range(2, 61, 2)]
    assert names("/queue?state=cancelled") == ["01"]


def test_nothing_is_sent_twice_that_has_not_changed(client, office):
    """The inner part alone for our script, with a mark; nothing while the books are as they were."""
    first = client.get("/queue", X_Live="1")
    assert "<html" not in first.text
    again = client.get("/queue", X_Live="1", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    plan(office)
    assert client.get("/queue", X_Live="1", If_None_Match=first.headers["etag"]).status == 200


def test_the_night_is_counted_as_it_goes(office):
    """Accepted, at work, held and not begun, by organisation; a run shows its dossier and its step."""
    ledger, books = office.ledger, office.ledger.protocol
    items = [plan(office, number, key) for number, key in enumerate(["hoa-binh", "hoa-binh", "song-lo", "song-lo"], start=1)]
    night = ledger.nights.begin(None)
    ledger.nights.plan(night, [item.id for item in items])
    first = ledger.begin_run("submit", "hoa-binh", {}, office.settings.home, night=night)
    sent = books.intend(books.signed(books.prepared(books.claim(first, 60, item=items[0].id))), {})
    receipt = {"kind": "dossier", "number": "00001/2026/00131", "at": ""}
    books.accept(sent, receipt, [Proof(kind, receipt["number"]) for kind in ("page", "network")])
    ledger.end_run(first, "done")
    going = ledger.begin_run("submit", "hoa-binh", {}, office.settings.home, night=night)
    books.claim(going, 60, item=items[1].id)
    ledger.end_step(ledger.begin_step(going, "log in"), "done")
    ledger.begin_step(going, "sign and send the dossier")
    ledger.care.hold(items[2].id, SAID)
    seen = tonight(ledger)
    assert (seen.runs, seen.planned) == (True, 4)
    assert seen.counts == {"accepted": 1, "working": 1, "refused": 0, "held": 1, "not_started": 1}
    assert seen.organisations["song-lo"] == {"accepted": 0, "working": 0, "refused": 0, "held": 1, "not_started": 1}
    assert [(run.item, run.step) for run in seen.going] == [(items[1].id, "sign and send the dossier")]


def test_each_count_of_a_night_leads_to_its_dossiers(client, office):
    """Those that were not started with the reason, how many and whose; a night that is not there, or runs, has none."""
    ledger = office.ledger
    items = [plan(office, number, key) for number, key in enumerate(["hoa-binh", "song-lo", "song-lo", "song-lo"], start=1)]
    night = ledger.nights.begin(None)
    ledger.nights.plan(night, [item.id for item in items[:3]])
    ledger.care.hold(items[0].id, SAID)
    assert () == tuple(tonight(ledger).left)
    put_off = {"song-lo": {"error": "CaptchaRefused", "run": None, "said": {"vi": HOSTILE, "en": HOSTILE}}}
    ledger.nights.end(night, {"put_off": put_off})
    (left,) = tonight(ledger).left
    assert (2, ["song-lo"]) == (left.number, left.organisations)
    page = client.get("/").text
    assert "session ended before its turn: Công ty &lt;img" in page
    for kind, numbers in {"held": ["1"], "not_started": ["2", "3"], "refused": []}.items():
        address = f"/queue?night={night}&amp;kind={kind}"
        assert (address in page) == bool(numbers)
        assert numbers == re.findall(r'href="/queue/(\d+)"', client.get(address.replace("&amp;", "&")).text)
    assert 404 == client.get("/queue?night=99&kind=held").status
    assert 200 == client.get(f"/queue?night={'9' * 90}&kind=held").status


def test_an_alarm_shows_nobodys_number(client, office):
    """What the portal said when a run alarmed is covered on its page as it is in its report."""
    run = office.ledger.begin_run("submit", "hoa-binh", {}, office.settings.home)
    office.ledger.end_run(run, "failed", alarms=[{"kind": "origin", "said": "SĐT 0912345678"}])
    page = client.get(f"/runs/{run}").text
    assert ("SĐT •••78" in page, "0912345678" in page) == (True, False)


def test_only_a_picture_is_shown_as_one(client, office, tmp_path):
    """A row that names another file, or one elsewhere, shows nothing of it."""
    ledger, home = office.ledger, office.settings.home
    run = ledger.begin_run("register", "hoa-binh", {}, home / "evidence")
    (home / "captcha.png").write_bytes(PNG)
    (home / "secret.png").write_text("no picture", encoding="utf-8")
    (tmp_path / "elsewhere.png").write_bytes(PNG)
    (home / "link.png").symlink_to(tmp_path / "elsewhere.png")
    for name, status in [
        ("captcha.png", 200),
        ("secret.png", 404),
        ("robot.toml", 404),
        ("link.png", 404),
        ("../elsewhere.png", 404),
        ("gone.png", 404),
    ]:
        question = ledger.ask(run, "captcha", home / name)
        answer = client.get(f"/questions/{question}/picture")
        assert (name, answer.status) == (name, status)
        assert answer.headers["content-type"] == "image/png" if status == 200 else "no picture" not in answer.text


def test_what_is_not_there_is_said(client):
    """A sentence, with the way on, and no traceback."""
    for page in ("/runs/none", "/queue/7", "/questions/7/picture", "/nights/9/report", "/runs/none/report", "/nowhere"):
        answer = client.get(page)
        assert (page, answer.status) == (page, 404)
        assert "Traceback" not in answer.text


def test_every_sentence_of_the_templates_is_in_the_catalogue():
    """Those that are named whole, and those that begin with a word and end with a state."""
    known = {key.removeprefix("serve.") for key in catalogue("vi") if key.startswith("serve.")}
    for template in files("robot.serve").joinpath("templates").iterdir():
        text = template.read_text(encoding="utf-8")
        assert set(re.findall(r'\bt\("([a-z_]+)"[,)]', text)) <= known, template.name
        for begins in re.findall(r'\bt\("([a-z_]+_)" ~|word\("serve", "([a-z_]+_)" ~', text):
            assert any(key.startswith("".join(begins)) for key in known), (template.name, begins)
