"""The office of one replay: a home of its own, books with what went before, a vault with made-up secrets, an empty mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from robot.drive.office import Office
from robot.drive.replay.earlier import plant
from robot.flow.post import NO_ACTIVATION, keep_account
from robot.redaction import Redactor
from robot.settings import Settings
from robot.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.replay.books import Books
    from robot.recording.binding import Binding
    from robot.recording.model import Recording

ORGANISATION: Final = "recorded"
PASSWORD: Final = "{SECRET:password}"  # noqa: S105 - the placeholder, no password
NO_NETWORK: Final = "MAP * ~NOTFOUND"  # Chrome resolves no name at all
AT_ONCE: Final = 0.001
PAGE_S: Final = 10.0  # everything that a page of a recording needs is on this machine
# What a machine's own settings say of the browser; the rest of them belongs to its own portal, mailbox and token.
KEPT: Final = ("executable", "headless", "extension_dir", "extension_id", "extension_version", "language", "window")


class MemoryStore:
    """Secrets that end with the process."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """See `robot.vault.vault.Store`."""
        return self._secrets.get(name)

    def set(self, name: str, secret: str) -> None:
        """The same."""
        self._secrets[name] = secret

    def delete(self, name: str) -> None:
        """The same."""
        del self._secrets[name]

    def names(self) -> list[str]:
        """The same."""
        return sorted(self._secrets)

    def has(self, name: str) -> bool:
        """The same."""
        return name in self._secrets


def open_office(
    recording: Recording, binding: Binding, home: Path, machine: Settings, books: Books, *, traced: bool = False
) -> Office:
    """The office for one replay in an empty folder; `machine` are this machine's own settings, `books` those of all replays."""
    settings = _settings(recording, binding, home, machine, traced=traced)
    maildir = settings.mail.maildir
    for part in ("new", "cur", "tmp"):
        (maildir / part).mkdir(parents=True) if maildir is not None else None
    redactor = Redactor()
    vault = Vault(MemoryStore(), redactor)
    ledger = books.emptied()
    activation = plant(ledger, recording, binding, ORGANISATION, settings.evidence.folder)
    if recording.account is not None:
        rows = binding.fill(recording.account), binding.fill(PASSWORD), activation or NO_ACTIVATION
        keep_account(vault, ORGANISATION, *rows)
    return Office(settings, redactor, vault, ledger)


def _settings(recording: Recording, binding: Binding, home: Path, machine: Settings, *, traced: bool) -> Settings:
    known = recording.portal
    browser = {name: getattr(machine.browser, name) for name in KEPT}
    return Settings(
        language=machine.language,
        home=home,
        portal={
            "address": known.address,
            "hosts": known.hosts,
            "refusals": known.refusals,
            "marked_fields": known.marked_fields,
            "paths": known.paths,
            "texts": known.texts,
            "host_resolver_rules": NO_NETWORK,
            "map": machine.portal.map,
            "tries": 1,
        },
        browser=browser,
        signing={
            "mode": recording.signing,
            "protocol": recording.protocol,
            "host_name": recording.host_name or machine.signing.host_name,
        },
        timers={
            "page_s": PAGE_S,
            "mail_s": AT_ONCE,
            "mail_poll_s": AT_ONCE,
            "verdict_s": AT_ONCE if recording.verdict_s else 0,
        },
        mail={
            "kind": "maildir",
            "maildir": home / "mails",
            "senders": known.senders,
            "patterns": known.patterns,
            "verdict": known.verdict,
        },
        evidence={"folder": home / "evidence", "trace": traced},
        organisations={ORGANISATION: _organisation(binding.fill_data(recording.organisation))},
    )


def _organisation(known: dict[str, Any]) -> dict[str, Any]:
    """Without what was this machine's own: its mailbox, token, native host."""
    return {name: value for name, value in known.items() if name not in {"mail", "token", "consent", "host_path"}}
