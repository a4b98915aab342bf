"""A recorder hears every frame whole, in both modes, and the signing does not depend on it."""

import json
import sys

import pytest

from robot.signing.hearing import Hearing
from tests.waiting import until
from tests.wire.port import CALLER, installed

ECHO = (
    f"#!{sys.executable} -IS\nimport sys\n"
    "while header := sys.stdin.buffer.read(4):\n"
    "    data = sys.stdin.buffer.read(int.from_bytes(header, sys.byteorder))\n"
    "    sys.stdout.buffer.write(header + data); sys.stdout.flush()\n"
)


@pytest.fixture
def hearing():
    made = Hearing()
    yield made
    made.close()


def _ear(hearing):
    return {"ear_address": hearing.address, "ear_authkey": hearing.authkey.hex()}


def test_frames_are_heard_whole_where_the_robot_signs(tmp_path, agent, hearing):
    """Requests and answers as they are, with begin and end; the transcript still holds no value."""
    relay = installed(tmp_path, agent_address=agent.address, agent_authkey=agent.authkey.hex(), **_ear(hearing))
    with relay.port(CALLER) as port:
        certificate = port.ask("CERT")["cert"]
        assert port.hang_up() == (b"", 0)
    until(lambda: any(each.kind == "ended" for each in hearing.heard), "the relay's last word")
    heard = hearing.heard
    assert [each.kind for each in heard] == ["started", "CERT", "ok", "ended"]
    assert [each.direction for each in heard] == ["event", "browser>host", "host>browser", "event"]
    assert json.loads(heard[2].text)["cert"] == certificate
    assert len({each.relay for each in heard}) == 1
    assert certificate not in json.dumps(relay.transcript)


def test_frames_are_heard_whole_where_the_vendors_library_signs(tmp_path, hearing):
    """The library's own host answers; what passed is heard from both sides, larger than a pipe holds."""
    host = tmp_path / "vss-host"
    host.write_text(ECHO, encoding="utf-8")
    host.chmod(0o755)
    relay = installed(tmp_path, mode="vendor", vendor=(str(host),), **_ear(hearing))
    message = {"type": "SIGN", "hash": "ab" * 100_000}
    with relay.port(CALLER) as port:
        assert port.exchange(message) == message
        assert port.hang_up() == (b"", 0)
    until(lambda: any(each.kind == "ended" for each in hearing.heard), "the relay's last word")
    frames = [each for each in hearing.heard if each.direction != "event"]
    assert [json.loads(each.text) for each in frames] == [message, message]


def test_events_are_heard_with_their_facts(tmp_path, agent, hearing):
    """A frame that is none: which way it went stands among the event's facts, and not in its place."""
    relay = installed(tmp_path, agent_address=agent.address, agent_authkey=agent.authkey.hex(), **_ear(hearing))
    with relay.port(CALLER) as port:
        port.write(b"\xff\xff\xff\x7f")
        port.read()
        port.hang_up()
    until(lambda: any(each.kind == "ended" for each in hearing.heard), "the relay's last word")
    (fault,) = [each for each in hearing.heard if each.kind == "frame_fault"]
    assert (fault.direction, fault.facts["direction"]) == ("event", "browser>host")


def test_a_recorder_that_has_gone_keeps_nothing_up(tmp_path, agent):
    """Nobody listens at the address any more: the page gets its answer all the same."""
    gone = Hearing()
    told = _ear(gone)
    gone.close()
    relay = installed(tmp_path, agent_address=agent.address, agent_authkey=agent.authkey.hex(), **told)
    with relay.port(CALLER) as port:
        assert port.ask("VERSION")["result"] == "ok"
        assert port.hang_up() == (b"", 0)


def test_whoever_does_not_know_the_key_is_not_heard(tmp_path, agent, hearing):
    """And the next relay still is."""
    told = {**_ear(hearing), "ear_authkey": "00" * 32}
    stranger = installed(tmp_path / "a", agent_address=agent.address, agent_authkey=agent.authkey.hex(), **told)
    with stranger.port(CALLER) as port:
        assert port.ask("VERSION")["result"] == "ok"
        port.hang_up()
    assert hearing.heard == []
    relay = installed(tmp_path / "b", agent_address=agent.address, agent_authkey=agent.authkey.hex(), **_ear(hearing))
    with relay.port(CALLER) as port:
        port.ask("VERSION")
        port.hang_up()
    until(lambda: hearing.heard, "the relay that knows the key")
