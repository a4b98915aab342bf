"""Mode recorded: the real relay process says again what a host has said, each answer once, to whoever of the relays is asked."""

import json

import pytest

from robot.signing.relay.recorded import PLAYED
from tests.wire.port import NONCE, ORIGIN, installed

CERT = {"type": "CERT", "nonce": "recorded-nonce-1", "origin": ORIGIN, "src": "page.js", "lang": "vi", "tab": 7}
SIGN = {"type": "SIGN", "nonce": "recorded-nonce-2", "origin": ORIGIN, "cert": "aa", "hash": "00" * 32, "hashtype": "SHA-256"}
GROUPS = [
    {"asks": {}, "answers": [{"result": "invalid_argument", "message": "type"}], "ends": None},
    {"asks": CERT, "answers": [{"result": "ok", "cert": "aa", "nonce": "recorded-nonce-1"}], "ends": None},
    {"asks": SIGN, "answers": [{"result": "ok", "signature": "bb", "nonce": "recorded-nonce-2"}], "ends": None},
]


@pytest.fixture
def playing(tmp_path):
    """Installs a relay that plays these groups."""

    def play(groups, greeting=None):
        file = tmp_path / "frames.json"
        file.write_text(json.dumps({"greeting": greeting, "groups": groups}), encoding="utf-8")
        (tmp_path / f"frames.json{PLAYED}").mkdir()
        return installed(tmp_path, mode="recorded", frames=str(file))

    return play


def test_two_relays_share_one_recording(playing):
    """The probe's relay and the tab's each get what is theirs; the nonce of now stands in the answer of then."""
    relay = playing(GROUPS)
    with relay.port() as probe:
        assert probe.exchange({}) == GROUPS[0]["answers"][0]
        assert probe.exchange({}) == GROUPS[0]["answers"][0], "a probe changes nothing and may come again"
    with relay.port() as tab:
        cert = tab.exchange({**CERT, "nonce": NONCE, "tab": 1})
        signed = tab.exchange({**SIGN, "nonce": NONCE, "hash": "ff" * 32})
        assert tab.hang_up() == (b"", 0)
    assert ({"result": "ok", "cert": "aa", "nonce": NONCE}, "bb", NONCE) == (cert, signed["signature"], signed["nonce"])
    assert ["CERT", "ok", "SIGN", "ok"] == [entry["kind"] for entry in relay.transcript if "kind" in entry][4:]


@pytest.mark.parametrize(
    "asked",
    [CERT, {**SIGN, "hashtype": "SHA-1"}, {**SIGN, "origin": "https://evil.example"}, {**SIGN, "more": "x"}],
    ids=["a second time", "another hash", "another page", "another shape"],
)
def test_what_was_not_recorded_ends_the_relay(playing, asked):
    """No answer is made up: the process ends with its own status, and the transcript says so."""
    relay = playing(GROUPS)
    with relay.port() as tab:
        tab.exchange(CERT)
        tab.send(asked)
        assert tab.read() is None
        assert tab.process.wait(20) == 5
    assert any(entry.get("event") == "not_recorded" for entry in relay.transcript)


def test_a_host_that_died_dies_again(playing):
    """A host that ended without an answer closes the port without one, with the recorded kind of end."""
    relay = playing([{"asks": CERT, "answers": [], "ends": 3}])
    with relay.port() as tab:
        tab.send(CERT)
        assert tab.read() is None
        assert tab.process.wait(20) == 3


def test_a_host_that_greets_greets(playing):
    """web-eid: the host speaks first, answers once, and ends."""
    ask = {"command": "get-signing-certificate", "arguments": {"origin": ORIGIN, "lang": "vi"}}
    relay = playing([{"asks": ask, "answers": [{"certificate": "AA=="}], "ends": 0}], greeting={"version": "2.5.0"})
    with relay.port() as port:
        assert port.read() == {"version": "2.5.0"}
        assert port.exchange(ask) == {"certificate": "AA=="}
        assert port.read() is None
