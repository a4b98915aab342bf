"""What was last seen of tokens and chains: looked at in the background by the commands, shown with the time it was seen."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.serve.commands import Commands, Ran

EXAMINES_S: Final = 300.0  # a browser is started and each link waited for
CHAIN_BROKEN: Final = 11  # the doctor's exit code of a finding; 0 is health, any other is no examination


@dataclass(frozen=True)
class Look:
    """One look: when it ended (UTC; None before the first one), what was found, what went wrong, and whether one goes on."""

    at: datetime | None = None
    found: Any = None
    wrong: str = ""
    going: bool = False


class Tokens:
    """The tokens that are plugged in, as `vss-robot tokens --json` lists them."""

    def __init__(self, commands: Commands, fresh_s: float) -> None:
        self._commands = commands
        self._fresh = timedelta(seconds=fresh_s)
        self._look = Look()
        self._lock = threading.Lock()

    def seen(self, *, anew: bool = False) -> Look:
        """What was seen last; where that is too old, or `anew`, another look begins, and nobody waits for it here."""
        with self._lock:
            look = self._look
            old = look.at is None or datetime.now(UTC) - look.at > self._fresh
            if (old or anew) and not look.going:
                self._look = look = Look(look.at, look.found, look.wrong, going=True)
                threading.Thread(target=self._again, daemon=True, name="serve-tokens").start()
            return look

    @property
    def facts(self) -> Sequence[Mapping[str, Any]]:
        """The tokens seen last; none before the first look has ended."""
        return self.seen().found or ()

    def _again(self) -> None:
        ran = self._commands.run("tokens", "--json")
        good = isinstance(ran.data, list)
        with self._lock:
            self._look = Look(datetime.now(UTC), ran.data if good else None, "" if good else ran.said)


class Doctor:
    """Examinations by `vss-robot doctor --json`, the last one of each organisation; one at a time: each starts a browser."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._looks: dict[str, Look] = {}
        self._lock = threading.Lock()
        self._one = threading.Lock()

    def seen(self, organisation: str) -> Look:
        """The last examination of an organisation's desk."""
        with self._lock:
            return self._looks.get(organisation, Look())

    def examine(self, organisation: str) -> None:
        """Begin to look along an organisation's chain, unless that goes on already."""
        with self._lock:
            look = self._looks.get(organisation, Look())
            if look.going:
                return
            self._looks[organisation] = Look(look.at, look.found, look.wrong, going=True)
        threading.Thread(target=self._again, args=(organisation,), daemon=True, name="serve-doctor").start()

    def _again(self, organisation: str) -> None:
        with self._one:
            ran = self._commands.run("doctor", "--org", organisation, "--json", within_s=EXAMINES_S)
        with self._lock:
            self._looks[organisation] = _examined(ran)


def _examined(ran: Ran) -> Look:
    good = ran.exit_code in {0, CHAIN_BROKEN} and isinstance(ran.data, dict)
    return Look(datetime.now(UTC), ran.data if good else None, "" if good else ran.said)
