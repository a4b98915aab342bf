"""Mode vendor: the relay around a host of somebody else's; frames untouched, and how it died is written down."""

import hashlib
import json
import struct
import sys

import psutil
import pytest

from robot.signing.relay import VendorExit, awaited, last_exit
from robot.signing.relay.exits import meaning, redacted
from tests.waiting import alive, until
from tests.wire.port import CALLER, ORIGIN, encoded, installed


@pytest.fixture
def behind(tmp_path):
    """Installs a relay around a host written in a few lines of sh or Python."""

    def make(text, *arguments, **settings):
        host = tmp_path / "máy chủ" / "vss-host"
        host.parent.mkdir(exist_ok=True)
        host.write_text(text, encoding="utf-8")
        host.chmod(0o755)
        return installed(tmp_path, mode="vendor", vendor=(str(host), *arguments), **settings)

    return make


PYTHON = f"#!{sys.executable} -IS\nimport json, os, struct, sys, time\n"
# Says its arguments and folder first, then every message backwards.
ECHO = PYTHON + (
    "def say(data): sys.stdout.buffer.write(struct.pack('=I', len(data)) + data); sys.stdout.flush()\n"
    "say(json.dumps([sys.argv[1:], os.getcwd(), sorted(n for n in os.environ if 'ROBOT' in n)]).encode())\n"
    "while header := sys.stdin.buffer.read(4):\n"
    "    say(sys.stdin.buffer.read(struct.unpack('=I', header)[0])[::-1])\n"
)


def _exit(relay):
    return last_exit(relay.transcript)


def test_frames_pass_untouched_with_chromes_arguments(behind):
    """Bytes pass both ways as they are; the host gets its own and Chrome's arguments, Chrome's environment, its own folder."""
    relay = behind(ECHO, "--of-its-own")
    payloads = [b'{"secret":"13572468"}', b"\xff\x00 not json", b"", b"[1," + b"9" * 300_000 + b"]"]
    with relay.port(CALLER, "--parent-window=7", environment={"VSS_ROBOT_VAULT_FD": "3"}) as port:
        folder = str(relay.launcher.parents[1] / "máy chủ")
        assert port.read() == [["--of-its-own", CALLER, "--parent-window=7"], folder, []]
        for payload in payloads:
            port.send(payload)
            header = port.process.stdout.read(4)
            assert port.process.stdout.read(struct.unpack("=I", header)[0]) == payload[::-1]
        assert port.hang_up() == (b"", 0)
    frames = [entry for entry in relay.transcript if "direction" in entry]
    assert [entry["bytes"] for entry in frames[1::2]] == [len(payload) for payload in payloads]
    assert frames[1]["digest"] == hashlib.sha256(payloads[0]).hexdigest()
    assert "13572468" not in json.dumps(relay.transcript)
    assert [entry["event"] for entry in relay.transcript if "event" in entry] == [
        "started",
        "vendor_started",
        "vendor_exited",
        "ended",
    ]
    assert _exit(relay) == VendorExit(0, "ended", "", 0, "")


LOADER = "vss-host: error while loading shared libraries: libmsvc.so.14: cannot open shared object file: No such file"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"#!/bin/sh\necho '{LOADER}' >&2\nexit 127\n", (127, "library_missing", "libmsvc.so.14")),
        ("#!/bin/sh\nexit 127\n", (127, "program_missing", "")),
        ("#!/nowhere/at/all\n", (127, "program_missing", "")),
        ("#!/bin/sh\nexit 126\n", (126, "not_executable", "")),
        ("#!/bin/sh\nkill -11 $$\n", (-11, "killed", "11")),
        ("#!/bin/sh\nexit 137\n", (137, "killed", "9")),
        ("#!/bin/sh\nexit 5\n", (5, "failed", "5")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_how_the_host_died_is_written_down(behind, text, expected):
    """The port closes as Chrome would see it close, with nothing said, and the transcript says why."""
    relay = behind(text)
    with relay.port() as port:
        assert port.read() is None
        assert port.process.wait(20) == 3
    found = _exit(relay)
    assert (found.status, found.meaning, found.detail) == expected


def test_a_program_that_may_not_be_run(behind, tmp_path):
    """A host without the right to run is told apart from one that is not there."""
    relay = behind("#!/bin/sh\n")
    (tmp_path / "máy chủ" / "vss-host").chmod(0o644)
    with relay.port() as port:
        assert port.read() is None
    assert (_exit(relay).status, _exit(relay).meaning) == (126, "not_executable")


def test_closed_without_an_answer(behind):
    """A host that reads a request and ends in order, answering nothing, is a finding of its own."""
    relay = behind(PYTHON + "sys.stdin.buffer.read(4)\n")
    with relay.port() as port:
        port.send({"type": "CERT", "origin": ORIGIN})
        assert port.read() is None
        assert port.process.wait(20) == 3
    assert (_exit(relay).meaning, _exit(relay).unanswered) == ("closed_unanswered", 1)


@pytest.mark.parametrize("noise", ["Hello, world", "\\377\\377\\377\\377", "\\001\\000\\020\\000"])
def test_a_host_that_does_not_speak_in_frames(behind, noise):
    """Talk on stdout, or more than Chrome takes, is a fault of the host: nothing of it reaches the browser, the host is ended."""
    relay = behind(f"#!/bin/sh\nprintf '{noise}'\nexec sleep 600\n", grace_s=0.1)
    with relay.port() as port:
        assert port.read() is None
        assert port.process.wait(20) == 3
    faults = [entry["fault"] for entry in relay.transcript if entry.get("event") == "frame_fault"]
    assert faults == ["too_large"]
    assert _exit(relay).meaning == "no_frame", "that the relay ended it is no sign of what is wrong with it"


def test_a_host_that_does_not_go_is_ended_with_the_port(behind):
    """A host that stays though its input has closed, such as one with a window open, is ended before Chrome ends the relay."""
    relay = behind("#!/bin/sh\nexec sleep 600\n", grace_s=0.1)
    with relay.port() as port:
        until(lambda: any(e.get("event") == "vendor_started" for e in relay.transcript), "the host to start")
        (host,) = psutil.Process(port.process.pid).children()
        assert port.hang_up() == (b"", 0)
        assert alive([host]) == []
    assert _exit(relay).meaning == "ended"


def test_the_last_of_stderr_is_kept_without_what_may_be_secret(behind):
    """At most 4 KiB, long numbers and long runs of letters as lengths."""
    relay = behind(
        "#!/bin/sh\nfor i in $(seq 2000); do echo \"line $i PIN 13572468 $(printf 'ab%.0s' $(seq 20))\" >&2; done\nexit 9\n"
    )
    with relay.port() as port:
        assert port.read() is None
        assert port.process.wait(20) == 3
    stderr = _exit(relay).stderr
    assert stderr.endswith("PIN ‹8 digits› ‹40 chars›\n")
    assert len(stderr) <= 4096


def test_what_is_waited_for_is_seen_in_the_transcript(behind):
    """While the host owes an answer the transcript names the request; afterwards nothing is waited for."""
    relay = behind(PYTHON + "sys.stdin.buffer.read()\n")
    with relay.port() as port:
        assert awaited(relay.transcript) is None
        port.send({"type": "SIGN", "origin": ORIGIN})
        until(lambda: awaited(relay.transcript) == "SIGN", "the request to be written down")
    assert awaited(relay.transcript) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0xC0000135, ("dll_missing", "0xC0000135")),
        (-1073741515, ("dll_missing", "0xC0000135")),
        (0xC000007B, ("bad_image", "0xC000007B")),
        (-1073741701, ("bad_image", "0xC000007B")),
        (0xC0000005, ("failed", "0xC0000005")),
        (-1073741819, ("failed", "0xC0000005")),
    ],
)
def test_statuses_of_windows(status, expected):
    """NTSTATUS values are known as unsigned and as negative numbers."""
    assert meaning(status, "", unanswered=True) == expected


def test_redaction_leaves_words():
    """Names and codes stay readable."""
    assert redacted("libssl.so.1.1: 0xC0000135 PIN 12345678") == "libssl.so.1.1: 0xC0000135 PIN ‹8 digits›"


def test_the_request_is_noted_before_the_host_sees_it(behind):
    """Evidence first: what killed the host stands in the transcript."""
    relay = behind(PYTHON + "sys.stdin.buffer.read(5); os.kill(os.getpid(), 9)\n")
    with relay.port() as port:
        port.send(encoded({"type": "VERSION"}))
        assert port.read() is None
    kinds = [entry.get("kind") or entry["event"] for entry in relay.transcript]
    assert kinds == ["started", "vendor_started", "VERSION", "vendor_exited", "ended"]
