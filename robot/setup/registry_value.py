"""A value written into the Windows registry, and what stood there put back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from robot.setup.change import ChangedSince, ChangeFailed
from robot.setup.registry import RegistryFailed, quoted
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robot.setup.change import Before
    from robot.setup.machine import Machine
    from robot.setup.registry import Registry


@dataclass(frozen=True)
class RegistryChange:
    """A text value written into the Windows registry."""

    kind: ClassVar[str] = "registry"
    key: str
    name: str  # empty for the key's default value
    value: str

    @property
    def text(self) -> Text:
        """Key, name and value."""
        return Text("setup.registry", {"key": self.key, "name": self.name or "@", "value": self.value})

    def before(self, machine: Machine) -> Before:
        """The value as .reg files write it, None where there is none; and which keys were missing, the outermost first."""
        parts = self.key.split("\\")
        parents = ["\\".join(parts[:number]) for number in range(2, len(parts) + 1)]
        with _told():
            missing = [key for key in parents if not _registry(machine).has(key)]
            held = (_registry(machine).read(self.key) or {}).get(self.key, {})
        return {"missing": missing, "value": held.get(self.name)}

    def make(self, machine: Machine) -> None:
        """See `Change`."""
        with _told():
            _registry(machine).write(self.key, self.name, quoted(self.value))

    def take_back(self, machine: Machine, before: Before) -> None:
        """The value that stood there; then the keys that were made and hold nothing else."""
        registry = _registry(machine)
        with _told():
            now = (registry.read(self.key) or {}).get(self.key, {}).get(self.name)
            if now not in (before["value"], quoted(self.value)):
                raise ChangedSince(self.key, self.name)
            if now != before["value"]:
                registry.write(self.key, self.name, before["value"])
            for key in reversed(before["missing"]):
                if registry.read(key) == {key: {}}:
                    registry.remove(key)


def _registry(machine: Machine) -> Registry:
    if machine.registry is None:
        raise ChangeFailed("registry")
    return machine.registry


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except RegistryFailed as wrong:
        raise ChangeFailed(str(wrong)) from wrong
