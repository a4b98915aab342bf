"""Keeps whatever goes wrong in recording from the run that is recorded: a dossier is filed all the same."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ParamSpec

from loguru import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")


class Guard:
    """`wrong` is the first thing that went wrong: such a recording is not written."""

    def __init__(self) -> None:
        self.wrong: Exception | None = None

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """What is raised within stays here, and in the log."""
        try:
            yield
        except Exception as wrong:  # noqa: BLE001 - a fault of the recorder's is no reason to break off a run
            self.wrong = self.wrong or wrong
            logger.bind(action="recorder.failed").opt(exception=True).error("failed")

    def kept(self, listener: Callable[P, None]) -> Callable[P, None]:
        """The same around each call of a listener."""

        def listen(*given: P.args, **named: P.kwargs) -> None:
            with self.keeping():
                listener(*given, **named)

        return listen
