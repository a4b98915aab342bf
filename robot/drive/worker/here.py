"""What is plugged in here: tokens by serial, with the organisations that their certificates sign for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.errors import DriverFailed
from robot.identifiers import same_tax_code
from robot.signing.token import find_driver, list_tokens

if TYPE_CHECKING:
    from robot.settings import Settings


def tokens_here(settings: Settings) -> dict[str, list[str]]:
    """Serials with keys of organisations; a token of nobody in the settings is left out.

    Where `worker.organisations` names them, each has a token of the organisation's own name: a vendor's library does not say
    which token it uses.

    Raises:
        SettingsError: a driver that the settings name is none.
    """
    if settings.worker.organisations:
        return {key: [key] for key in settings.worker.organisations}
    known = settings.organisations
    drivers = dict.fromkeys(filter(None, (settings.signing.driver, *(one.token.driver for one in known.values()))))
    found: dict[str, list[str]] = {}
    for driver in drivers:
        try:
            tokens = list_tokens(find_driver(driver))
        except DriverFailed:  # `vss-robot doctor` says why; the other drivers' tokens are worked with
            continue
        for token in tokens:
            # Most tokens show a private key only after a log-in, and nobody logs in to look.
            codes = [code for held in token.certificates if held.has_key is not False for code in held.tax_codes]
            whose = [key for key, one in known.items() if any(same_tax_code(one.tax_code, code) for code in codes)]
            if whose:
                found[token.serial] = whose
    return found
