"""What a worker announces: the tokens plugged in, by serial, with whose they are, as far as they show it without a log-in."""

import json

import pytest

from fixtures.softhsm import softhsm_environment, softhsm_module
from robot import settings
from robot.drive.worker.here import tokens_here

NAMES = ("name", "tax_code", "province", "agency_name", "agency_code", "email", "contact", "address")


@pytest.fixture
def known(token_world, tmp_path, monkeypatch):
    """Settings with two of the organisations whose tokens are plugged in; `more` is added to the file."""
    for name, value in softhsm_environment(token_world.directory).items():
        monkeypatch.setenv(name, value)

    def load(more=""):
        lines = [more]
        for key in ("hoa-binh", "an-phu"):
            row = token_world.organisations[key]
            lines.append(f"[organisations.{key}]")
            lines += [f"{name} = {json.dumps(getattr(row, name), ensure_ascii=False)}" for name in NAMES]
        (tmp_path / "robot.toml").write_text("\n".join(lines), encoding="utf-8")
        return settings.load(tmp_path / "robot.toml")

    return load


def test_tokens_are_told_by_their_certificates_though_they_hide_their_keys(token_world, known):
    """A private key shows itself only after a log-in; a token of nobody in the settings is left out."""
    found = tokens_here(known(f'[signing]\ndriver = "{softhsm_module()}"'))
    assert {token_world.tokens[key].serial: [key] for key in ("hoa-binh", "an-phu")} == found


def test_a_driver_that_fails_keeps_no_other_from_being_looked_at(known, tmp_path):
    """And where the settings name the organisations, no token is asked."""
    broken = tmp_path / "libbroken.so"
    broken.write_bytes(b"no library")
    assert {} == tokens_here(known(f'[signing]\ndriver = "{broken}"'))
    assert {"an-phu": ["an-phu"]} == tokens_here(known('[worker]\norganisations = ["an-phu"]'))
