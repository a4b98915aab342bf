"""What one try of a pass phrase costs (Argon2id): a vault's file says it in its scheme, so each file is read by its own cost.

Nobody gains by writing a lower cost into a file: its secrets were encrypted under the cost it was made with, and another
one gives another key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCHEME = re.compile(r"\[Argon2( t(?P<passes>\d{1,2}) m(?P<memory_kib>\d{1,7}) p(?P<lanes>\d))?\] AES128\.GCM")
_LEAST_KIB_A_LANE = 8  # RFC 9106, section 3.1
_MOST_KIB = 1 << 20  # a damaged file must not ask for more memory than a machine has


@dataclass(frozen=True)
class Cost:
    """Argon2id's parameters: passes over the memory, KiB of memory, lanes."""

    passes: int
    memory_kib: int
    lanes: int

    @property
    def scheme(self) -> str:
        """How a vault's file names it; the usual cost has the library's own name, which says no numbers."""
        numbers = "" if self == USUAL else f" t{self.passes} m{self.memory_kib} p{self.lanes}"
        return f"[Argon2{numbers}] AES128.GCM"

    @classmethod
    def of(cls, scheme: str) -> Cost:
        """The cost that a file's scheme names.

        Raises:
            ValueError: it names none, or one that Argon2 does not take.
        """
        named = _SCHEME.fullmatch(scheme)
        if named is None:
            raise ValueError(scheme)
        if named["passes"] is None:
            return USUAL
        cost = cls(int(named["passes"]), int(named["memory_kib"]), int(named["lanes"]))
        least = _LEAST_KIB_A_LANE * cost.lanes
        if not (cost.passes and cost.lanes and least <= cost.memory_kib <= _MOST_KIB):
            raise ValueError(scheme)
        return cost


USUAL = Cost(passes=15, memory_kib=1 << 16, lanes=2)  # about 0.4 s on a machine of 2 cores
