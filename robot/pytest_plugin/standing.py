"""The stand-in world for a test session: it comes with a checkout of the project, not with the installed robot."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABSENT = "the stand-in world comes with a checkout of vss-robot: the package `fixtures` is not installed here"


def stand_in(folder: Path) -> Iterator[Any]:
    """A world with all organisations (`fixtures.world.handle.World`), for as long as it is used."""
    try:
        world, handle = import_module("fixtures.world"), import_module("fixtures.world.handle")
    except ModuleNotFoundError as wrong:
        pytest.skip(f"{ABSENT} ({wrong})")
    with world.started(folder) as state:
        yield handle.World(world.Layout(folder.resolve()), state)
