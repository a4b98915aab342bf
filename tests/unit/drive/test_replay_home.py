"""The office of a replay: books, vault and settings as the run found them, and nothing of this machine's own."""

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.recorded import RECORDINGS
from robot.drive.replay.books import Books
from robot.drive.replay.home import NO_NETWORK, ORGANISATION, open_office
from robot.recording.binding import Binding
from robot.recording.model import Earlier
from robot.recording.reading import load
from robot.settings import Settings

HOUR = 3600.0
RECEIPT = {"kind": "registration", "number": "DK2026-000001", "at": ""}
EARLIER = (
    Earlier(kind="registration", key="{ORG:tax_code}", state="confirmed", receipt=RECEIPT, before_s=2 * HOUR),
    Earlier(kind="activation", key="{ORG:tax_code}/20261120-101500-abcde/3", state="confirmed", receipt=RECEIPT, before_s=HOUR),
)


@pytest.fixture
def office(tmp_path):
    """An office for a recording with an account and what led to it."""
    folder = RECORDINGS / "wrong-code-then-registered-again"
    recording = load(folder).recording.model_copy(update={"earlier": EARLIER, "account": "{ORG:tax_code}"})
    binding = Binding(recording, folder, datetime.now(UTC))
    home = tmp_path / "home"
    home.mkdir()
    with open_office(recording, binding, home, Settings(), Books(tmp_path)) as opened:
        yield opened, binding


def test_the_books_show_what_went_before(office):
    """As long ago as it was then; an activation belongs to the registration of these books, and so do the vault's credentials."""
    opened, binding = office
    tax_code = binding.values["{ORG:tax_code}"]
    registration = opened.ledger.newest("registration", tax_code)
    assert registration.state == "confirmed"
    assert abs(datetime.now(UTC) - registration.intended - timedelta(hours=2)) < timedelta(minutes=1)
    key = f"{tax_code}/{registration.run}/{registration.attempt}"
    assert opened.ledger.newest("activation", key).state == "confirmed"
    account = [tax_code, binding.values["{SECRET:password}"], key]
    assert account == opened.vault.get(f"portal/{ORGANISATION}").split("\n")


def test_nothing_of_this_machine_is_used(monkeypatch, tmp_path):
    """No name is resolved, no server is named, and no variable of the environment changes a replay."""
    monkeypatch.setenv("VSS_ROBOT_PORTAL__HOST_RESOLVER_RULES", "MAP * 127.0.0.1")
    monkeypatch.setenv("VSS_ROBOT_MAIL__HOST", "mail.example")
    folder = RECORDINGS / "registered"
    recording = load(folder).recording
    home = tmp_path / "second"
    home.mkdir()
    binding = Binding(recording, folder, datetime.now(UTC))
    with open_office(recording, binding, home, Settings(), Books(tmp_path)) as opened:
        settings = opened.settings
    assert (NO_NETWORK, "", "maildir") == (settings.portal.host_resolver_rules, settings.mail.host, settings.mail.kind)
    assert (home, None) == (settings.home, settings.organisations[ORGANISATION].token.pin)
    assert settings.mail.maildir.is_relative_to(home)
