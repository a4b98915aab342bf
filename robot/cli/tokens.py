"""`vss-robot tokens`: what is plugged in, whose it is, how long it is valid, and the state of its PIN."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from robot.cli.opening import open_office
from robot.cli.terminal import language, print_json
from robot.clock import shown
from robot.errors import DriverFailed, SettingsError
from robot.identifiers import same_tax_code
from robot.settings import find
from robot.signing.token import PinState, Token, TokenCertificate, find_driver, known_drivers, list_tokens
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.texts import Language


@dataclass(frozen=True)
class _Known:
    """What the settings and the books add: drivers to ask, tax codes by organisation, tokens that are stopped and why."""

    drivers: tuple[str, ...]
    tax_codes: dict[str, str]
    stopped: dict[str, str]
    speaks: Language


def print_tokens(settings: Path | None, driver: str | None, *, as_json: bool) -> None:
    """Each token with its certificates; works without a settings file, too, by the drivers found on this machine.

    Raises:
        SettingsError: no driver of this name.
        DriverFailed: the one driver asked does not work; of several the others' tokens are shown, with a sentence on stderr.
    """
    known = _known(settings)
    named = (driver,) if driver else known.drivers
    paths = list(dict.fromkeys(find_driver(name) for name in named)) if named else known_drivers()
    if not paths:
        raise SettingsError("driver_none")
    found: list[tuple[Path, Token]] = []
    failed: list[DriverFailed] = []
    for path in paths:
        try:
            found += [(path, token) for token in list_tokens(path)]
        except DriverFailed as wrong:
            failed.append(wrong)
    if failed and not found:
        raise failed[0]
    for failure in failed:
        sys.stderr.write(failure.text.say(known.speaks) + "\n")
    if as_json:
        print_json([_facts(path, token, known) for path, token in found])
        return
    if not found:
        sys.stderr.write(Text("labels.tokens_none", {"drivers": ", ".join(map(str, paths))}).say(known.speaks) + "\n")
    for path, token in found:
        for line in _lines(path, token, known):
            sys.stdout.write(line + "\n")


def _known(settings: Path | None) -> _Known:
    """From the settings and the books, where there are settings; a token may be looked at before anything is set up."""
    try:
        find(settings)
    except SettingsError:
        if settings is not None:
            raise
        return _Known((), {}, {}, language())
    with open_office(settings) as office:
        organisations = office.settings.organisations
        drivers = (office.settings.signing.driver, *(one.token.driver for one in organisations.values()))
        return _Known(
            tuple(dict.fromkeys(filter(None, drivers))),
            {key: one.tax_code for key, one in organisations.items()},
            {row.serial: row.said or row.state for row in office.ledger.tokens() if row.state != "clear"},
            office.settings.language,
        )


def _whose(certificate: TokenCertificate, known: _Known) -> list[str]:
    """The organisations of the settings that the certificate names."""
    return [key for key, code in known.tax_codes.items() if any(same_tax_code(code, held) for held in certificate.tax_codes)]


def _days_left(certificate: TokenCertificate) -> int:
    """Whole days until it runs out; below zero when it has."""
    return (certificate.not_after - datetime.now(UTC)).days


def _lines(path: Path, token: Token, known: _Known) -> list[str]:
    speaks = known.speaks
    pin = Text(f"labels.pin_{token.pin_state.value}").say(speaks)
    if token.protected_path:
        pin += Text("labels.pin_pad").say(speaks)
    if token.serial in known.stopped:
        pin += Text("labels.pin_stopped", {"said": known.stopped[token.serial]}).say(speaks)
    written = [
        Text("labels.token_line", {"label": token.label, "serial": token.serial, "pin": pin, "driver": path.name}).say(speaks)
    ]
    for held in token.certificates:
        days = _days_left(held)
        state = Text("labels.valid_days", {"days": days}) if days >= 0 else Text("labels.valid_no_more")
        fills = {
            "subject": held.subject,
            "tax_codes": ", ".join(held.tax_codes) or "-",
            "organisations": ", ".join(_whose(held, known)) or "-",
            "until": shown(held.not_after),
            "state": state,
            "serial": held.serial,
            "key": f"{held.algorithm} {held.key_bits}",
        }
        written.append("  " + Text("labels.certificate_line", fills).say(speaks))
    return written


def _facts(path: Path, token: Token, known: _Known) -> dict[str, Any]:
    return {
        "driver": str(path),
        "slot": token.slot,
        "label": token.label,
        "serial": token.serial,
        "manufacturer": token.manufacturer,
        "model": token.model,
        "firmware": token.firmware,
        "pin_state": token.pin_state.value,
        "pin_usable": token.pin_state in {PinState.OK, PinState.COUNT_LOW} and token.serial not in known.stopped,
        "pin_pad": token.protected_path,
        "pin_length": [token.min_pin, token.max_pin],
        "stopped": known.stopped.get(token.serial),
        "certificates": [_certificate_facts(held, known) for held in token.certificates],
    }


def _certificate_facts(held: TokenCertificate, known: _Known) -> dict[str, Any]:
    return {
        "subject": held.subject,
        "issuer": held.issuer,
        "serial": held.serial,
        "tax_codes": list(held.tax_codes),
        "person_ids": list(held.person_ids),
        "organisations": _whose(held, known),
        "not_before": held.not_before.isoformat(),
        "not_after": held.not_after.isoformat(),
        "days_left": _days_left(held),
        "key_usage": list(held.key_usage),
        "is_authority": held.is_authority,
        "key": {"algorithm": held.algorithm, "bits": held.key_bits, "id": held.key_id.hex(), "present": held.has_key},
    }
