"""What the operator is told while the signing library's own window waits for somebody."""

import sys
import threading

import pytest

from robot.drive.person import PersonWatch
from tests.waiting import until
from tests.wire.port import ORIGIN, installed


class Heard:
    """A progress that keeps the sentences said."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text.say("en"))


@pytest.fixture
def relay(tmp_path):
    """A library that keeps the first request until its input closes, and answers the others at once."""
    host = tmp_path / "vss-host"
    host.write_text(
        f"#!{sys.executable} -IS\nimport struct, sys\n"
        "while header := sys.stdin.buffer.read(4):\n"
        "    payload = sys.stdin.buffer.read(struct.unpack('=I', header)[0])\n"
        "    if b'SIGN' in payload: continue\n"
        "    sys.stdout.buffer.write(header + payload); sys.stdout.flush()\n",
        encoding="utf-8",
    )
    host.chmod(0o755)
    return installed(tmp_path, mode="vendor", vendor=(str(host),))


def test_said_once_with_the_limit_and_only_while_somebody_is_waited_for(relay, tmp_path):
    """A request answered at once is not worth a word; one that waits is said once, with the seconds that are left to a person."""
    heard = Heard()
    watch = PersonWatch(tmp_path / "transcript.jsonl", heard, 120)
    watch.start()
    with relay.port() as port:
        assert port.ask("CERT") is not None
        assert heard.said == []
        port.send({"type": "SIGN", "origin": ORIGIN})
        until(lambda: heard.said, "the operator to be told")
    watch.stop()
    (sentence,) = heard.said
    assert "at most 120 s" in sentence
    assert "person-watch" not in [thread.name for thread in threading.enumerate()]
