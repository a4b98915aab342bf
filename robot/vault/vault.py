"""The vault as the rest of the robot sees it: names in, secrets out, each secret known to the redactor from then on."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Protocol

from robot.errors import VaultClosed
from robot.vault.cost import USUAL, Cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot import settings
    from robot.redaction import Redactor

REFERENCE = "keyring:"
NAME = re.compile(r"[\w.@/-]{1,100}")


class Store(Protocol):
    """Where a vault keeps its secrets: the system's keyring or a file."""

    def get(self, name: str) -> str | None:
        """The secret, or None where there is none."""

    def set(self, name: str, secret: str) -> None:
        """Store the secret, over an older one."""

    def delete(self, name: str) -> None:
        """Forget the secret; the caller knows that it is there."""

    def names(self) -> list[str]:
        """Names of all secrets, sorted."""

    def has(self, name: str) -> bool:
        """Whether there is a secret of this name."""


class Vault:
    """Secrets by name; a setting's reference (`keyring:mail/hoa-binh`) is taken for the name in it.

    Every method raises `VaultClosed` when the store cannot be opened: `vault_unusable`, `vault_wrong_key`, `vault_damaged`.
    """

    def __init__(self, store: Store, redactor: Redactor) -> None:
        self._store = store
        self._redactor = redactor

    def get(self, reference_or_name: str) -> str:
        """The secret; the redactor knows it under its name from now on.

        Raises:
            VaultClosed: `vault_lacks`: there is none of this name.
        """
        name = _name(reference_or_name)
        secret = self._store.get(name)
        if secret is None:
            raise VaultClosed("vault_lacks", name=name)
        self._redactor.learn(name, secret)
        return secret

    def set(self, name: str, secret: str) -> None:
        """Store a secret under its name, over an older one."""
        name = _name(name)
        self._redactor.learn(name, secret)
        self._store.set(name, secret)

    def delete(self, name: str) -> None:
        """Forget a secret.

        Raises:
            VaultClosed: `vault_lacks`: there is none of this name.
        """
        name = _name(name)
        if not self._store.has(name):
            raise VaultClosed("vault_lacks", name=name)
        self._store.delete(name)

    def names(self) -> list[str]:
        """Names of all secrets, sorted; needs no pass phrase."""
        return self._store.names()

    def has(self, name: str) -> bool:
        """Whether there is a secret of this name; needs no pass phrase."""
        return self._store.has(_name(name))


def open_vault(settings: settings.Vault, redactor: Redactor, unlock: Callable[[], str], cost: Cost = USUAL) -> Vault:
    """The vault that the settings name; opens nothing before the first secret is needed.

    `unlock` gives the pass phrase of the encrypted file; it is called for `backend = "file"` alone, when the first secret is
    read or written. `cost` is that of a file made here; less than the usual one is for pass phrases that no one can guess.
    """
    if settings.backend == "system":
        from robot.vault.system import SystemStore  # noqa: PLC0415 - a run needs one of the two

        return Vault(SystemStore(settings.file), redactor)

    from robot.vault.file import FileStore  # noqa: PLC0415 - the same

    def unlock_known() -> str:
        phrase = unlock()
        redactor.learn("vault", phrase)
        return phrase

    return Vault(FileStore(settings.file, unlock_known, cost), redactor)


def _name(reference_or_name: str) -> str:
    name = unicodedata.normalize("NFC", reference_or_name.removeprefix(REFERENCE))
    if not NAME.fullmatch(name):
        raise VaultClosed("vault_name_wrong", name=name)
    return name
