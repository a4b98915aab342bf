"""A registry in memory with the habits of the real one: keys and names in any case, parents made along.

Values stand as .reg files write them. What it promises is tested against Wine's registry beside it.
"""

from robot.setup import RegistryFailed
from robot.setup.registry import Values


class MemoryRegistry:
    """Holds keys by their full name; `forbidden` names the hives in which nothing may be written."""

    def __init__(self, forbidden: tuple[str, ...] = ()) -> None:
        self.keys: dict[str, Values] = {}
        self._forbidden = forbidden

    def has(self, key: str) -> bool:
        return self.read(key) is not None

    def read(self, key: str) -> dict[str, Values] | None:
        below = {
            key + name[len(key) :]: dict(values)
            for name, values in self.keys.items()
            if f"{name}\\".lower().startswith(f"{key}\\".lower())
        }
        return below or None

    def write(self, key: str, name: str, value: str | None) -> None:
        self._allowed(key)
        parts = key.split("\\")
        for number in range(2, len(parts) + 1):
            self._at("\\".join(parts[:number]))
        values = self._at(key)
        same = next((known for known in values if known.lower() == name.lower()), name)
        if value is None:
            values.pop(same, None)
        else:
            values[same] = value

    def remove(self, key: str) -> None:
        self._allowed(key)
        self.keys = {name: values for name, values in self.keys.items() if not f"{name}\\".lower().startswith(f"{key}\\".lower())}

    def _at(self, key: str) -> Values:
        same = next((name for name in self.keys if name.lower() == key.lower()), key)
        return self.keys.setdefault(same, {})

    def _allowed(self, key: str) -> None:
        if key.startswith(self._forbidden or ("\0",)):
            raise RegistryFailed(key)
