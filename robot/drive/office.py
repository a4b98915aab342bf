"""The office: settings, vault and books opened once for a command."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from robot import logs
from robot.errors import NameUnknown
from robot.ledger import Ledger
from robot.redaction import Redactor
from robot.settings import load
from robot.telemetry import NoTraces, Traces, open_traces
from robot.vault import Vault, open_vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from robot.settings import Organisation, Settings


@dataclass(frozen=True)
class Office:
    """What every command works with; use it as a context manager."""

    settings: Settings
    redactor: Redactor
    vault: Vault
    ledger: Ledger
    telemetry: Traces = field(default_factory=NoTraces)

    @classmethod
    def open(cls, file: Path, unlock: Callable[[], str], *, verbose: bool = False) -> Self:
        """Read the settings, start the log, open vault and books.

        Raises:
            UsageError: settings, vault or books cannot be used.
        """
        return cls.of(load(file), unlock, verbose=verbose)

    @classmethod
    def of(cls, settings: Settings, unlock: Callable[[], str], *, verbose: bool = False) -> Self:
        """The same of settings that were read already."""
        redactor = Redactor()
        logs.set_up(redactor, settings.home / "logs", verbose=verbose)
        vault = open_vault(settings.vault, redactor, unlock)
        ledger = Ledger.open(settings.ledger, settings.home)
        return cls(settings, redactor, vault, ledger, open_traces(settings.telemetry, vault, redactor))

    def organisation(self, key: str) -> Organisation:
        """The organisation of this key.

        Raises:
            NameUnknown: the settings hold none; the nearest are named.
        """
        known = self.settings.organisations
        if key in known:
            return known[key]
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.4) or list(known)
        raise NameUnknown("organisation_unknown", name=key, known=", ".join(near) or "-")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None) -> None:
        self.ledger.close()
        self.telemetry.close()
