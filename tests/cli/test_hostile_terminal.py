"""What others have written, on a terminal: no control character and no mark of direction gets there, from any command."""

import io
import json
import re
import sys

import pytest
from loguru import logger

from robot.cli import main
from robot.cli.doctor import _show
from robot.cli.streams import harmless_streams
from robot.cli.terminal import Terminal, print_json
from robot.diagnosis import Probe
from robot.drive.doctor import Examination
from robot.harmless import in_json
from robot.ledger.item import NewItem
from robot.texts import Text
from tests.doubles.reported import TURNED, Reported, faults

# Clears the screen, names the window, goes back to the line's beginning, and the same by one letter (8-bit terminals obey it).
EVIL = f"x\x1b[2J\x1b]0;pwned\x07\r0 dossiers refused\x9b31m{TURNED}"
TYPED = EVIL.replace("\x00", "")  # no shell hands on a nought
UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]"
COLOURS = r"\x1b\[[0-9;]*m"
COMMANDS = {
    "runs": ["runs"],
    "run": ["show", "RUN"],
    "queue": ["queue", "list", "--all"],
    "dossier": ["queue", "show", "ITEM"],
    "nights": ["nights", "last"],
    "questions": ["questions"],
    "figures": ["metrics"],
    "no such run": ["show", TYPED],
    "no such file": ["check", f"/nowhere/{TYPED}.xml"],
    "no such option": [f"--{TYPED}"],
    "no such command": [TYPED],
    "no such organisation": ["run", "register", "--org", TYPED],
}
SEEN = {"run", "queue", "dossier", "nights", "questions", "no such run", "no such file", "no such organisation"}


class Screen(io.StringIO):
    """A terminal's end of a stream."""

    def isatty(self):
        return True


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A home in whose books everything is hostile; its settings, and what its rows are called."""
    reported = Reported.at(tmp_path_factory.mktemp("nhà"))
    ledger = reported.ledger
    said = {"vi": EVIL, "en": EVIL}
    refused, held = (
        ledger.queue.plan(NewItem("thai-son", f"TZ0101A/600/12/2026/{number:02}", "/x", EVIL, f"{number:064}", 9))
        for number in (1, 2)
    )
    night = ledger.nights.begin(None)
    ledger.nights.plan(night, [refused.id, held.id])
    run = ledger.begin_run("submit", "thai-son", {"dossier": EVIL}, reported.settings.evidence.folder, night=night)
    ledger.end_step(ledger.begin_step(run, EVIL), "done")
    sent = ledger.protocol.prepared(ledger.protocol.claim(run, 60, item=refused.id))
    wrong = [fault | {"says": EVIL, "value": EVIL, "label": EVIL} for fault in faults("vi")]
    ledger.protocol.refuse(sent, said, {"vi": wrong, "en": wrong})
    ledger.care.hold(held.id, said)
    ledger.ask(run, "activation", said=said, choices=("again", "stop"))
    finding = {"cause": EVIL, "remedy": EVIL, "code": "x", "certainty": "certain", "link": "host", "also": [EVIL]}
    ledger.end_run(run, "form_absent", finding=finding, alarms=[{"kind": "x", "said": EVIL}])
    ledger.nights.end(night, {})
    ledger.close()
    return reported.file, {"RUN": run, "ITEM": refused.id}


@pytest.fixture
def screen(monkeypatch):
    """The terminal; the streams lead to it from `connected` on."""
    monkeypatch.setenv("TERM", "xterm-256color")
    yield Screen()
    logger.remove()


def connected(monkeypatch, screen):
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)


def typed(monkeypatch, office, screen, words):
    """Type a command; its exit code."""
    file, rows = office
    connected(monkeypatch, screen)
    monkeypatch.setenv("VSS_ROBOT_SETTINGS", str(file))
    monkeypatch.setattr(sys, "argv", ["vss-robot", *(str(rows.get(word, word)) for word in words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_that_a_terminal_obeys_is_printed(office, screen, monkeypatch, name):
    """Neither by what the books hold nor by what was typed; colours of our own aside. What was there is seen as signs."""
    typed(monkeypatch, office, screen, COMMANDS[name])
    printed = re.sub(COLOURS, "", screen.getvalue())
    assert re.search(UNSEEN, printed) is None, repr(printed)
    assert printed.strip()
    if name in SEEN:
        assert "␛[2J" in printed
        assert "␍0 dossiers" in printed


def test_a_program_reads_what_was_written(office, screen, monkeypatch):
    """JSON holds the very letters, each in the way that JSON has for it."""
    assert typed(monkeypatch, office, screen, ["queue", "show", "ITEM", "--json"]) == 0
    printed = screen.getvalue()
    assert re.search(UNSEEN, printed) is None
    assert json.loads(printed)["name"] == EVIL
    assert json.loads(in_json(json.dumps({"b": "\U000e0001\ud800\x7f Hà Nội"}, ensure_ascii=False))) == {
        "b": "\U000e0001\ud800\x7f Hà Nội"
    }


def test_who_writes_by_rich_is_no_way_around(screen, monkeypatch):
    """Progress, sentences, tables, the doctor's look: with colours of our own, and without others'."""
    connected(monkeypatch, screen)
    said = Text("errors.refused", {"said": EVIL})
    with harmless_streams():
        terminal = Terminal("vi")
        terminal.step_begun(EVIL)
        terminal.step_ended(EVIL, 1.0, done=False)
        terminal.say(said)
        terminal.table([("run", EVIL), ("cause", said)])
        _show(Examination(None, [Probe("host", "host_exited", "broken", said, 0.1)], 1.0), "vi")
        print_json(EVIL)
    printed = screen.getvalue()
    assert "\x1b[31m✗" in printed, "our own colours"
    assert re.search(UNSEEN, re.sub(COLOURS, "", printed)) is None
    assert printed.count("␛[2J") >= 6
