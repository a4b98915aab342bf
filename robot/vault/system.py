"""Secrets in the system's own keyring (Credential Manager, Keychain, Secret Service), all under one service name.

Keyrings cannot list what they hold, so the names stand in reserved entries of their own. Windows takes at most 1,280
characters an entry, hence pieces.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

from robot.errors import VaultClosed
from robot.vault import lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from keyring.backend import KeyringBackend

SERVICE = "vss-robot"
PIECE = 1000  # characters of the index in one entry
# Back-ends that are no system's store: they hold nothing, or write files of their own and ask at the terminal for a key.
NO_SYSTEM_STORE = (
    "keyring.backends.fail",
    "keyring.backends.null",
    "keyring.backends.chainer",
    "keyrings.alt",
    "keyrings.cryptfile",
)


class SystemStore:
    """The system's keyring, or the back-end that keyring's own configuration names."""

    def __init__(self, lock_beside: Path) -> None:
        self._lock_beside = lock_beside

    @cached_property
    def _backend(self) -> KeyringBackend:
        """Looked for when the first secret is needed: a command that needs none works without a keyring."""
        return _usable_backend()

    def get(self, name: str) -> str | None:
        """The secret, or None where there is none."""
        with _told():
            return self._backend.get_password(SERVICE, name)

    def set(self, name: str, secret: str) -> None:
        """Store the secret, over an older one."""
        with _told(), lock.held(self._lock_beside):
            self._backend.set_password(SERVICE, name, secret)
            self._write_index({*self._index(), name})

    def delete(self, name: str) -> None:
        """Forget the secret; the caller knows that it is there."""
        with _told(), lock.held(self._lock_beside):
            self._backend.delete_password(SERVICE, name)
            self._write_index(set(self._index()) - {name})

    def names(self) -> list[str]:
        """Names of all secrets, sorted."""
        with _told():
            return self._index()

    def has(self, name: str) -> bool:
        """Whether there is a secret of this name."""
        return self.get(name) is not None

    def _index(self) -> list[str]:
        pieces = []
        for number in count():
            piece = self._backend.get_password(SERVICE, _reserved(number))
            if not piece:
                break
            pieces.append(piece)
        return "".join(pieces).split("\n") if pieces else []

    def _write_index(self, names: Iterable[str]) -> None:
        text = "\n".join(sorted(names))
        pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        for number, piece in enumerate(pieces):
            self._backend.set_password(SERVICE, _reserved(number), piece)
        for number in count(len(pieces)):
            if self._backend.get_password(SERVICE, _reserved(number)) is None:
                break
            self._backend.delete_password(SERVICE, _reserved(number))


def _reserved(number: int) -> str:
    return f"names:{number}"  # no secret's name holds a colon


def _usable_backend() -> KeyringBackend:
    import keyring.backend  # noqa: PLC0415 - heavy, and not needed by most commands
    import keyring.core  # noqa: PLC0415 - the same

    with _told():
        chosen = keyring.core.load_env() or keyring.core.load_config()
        if chosen is not None:  # a person's own choice, whatever it is, unless it holds nothing
            if type(chosen).__module__.startswith(NO_SYSTEM_STORE[:2]):
                raise VaultClosed("vault_unusable", why=f"{type(chosen).__module__} is chosen in keyring's configuration")
            return chosen
        found = [each for each in keyring.backend.get_all_keyring() if not type(each).__module__.startswith(NO_SYSTEM_STORE)]
        if not found:
            raise VaultClosed("vault_unusable", why="this system has no keyring")
        return max(found, key=lambda each: float(each.priority))


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the keyring cannot do, in a sentence; its errors name services, never secrets."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - heavy

    try:
        yield
    except (KeyringError, OSError, RuntimeError, ImportError, AttributeError) as wrong:
        raise VaultClosed("vault_unusable", why=str(wrong) or type(wrong).__name__) from wrong
