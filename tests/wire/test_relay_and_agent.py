"""token-signing where the agent, or the browser, does not do what it should."""

import hashlib
import socket
import tempfile
from pathlib import Path

import pytest

from tests.wire.port import CALLER, NONCE, ORIGIN, encoded, installed

SIGN = {"hash": "5a" * 32, "hashtype": "SHA-256"}


def _refusal(answer):
    return {name: value for name, value in answer.items() if name != "message"}


CODES = ["user_cancel", "no_certificates", "invalid_argument", "not_allowed", "technical_error", "driver_error", "pin_blocked"]


@pytest.mark.parametrize("code", CODES)
def test_the_agents_codes_are_the_pages(relay, agent, code):
    """What the agent refuses with, the page is told, with its sentence."""
    with relay.port() as port:
        given = port.ask("CERT")["cert"]
        agent.instead({"ok": False, "code": code, "message": "Đã hủy"})
        answer = port.ask("SIGN", cert=given, **SIGN)
        assert answer == {"result": code, "message": "Đã hủy", "nonce": NONCE}
        assert port.ask("SIGN", cert=given, **SIGN)["result"] == "ok"


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": False, "code": "timeout", "message": "-"},
        {"ok": False, "code": "whatever"},
        {"ok": False},
        {"ok": True},
        {"ok": True, "certificate": "%%%", "algorithms": []},
        {"ok": True, "certificate": "é", "algorithms": []},
        {"ok": True, "certificate": "MAA=", "algorithms": ["RSA"]},
        {"ok": 1, "certificate": "MAA=", "algorithms": []},
        "not json",
        "[]",
        "x" * (16 * 1024 + 1),
    ],
    ids=lambda answer: str(answer)[:40],
)
def test_what_an_agent_misspeaks_is_a_technical_error(relay, agent, answer):
    """An answer that cannot be used is told as technical_error, and the next request is served."""
    agent.instead(answer)
    with relay.port() as port:
        assert _refusal(port.ask("CERT")) == {"result": "technical_error", "nonce": NONCE}
        assert port.ask("CERT")["result"] == "ok"


def test_nobody_at_the_agents_address(tmp_path):
    """Without an agent VERSION is still answered; what needs one is a technical_error, written down with its cause."""
    relay = installed(tmp_path, agent_address=str(tmp_path / "nobody"), agent_authkey="00")
    with relay.port() as port:
        assert port.ask("VERSION")["result"] == "ok"
        assert _refusal(port.ask("CERT")) == {"result": "technical_error", "nonce": NONCE}
    assert [entry["why"] for entry in relay.transcript if entry.get("event") == "agent_unreachable"] == ["FileNotFoundError"]


def test_a_wrong_key_opens_nothing(tmp_path, agent):
    """An agent takes no call from a relay that does not have its key."""
    before = agent.ask(do="tally")["tally"]
    relay = installed(tmp_path, agent_address=agent.address, agent_authkey="00" * 32)
    with relay.port() as port:
        assert _refusal(port.ask("CERT")) == {"result": "technical_error", "nonce": NONCE}
    assert agent.ask(do="tally")["tally"] == before


def test_an_agent_that_does_not_answer(tmp_path, agent):
    """Past the time for a person's answer the page is told, and the port is there for the next request."""
    relay = installed(tmp_path, answer_s=0.2, agent_address=agent.address, agent_authkey=agent.authkey.hex())
    agent.instead(None)
    with relay.port() as port:
        assert _refusal(port.ask("CERT")) == {"result": "technical_error", "nonce": NONCE}
        assert port.ask("CERT")["result"] == "ok"
    assert "agent_silent" in [entry.get("event") for entry in relay.transcript]


def test_an_agent_that_takes_no_call(tmp_path):
    """A listener that accepts nobody holds the relay up no longer than the settings say."""
    with tempfile.TemporaryDirectory(prefix="agent-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/agent")
        listener.listen()
        relay = installed(tmp_path, connect_s=0.2, agent_address=f"{folder}/agent", agent_authkey="00")
        with relay.port() as port:
            assert _refusal(port.ask("CERT")) == {"result": "technical_error", "nonce": NONCE}
    assert "agent_unreachable" in [entry.get("event") for entry in relay.transcript]


def test_the_browser_leaves_while_the_agent_is_asked(relay, agent):
    """The relay does not wait for an answer that nobody reads: it ends at once, and the agent's line with it."""
    agent.instead(None)
    with relay.port() as port:
        port.send({"type": "CERT", "nonce": NONCE, "origin": ORIGIN})
        assert port.hang_up() == (b"", 0)
    assert "browser_left" in [entry.get("event") for entry in relay.transcript]


@pytest.mark.parametrize(
    "arguments", [("chrome-extension://" + "b" * 32 + "/",), ("--parent-window=0",), ("a" * 32,), (CALLER.rstrip("/"),)], ids=str
)
def test_another_extension_is_served_nothing(relay, arguments):
    """Only the extension of the settings may be at the other end."""
    with relay.port(*arguments) as port:
        assert port.read() is None
        assert port.process.wait(20) == 2
    assert [entry["event"] for entry in relay.transcript] == ["stranger", "ended"]


def test_the_transcript_says_what_passed_and_no_value(relay):
    """Each frame with time, direction, size, kind and digest; certificate, hash, signature and strangers as lengths."""
    with relay.port() as port:
        given = port.ask("CERT", lang="vi")["cert"]
        signed = port.ask("SIGN", cert=given, info="Tờ khai 12345678", **SIGN)["signature"]
        port.ask("VERSION", pin="13572468")
    text = Path(relay.config.transcript).read_text(encoding="utf-8")
    for secret in (given, signed, SIGN["hash"], "12345678", "13572468", NONCE):
        assert secret not in text
    frames = [entry for entry in relay.transcript if "direction" in entry]
    assert [(entry["direction"], entry["kind"]) for entry in frames] == [
        ("browser>host", "CERT"),
        ("host>browser", "ok"),
        ("browser>host", "SIGN"),
        ("host>browser", "ok"),
        ("browser>host", "VERSION"),
        ("host>browser", "invalid_argument"),
    ]
    request = encoded({"type": "CERT", "nonce": NONCE, "origin": ORIGIN, "lang": "vi"})
    expected = {"type": "CERT", "nonce": "‹16 chars›", "origin": ORIGIN, "lang": "vi"}
    assert (frames[0]["bytes"], frames[0]["digest"]) == (len(request), hashlib.sha256(request).hexdigest())
    assert frames[0]["shape"] == expected
    assert frames[3]["shape"] == {"signature": "‹512 chars›", "nonce": "‹16 chars›", "result": "ok"}
    assert [entry["event"] for entry in relay.transcript if "event" in entry] == ["started", "ended"]
    assert all(entry["at"].endswith("+00:00") for entry in relay.transcript)
