"""Secrets in one encrypted file (keyrings.cryptfile: Argon2id, AES-GCM, each secret bound to its name).

The library writes its file in place, so it only ever writes a copy here: the copy replaces the file when it is complete
and on disk, and a crash at any moment leaves the old file or the new one. Names are not secret and are read without the
pass phrase. They stand in the file as the hexadecimal of their UTF-8, since the file's format folds upper and lower case.
"""

from __future__ import annotations

import configparser
import json
import os
from base64 import b64decode
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from robot.errors import VaultClosed
from robot.vault import lock
from robot.vault.cost import USUAL, Cost

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVICE = "vss-robot"
_SECTION = "vss_2Drobot"  # SERVICE, and below the library's own names, as the library escapes them
_OWN_SECTION = "keyring_2Dsetting"
_REFERENCE = "password_20reference"
_MAC_BYTES = 16


class FileStore:
    """An encrypted file; `unlock` is asked for the pass phrase when it is first needed, and again after a wrong one.

    `cost` counts when the file is made; a file that is there has its own.
    """

    def __init__(self, file: Path, unlock: Callable[[], str], cost: Cost = USUAL) -> None:
        self._file = file
        self._unlock = unlock
        self._cost = cost
        self._keyring: Any = None  # the library has no types
        self._phrase = ""

    def get(self, name: str) -> str | None:
        """The secret, or None where there is none."""
        if not self.has(name):
            return None
        keyring = self._opened()
        try:
            secret = keyring.get_password(SERVICE, name.encode().hex())
        except ValueError as wrong:
            raise self._damaged("a secret's check value does not fit") from wrong
        return str(secret)

    def set(self, name: str, secret: str) -> None:
        """Store the secret, over an older one; makes the file when there is none."""
        self._rewrite(lambda copy: copy.set_password(SERVICE, name.encode().hex(), secret))

    def delete(self, name: str) -> None:
        """Forget the secret; the caller knows that it is there."""
        self._rewrite(lambda copy: copy.delete_password(SERVICE, name.encode().hex()))

    def names(self) -> list[str]:
        """Names of all secrets, sorted."""
        written = self._read()
        if written is None or not written.has_section(_SECTION):
            return []
        try:
            return sorted(bytes.fromhex(option).decode() for option in written.options(_SECTION))
        except ValueError as wrong:
            raise self._damaged("a name cannot be read") from wrong

    def has(self, name: str) -> bool:
        """Whether there is a secret of this name."""
        return name in self.names()

    def _opened(self) -> Any:
        """The library's keyring on the file, its pass phrase tried."""
        if self._keyring is None:
            self._keyring = self._open_at(self._file)
        return self._keyring

    def _open_at(self, path: Path) -> Any:
        from keyrings.cryptfile.cryptfile import CryptFileKeyring  # noqa: PLC0415 - heavy

        phrase = self._phrase or self._unlock()
        if not phrase.strip():
            raise VaultClosed("vault_key_blank", file=self._file)
        keyring = CryptFileKeyring()
        keyring.file_path = str(path)
        cost = self._cost_of_file()
        keyring.time_cost, keyring.memory_cost, keyring.parallelism = cost.passes, cost.memory_kib, cost.lanes
        keyring.scheme = cost.scheme
        try:
            keyring.keyring_key = phrase
        except ValueError as wrong:
            self._phrase = ""
            raise VaultClosed("vault_wrong_key", file=self._file) from wrong
        self._phrase = phrase
        return keyring

    def _cost_of_file(self) -> Cost:
        written = self._read()
        try:
            return self._cost if written is None else Cost.of(written.get(_OWN_SECTION, "scheme"))
        except ValueError as unknown:
            raise self._damaged("encrypted by a scheme that is not known here") from unknown

    def _rewrite(self, change: Callable[[Any], None]) -> None:
        """Let `change` loose on a copy, then put the copy in the file's place; one process at a time."""
        copy = self._file.with_name(self._file.name + ".new")
        try:
            with lock.held(self._file):
                self._read()
                try:
                    self._copy_to(copy)
                    change(self._open_at(copy))
                    _flush(copy)
                    copy.replace(self._file)
                    _flush(self._file.parent)
                finally:
                    copy.unlink(missing_ok=True)
        except OSError as wrong:
            raise VaultClosed("vault_unusable", why=wrong) from wrong

    def _copy_to(self, copy: Path) -> None:
        """Make the copy readable by its owner alone from its first byte; what a crash left there goes first."""
        copy.unlink(missing_ok=True)
        held = self._file.read_bytes() if self._file.exists() else b""
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(held)

    def _read(self) -> configparser.RawConfigParser | None:
        """What is written in the file, its form checked without the pass phrase; None where there is no file.

        The library takes a file without its reference entry for a new one and would write a second pass phrase into it.
        """
        written = configparser.RawConfigParser()
        try:
            written.read_string(self._file.read_text(encoding="ascii"))
            entries = [written.get(_OWN_SECTION, _REFERENCE)]
            written.get(_OWN_SECTION, "scheme")
            tuple(int(part) for part in written.get(_OWN_SECTION, "version").split("."))
            if written.has_section(_SECTION):
                entries += [value for _, value in written.items(_SECTION)]
            for entry in entries:
                _check_form(entry)
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise VaultClosed("vault_unusable", why=wrong) from wrong
        except (configparser.Error, ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise self._damaged("it is not written as a vault is") from wrong
        return written

    def _damaged(self, why: str) -> VaultClosed:
        return VaultClosed("vault_damaged", file=self._file, why=why)


def _check_form(entry: str) -> None:
    """Raise ValueError or its like when an entry is not what the library writes: base64 of JSON of base64 values."""
    fields = {name: b64decode(value) for name, value in json.loads(b64decode(entry)).items()}
    if not (len(fields["salt"]) == len(fields["nonce"]) == len(fields["mac"]) == _MAC_BYTES) or "data" not in fields:
        raise ValueError(entry)


def _flush(path: Path) -> None:
    """Have the system put a file (or a folder's entries) on disk; folders cannot be opened on Windows, nor need be."""
    flags = os.O_RDWR if path.is_file() else os.O_RDONLY
    with suppress(PermissionError):
        fd = os.open(path, flags)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
