"""A room's public names, fetched from their modules when they are asked for: whoever needs one part of a room loads no other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def fetched(room: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of the package `room`; `homes` says by module which names it holds, with spaces between them.

    Raises:
        AttributeError: from the function, for any other name.
    """
    home_of = {name: module for module, names in homes.items() for name in names.split()}

    def fetch(name: str) -> Any:
        if name not in home_of:
            message = f"module {room!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(f"{room}.{home_of[name]}"), name)

    return fetch
