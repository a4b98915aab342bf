"""What is looked at: the settings, the organisation whose desk it is, the profile, and what the books say of its token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from robot.ledger import Ledger
    from robot.settings import Organisation, Settings


@dataclass(frozen=True)
class Case:
    """One desk; without an organisation only what belongs to the machine is looked at.

    `stopped`: serials of the tokens that the robot has stopped itself, each with what was said then.
    """

    settings: Settings
    organisation: Organisation | None
    profile: Path
    stopped: Mapping[str, str] = field(default_factory=dict)

    @property
    def vendor_program(self) -> Path | None:
        """The VSS library's native host, where it is the one that signs and the settings name it."""
        if self.settings.signing.mode != "vendor":
            return None
        own = self.organisation.host_path if self.organisation is not None else None
        return own or self.settings.signing.host_path

    @property
    def writes_manifest(self) -> bool:
        """Whether the robot writes the native host's manifest itself when it starts the browser."""
        signing = self.settings.signing
        return (
            signing.write_manifest and bool(signing.host_name) and (signing.mode == "pkcs11" or self.vendor_program is not None)
        )

    @property
    def extension_ids(self) -> tuple[str, ...]:
        """The ids that may start the host; the first is the extension's own."""
        return self.settings.browser.extension_id, *self.settings.signing.extension_ids

    @property
    def driver(self) -> str:
        """The token's driver as the settings name it; empty where they do not."""
        own = self.organisation.token.driver if self.organisation is not None else ""
        return own or self.settings.signing.driver


def stopped_tokens(ledger: Ledger) -> dict[str, str]:
    """The tokens that the books say are stopped, by serial, each with what was said then."""
    return {row.serial: row.said or row.state for row in ledger.tokens() if row.state == "stopped"}
