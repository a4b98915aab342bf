"""The relay: the small program that Chrome starts as native host, whoever signs behind it. Standard library only.

`install(folder, python, config)` writes what Chrome starts; `read`, `last_exit` and `awaited` read the transcript it leaves.
Names are fetched when they are asked for: the program itself comes through this module and has 60 ms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robot.signing.relay.config import RelayConfig
    from robot.signing.relay.installing import install
    from robot.signing.relay.reading import Follow, Talk, VendorExit, awaited, last_exit, read

_HOMES = {
    "RelayConfig": "config",
    "install": "installing",
    "VendorExit": "reading",
    "Follow": "reading",
    "Talk": "reading",
    "awaited": "reading",
    "last_exit": "reading",
    "read": "reading",
}

__all__ = ["Follow", "RelayConfig", "Talk", "VendorExit", "awaited", "install", "last_exit", "read"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
