"""What stands on a page: foreign text made harmless, times as a person says them, steps on a line, faults beside their rows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from markupsafe import Markup

from robot.dossier import load_rules
from robot.dossier.model import Dossier, Form, Row
from robot.harmless import harmless
from robot.ledger import Run, Step
from robot.report.page.environment import environment
from robot.report.page.rows import forms
from robot.report.page.timeline import failing, timeline
from robot.report.page.words import lasted
from tests.doubles.reported import HOSTILE, TURNED, faults

BEGUN = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Nguyễn Thị Ánh\n\tĐường", "Nguyễn Thị Ánh\n\tĐường"),
        ("cod\u202efdp.exe", "cod‹U+202E›fdp.exe"),
        ("\x00\x1b[31m\x7f\x85", "␀␛[31m␡‹U+0085›"),
        ("a\u200bb\ufeff\u2066\u061c\u2028", "a‹U+200B›b‹U+FEFF›‹U+2066›‹U+061C›‹U+2028›"),
        ("half \ud83d of a pair \uffff", "half � of a pair �"),
        ("שלום 你好 🙂", "שלום 你好 🙂"),
    ],
)
def test_what_would_move_other_letters_is_shown_as_a_sign(said, shown):
    """Controls, direction marks and halves of pairs are shown; letters of any writing stay; nothing is changed twice."""
    assert shown == harmless(said) == harmless(harmless(said))
    shown.encode()


def test_whatever_is_put_into_a_template_is_escaped_and_harmless():
    """By the environment, not by each template: also through a macro, and markup stays markup."""
    page = environment().from_string("{% macro twice(x) %}<b>{{ x }}</b>{{ x }}{% endmacro %}<i>{{ twice(said) }}</i>")
    assert "<i><b>&lt;b&gt;‹U+202E›</b>&lt;b&gt;‹U+202E›</i>" == page.render(said="<b>\u202e")
    assert isinstance(harmless(Markup("<b>\u202e</b>")), Markup)
    shown = environment().from_string("{{ said | typed }}").render(said=f"{HOSTILE}{TURNED} `vss-robot doctor`")
    assert "<code>vss-robot doctor</code>" in shown
    assert "<img" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (0.04, "0,0 giây", "0.0 s"),
        (12.36, "12,4 giây", "12.4 s"),
        (59.97, "1 phút 0 giây", "1 min 0 s"),
        (185, "3 phút 5 giây", "3 min 5 s"),
        (3_599.7, "1 giờ 0 phút", "1 h 0 min"),
        (3_900, "1 giờ 5 phút", "1 h 5 min"),
    ],
)
def test_a_length_of_time_in_both_languages(seconds, vietnamese, english):
    """Seconds with one decimal, then minutes, then hours; a rounded one never says sixty."""
    assert (vietnamese, english) == (lasted(seconds).vi, lasted(seconds).en)


def _run(ended=20.0):
    moment = BEGUN + timedelta(seconds=ended) if ended is not None else None
    return Run("r", "submit", "hoa-binh", {}, Path("/nowhere"), "done", BEGUN, moment, None, None)


def _steps(*rows):
    return [
        Step(number, "r", name, outcome, BEGUN + timedelta(seconds=begin), BEGUN + timedelta(seconds=end) if end else None)
        for number, (name, outcome, begin, end) in enumerate(rows, start=1)
    ]


def test_steps_lie_on_one_line_of_time():
    """Begin and length are shares of the run's time; a step within another is deeper; the longest outer one is marked."""
    steps = _steps(("log in", "done", 2, 12), ("captcha", "done", 3, 11), ("send", "refused", 12, 18), ("ask", "refused", 18, 18))
    line = timeline(_run(), steps)
    assert [(bar.begin, bar.length, bar.depth) for bar in line.bars] == [(10, 50, 0), (15, 40, 1), (60, 30, 0), (90, 0.4, 0)]
    assert [bar.tone for bar in line.bars] == ["good", "good", "bad", "bad"]
    assert [bar.longest for bar in line.bars] == [True, False, False, False]
    assert (line.begun, line.ended, line.lasted.en) == ("21:00:00", "21:00:20", "20.0 s")
    assert failing(steps).name == "ask"


def test_a_step_that_never_ended_goes_on_to_the_lines_end():
    """A run that was killed, or is still going on: its open step is drawn to the last moment that is known."""
    line = timeline(_run(None), _steps(("log in", "done", 0, 4), ("send", "running", 4, None), ("ask", "running", 6, None)))
    assert [(bar.begin, bar.length, bar.lasted) for bar in line.bars[1:]] == [(66.67, 33.33, None), (99.6, 0.4, None)]
    assert [bar.depth for bar in line.bars] == [0, 0, 1]


def test_faults_stand_beside_the_row_they_belong_to():
    """By form and row, the form as a whole first; values are masked where a rule calls them personal, the wrong ones marked."""
    values = {"Hoten": "Trần Bình", "Masobhxh": "0101010112", "tienLuong": "0", "ghiChu": "", "unheard": "Trần"}
    form = Form("D02-TS", "D02-TS-595.xml", b"", rows=(Row(1, {}), Row(2, values)))
    dossier = Dossier(Path("x"), 0, "", "container", b"", forms=(form,))
    (told,) = forms({"vi": faults("vi"), "en": faults("en")}, load_rules(), dossier)
    assert (told.code, told.errors, told.warnings) == ("D02-TS", 4, 0)
    assert [row.number for row in told.rows] == [None, 2, 3]
    second = told.rows[1]
    assert [(cell.label, cell.value, cell.wrong) for cell in second.cells] == [
        ("Họ và tên", "T••• B•••", False),
        ("Mã số BHXH", "••••••••12", True),
        ("Tiền lương hoặc hệ số", "0", True),
        ("unheard", "T•••", False),
    ]
    assert [(fault.field, fault.says.vi, fault.says.en) for fault in second.faults] == [
        ("tienLuong", "phải lớn hơn 0", "must be above 0"),
        ("Masobhxh", "phải là 10 chữ số", "must have 10 digits"),
    ]
    assert told.rows[0].cells == told.rows[2].cells == ()


def test_faults_kept_in_one_language_are_told_in_it():
    """Nobody's sentence is left out because the other language was not kept."""
    (told,) = forms({"en": faults("en")[:1]}, load_rules())
    assert told.rows[0].faults[0].says.vi == told.rows[0].faults[0].says.en == "must be above 0"
