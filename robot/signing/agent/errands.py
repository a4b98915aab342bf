"""What an agent may sign: so many signatures for its own run, or one for each run that its owner has told it of.

One browser may have several dossiers under way. Each is a run, and each run may have one hash signed once; a hash that nobody
has announced is not signed. Whose a hash is must be clear: the owner announces it for one run at a time.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from robot.signing.agent.config import AgentConfig

ANY: Final = ""  # stands for a hash that is not known beforehand


@dataclass(frozen=True)
class Errand:
    """A run, and the hash (hexadecimal) that it may have signed once; ANY for whichever is asked next."""

    run: str
    digest: str


class Errands:
    """The errands that are open; told by one thread, used up by another."""

    def __init__(self, config: AgentConfig) -> None:
        self._lock = threading.Lock()
        self._told = config.errands
        self._open = [] if config.errands else [Errand(config.run, ANY)] * config.limit

    def tell(self, errand: Errand) -> None:
        """A run may have something signed; an older errand of the same run is over."""
        with self._lock:
            if self._told:
                self._open = [each for each in self._open if each.run != errand.run] + [errand]

    def over(self, run: str) -> None:
        """The run has nothing more to sign."""
        with self._lock:
            if self._told:
                self._open = [each for each in self._open if each.run != run]

    def find(self, digest: str) -> Errand | None:
        """The errand that allows this hash to be signed."""
        with self._lock:
            return next((each for each in self._open if each.digest in {ANY, digest.lower()}), None)

    def made(self, errand: Errand) -> None:
        """The signature exists: the errand is used up, whatever becomes of it."""
        with self._lock:
            if errand in self._open:
                self._open.remove(errand)
