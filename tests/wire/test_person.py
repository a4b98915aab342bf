"""What the operator is told while the signing library's own window waits for somebody."""

import sys
import threading

import pytest

from robot.drive.person import PersonWatch
from robot.drive.pin_window import PinWindow
from robot.ledger import Ledger
from robot.settings import Ledger as LedgerSettings
from tests.waiting import until
from tests.wire.port import ORIGIN, installed


class Heard:
    """A progress that keeps the sentences said."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text.say("en"))


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(LedgerSettings(), tmp_path) as books:
        yield books


@pytest.fixture
def watching(ledger, tmp_path):
    """Starts a watch for a run; the run, what the operator hears, and what people are told of."""
    started = []

    def begin(wait_s):
        run, heard, told = ledger.begin_run("register", "hoa-binh", {}, tmp_path), Heard(), []
        started.append(PersonWatch(tmp_path / "transcript.jsonl", heard, wait_s, PinWindow(ledger, run, told.append)))
        started[-1].start()
        return run, heard.said, told, started[-1]

    yield begin
    for watch in started:
        watch.stop()


@pytest.fixture
def relay(tmp_path):
    """A library that keeps a request to sign until its input closes, or `answer` lies there, and answers the others at once."""
    host = tmp_path / "vss-host"
    host.write_text(
        f"#!{sys.executable} -IS\nimport pathlib, struct, sys, time\nanswer = pathlib.Path({str(tmp_path / 'answer')!r})\n"
        "while header := sys.stdin.buffer.read(4):\n"
        "    payload = sys.stdin.buffer.read(struct.unpack('=I', header)[0])\n"
        "    while b'SIGN' in payload and not answer.exists(): time.sleep(0.05)\n"
        "    sys.stdout.buffer.write(header + payload); sys.stdout.flush()\n",
        encoding="utf-8",
    )
    host.chmod(0o755)
    return installed(tmp_path, mode="vendor", vendor=(str(host),))


def test_said_and_asked_once_and_only_while_somebody_is_waited_for(relay, tmp_path, ledger, watching):
    """A request answered at once is not worth a word; one that waits is said once, is a question, and people are told of it."""
    run, said, told, watch = watching(120)
    with relay.port() as port:
        assert port.ask("CERT") is not None
        assert said == []
        port.send({"type": "SIGN", "origin": ORIGIN})
        until(lambda: told, "people to be told")
        (asked,) = ledger.open_questions("hoa-binh")
        assert (asked.id, asked.run, asked.kind, asked.answer) == (told[0], run, "pin_window", None)
        assert 119 < (asked.expires - asked.asked).total_seconds() < 121
        assert "answer it on that screen" in asked.said["en"]
        (tmp_path / "answer").touch()
        until(lambda: not ledger.open_questions(), "the answer to be seen")
    assert not watch.unanswered
    watch.stop()
    assert [(one.state, one.answer) for one in ledger.questions(run)] == [("answered", None)]
    (sentence,) = said
    assert "at most 120 s" in sentence
    assert "person-watch" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("wait_s", [120, 1.6])
def test_a_window_that_nobody_answers_is_an_expired_question(relay, tmp_path, ledger, watching, wait_s):
    """The browser goes, or the time is over: nobody has answered."""
    run, _, told, watch = watching(wait_s)
    with relay.port() as port:
        port.send({"type": "SIGN", "origin": ORIGIN})
        until(lambda: told, "people to be told")
        if wait_s < 120:
            until(lambda: not ledger.open_questions(), "the end of the wait")
        watch.stop()
        assert watch.unanswered
        assert [one.state for one in ledger.questions(run)] == ["expired"]
        (tmp_path / "answer").touch()
