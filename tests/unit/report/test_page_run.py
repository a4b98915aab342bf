"""The pages as files: whole by themselves, in both languages, nobody's number on them, and made of books alone where need be."""

import hashlib
import re
import shutil
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from robot.redaction import Redactor
from robot.report import Cover
from robot.report.page.night import night_page, read_night
from robot.report.page.run import read_run, run_page
from tests.doubles.reported import CCCD, HOSTILE, LONG, PEOPLE, PHONE, TURNED, Reported, bundle_page, replays_page
from tests.doubles.reported_night import night

VOID = {"meta", "input", "img", "br", "link", "hr"}


@pytest.fixture
def reported(tmp_path):
    made = Reported.at(tmp_path)
    yield made
    made.ledger.close()


def _page(reported, run, language="vi"):
    cover = Cover(Redactor(), reported.settings)
    return run_page(read_run(reported.ledger.run(run), reported.ledger, reported.settings, cover), language)


def _night(reported, number):
    return read_night(reported.ledger, number, reported.settings, Cover(Redactor(), reported.settings))


class Structure(HTMLParser):
    """Every element with its attributes; an end without its begin is told."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.wrong = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


def test_a_page_is_whole_by_itself(reported):
    """Nothing is fetched; the one script that runs is the one whose digest the policy names; elements end, ids are unique."""
    for html in (_page(reported, reported.failed()), night_page([_night(reported, night(reported, 40))], "1", "vi")):
        read = Structure(html)
        assert (read.wrong, read.open) == ([], [])
        ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        sources = [attributes.get("src") or attributes.get("href") or "#" for _, attributes in read.elements]
        assert [source[:40] for source in sources if not source.startswith(("#", "data:image/png;base64,"))] == []
        assert "url(" not in html
        assert [name for _, attributes in read.elements for name in attributes if name.startswith("on")] == []
        (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        (policy,) = [at["content"] for tag, at in read.elements if tag == "meta" and "default-src" in at.get("content", "")]
        assert f"script-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy


def test_nothing_foreign_gets_onto_a_page_as_more_than_text(reported):
    """Markup, script and template signs of names, portal and mails are letters; direction marks and controls are signs."""
    pages = [_page(reported, reported.failed(organisation)) for organisation in ("thai-son", "an-phu")]
    pages += [_page(reported, reported.faulty(name=HOSTILE)), night_page([_night(reported, night(reported, 60))], HOSTILE, "en")]
    pages += [bundle_page(reported, organisation) for organisation in ("thai-son", "an-phu")] + [replays_page("vi")]
    for html in pages:
        assert HOSTILE not in html
        assert "<img src=x" not in html
        assert "&lt;img src=x onerror=" in html
        assert "{{ 7*7 }}" in html
        assert "‹U+202E›" in html
        assert re.findall("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x0b\x0c\x0e-\x1f]", html) == []


def test_nobodys_number_is_on_a_page(reported):
    """Phone and personal numbers of console and alarms are covered; of a dossier's rows, names and numbers are masked."""
    html = _page(reported, reported.failed()) + _page(reported, reported.faulty())
    assert [secret for secret in (PHONE, CCCD, *PEOPLE) if secret in html] == []
    assert "•••78" in html
    assert "T••• V•• B••• A•" in html


def test_both_languages_stand_in_one_file(reported):
    """The settings' language comes first; the other one is there with the same sentences."""
    run = reported.failed()
    for language, title in (
        ("vi", "Khung chọn chữ ký số không hiện ra"),
        ("en", "The form to choose a signature did not appear"),
    ):
        html = _page(reported, run, language)
        assert f'<html lang="{language}"' in html
        assert f"<title>{title} · {run}</title>" in html
        assert re.search(rf'id="say-{language}" value="{language}" checked', html)
        for words in ("chương trình của thư viện", "the program of the signing library", LONG.lower()):
            assert words in html.lower()


def test_a_faulty_dossier_is_told_by_its_rows(reported):
    """What the mail said later stands beside the row of the very bytes that were sent, with the receipt it had."""
    run = reported.faulty()
    html = _page(reported, run)
    for words in ("Cổng từ chối", "Dòng 2", "phải lớn hơn 0", "must be above 0", "03706/2026/07906", "CẤU TRÚC KHÔNG HỢP LỆ"):
        assert words in html
    assert html.count('class="cell wrong"') == 2
    shutil.rmtree(reported.settings.home / "sent")
    html = _page(reported, run)
    assert "không còn được giữ ở đây" in html
    assert "phải lớn hơn 0" in html


def test_a_run_whose_folder_is_gone_is_told_by_the_books(reported):
    """No picture, no chain's details; what was sent, the steps and the outcome are there, and that the folder is gone."""
    run = reported.failed()
    shutil.rmtree(reported.settings.evidence.folder / run)
    html = _page(reported, run)
    for words in ("Khung chọn chữ ký số không hiện ra", "chỉ lập từ sổ", "thiếu VCRUNTIME140.dll", "Thư viện ký số VSS"):
        assert words in html
    assert "data:image" not in html


def test_half_of_a_folder_is_no_reason_for_no_page(reported):
    """A run file that cannot be read and a line cut off by a kill: the rest is told."""
    run = reported.failed()
    folder = reported.settings.evidence.folder / run
    (folder / "run.json").write_text('{"finding_said": ', encoding="utf-8")
    (folder / "pictures.jsonl").write_text('{"file": "01-se', encoding="utf-8")
    html = _page(reported, run)
    assert html.count("data:image/png") == 3
    assert "Khung chọn chữ ký số không hiện ra" in html


def test_the_night_balances_on_its_page(reported):
    """Counts, reasons, the dossiers by organisation, lanes and the longest steps are those of the report."""
    page = _night(reported, night(reported, 60))
    assert page.report.counts | {"planned": 60, "accepted": 55, "refused": 3, "held": 2, "not_started": 0} == page.report.counts
    assert (page.report.balanced, page.tone, page.headline.en) == (True, "wait", "5 of 60 dossiers need a look")
    assert {name: len(looks) for name, looks in page.looks.items()} == {"refused": 3, "held": 2}
    assert sum(len(group.lines) for group in page.groups) == 60
    assert sum(len(lane.blocks) for lane in page.lanes.lanes) == 60
    assert all(0 <= block.begin and block.begin + block.length <= 100 for lane in page.lanes.lanes for block in lane.blocks)
    assert [(step.name.en, step.share) for step in page.slowest] == [(HOSTILE, 100.0), ("log in", 33.3)]
    html = night_page([page], "1", "vi")
    assert html.count("<tr data-result=") == 60
    assert TURNED not in html


def test_a_night_without_dossiers_says_so(reported):
    """An empty night is a night: it balances, and no lane, no search and no list is drawn."""
    page = _night(reported, night(reported, 0))
    assert (page.tone, page.headline.vi, page.lanes) == ("good", "Không có gì để gửi", None)
    html = night_page([page], "1", "vi")
    assert "không có hồ sơ nào" in html
    assert "tools-night" not in html.partition("</style>")[2].partition("<script>")[0]


def test_nights_of_one_date_stand_on_one_page(reported):
    """Each with its own headings and ids."""
    html = night_page([_night(reported, night(reported, 0)), _night(reported, night(reported, 0))], "22/11/2026", "vi")
    read = Structure(html)
    assert (read.wrong, read.open) == ([], [])
    assert {"n1-verdict", "n2-verdict"} <= {attributes.get("id") for _, attributes in read.elements}
    assert [tag for tag, _ in read.elements].count("h1") == 1
