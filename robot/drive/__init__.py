"""What runs flows: one run of one flow here; nights and lanes stand on it.

Names are fetched when they are asked for: the signing agent comes through this package too, and needs no Playwright.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.drive.run import RunResult, run_flow

_HOMES = {"Office": "office", "RunResult": "run", "run_flow": "run"}

__all__ = ["Office", "RunResult", "run_flow"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
