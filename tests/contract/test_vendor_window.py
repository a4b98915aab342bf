"""The library's own PIN window on a real (virtual) screen, answered through the keyboard by somebody who is no browser tool."""

import sys
import time
from contextlib import contextmanager

import pytest

from fixtures.vendor import install
from robot.signing.relay import awaited, last_exit
from tests.doubles.screen import Person, virtual_screen
from tests.waiting import until
from tests.wire.port import installed

SIGN = {"hash": "5a" * 32, "hashtype": "SHA-256"}


@pytest.fixture(scope="module")
def screen():
    with virtual_screen() as name:
        yield name


@pytest.fixture
def person(screen):
    return Person(screen)


@pytest.fixture
def desk(token_world, tmp_path, screen):
    """A port to kim-lien's library behind the relay, its PIN file emptied: only the window can give it. Yields port and relay."""
    organisation = token_world.organisations["kim-lien"]
    pin = token_world.hosts["kim-lien"].with_name("pin")
    kept, program = pin.read_text(encoding="ascii"), token_world.hosts["kim-lien"].read_text(encoding="utf-8")
    host = install(token_world.directory, organisation, sys.executable, window=True)
    pin.write_text("", encoding="ascii")
    relay = installed(tmp_path, mode="vendor", vendor=(str(host),))

    @contextmanager
    def opened():
        with relay.port(environment={"DISPLAY": screen}) as port:
            yield port, relay

    yield opened, kept
    pin.write_text(kept, encoding="ascii")
    host.write_text(program, encoding="utf-8")


def _send_sign(port):
    given = port.ask("CERT")["cert"]
    port.send({"type": "SIGN", "nonce": "a" * 16, "origin": "https://gddt.baohiemxahoi.gov.vn", "cert": given, **SIGN})


def test_a_person_enters_the_pin(desk, person):
    """The window comes up, the relay waits and says for what, the person types, the signature comes; no value is written down."""
    opened, pin = desk
    with opened() as (port, relay):
        _send_sign(port)
        until(person.sees_windows, "the PIN window")
        assert awaited(relay.transcript) == "SIGN"
        person.types(pin, "Return")
        answer = port.read()
        assert answer["result"] == "ok", answer
        assert person.sees_windows() == []
    assert pin not in str(relay.transcript)
    assert last_exit(relay.transcript).meaning == "ended"


def test_a_person_cancels(desk, person):
    """Escape is the person's "Hủy": user_cancel, and the host is there for another try."""
    opened, _ = desk
    with opened() as (port, _relay):
        _send_sign(port)
        person.types("", "Escape")
        assert port.read()["result"] == "user_cancel"
        assert port.ask("VERSION")["result"] == "ok"


def test_the_window_goes_with_the_browser(desk, person):
    """A browser that leaves takes the window with it: nobody signs for a page that is gone."""
    opened, _ = desk
    with opened() as (port, relay):
        _send_sign(port)
        until(person.sees_windows, "the PIN window")
        began = time.monotonic()
        rest, status = port.hang_up()
        assert (status, b"signature" in rest) == (0, False)
        assert time.monotonic() - began < 5
        until(lambda: not person.sees_windows(), "the window to go")
    assert awaited(relay.transcript) is None


def test_without_a_screen_the_library_says_so(token_world, tmp_path):
    """No display: a technical_error, not silence."""
    program = tmp_path / "vss-host"
    text = (
        token_world.hosts["hoa-binh"]
        .read_text(encoding="utf-8")
        .replace("--organisation hoa-binh", "--organisation hoa-binh --window")
    )
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    relay = installed(tmp_path, mode="vendor", vendor=(str(program),))
    with relay.port() as port:
        _send_sign(port)
        assert port.read()["result"] == "technical_error"
