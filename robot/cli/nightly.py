"""One night for a person (talk on stderr) or a program (JSON lines on stdout)."""

from __future__ import annotations

import re
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from robot.cli.terminal import Terminal, language, print_json, unlocking
from robot.clock import VIETNAM
from robot.errors import UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from robot.ledger.nights import Night

LEFT: Final = 15  # balanced, with refused, held or not started
UNBALANCED: Final = 16
EXIT: Final = {"done": 0, "left": LEFT, "unbalanced": UNBALANCED, "abandoned": UNBALANCED}


def run_nightly(
    organisations: list[str],
    limit: int | None,
    until: str | None,
    *,
    headed: bool,
    as_json: bool,
    office: tuple[Path | None, int | None, bool],
) -> None:
    """Run a night and end with the exit code that its balance says."""
    from robot.drive.night.beginning import LaneAhead

    with LaneAhead() as ahead:  # it loads its modules while this process loads its own
        from robot.drive import Office
        from robot.drive.night.night import NightRun
        from robot.report.morning import good_morning
        from robot.settings import find

        settings, vault_fd, verbose = office
        end = until_time(until, datetime.now(VIETNAM)) if until is not None else None
        file = find(settings)
        unlock = cache(unlocking(file, vault_fd, language()))
        with Office.open(file, unlock, verbose=verbose) as opened:
            hear = _lines if as_json else _Told(Terminal(opened.settings.language)).hear
            of_file = opened.settings.vault.backend == "file"
            night = NightRun(opened, str(Path(file).resolve()), unlock if of_file else None, hear, headed=headed)
            night.begun = ahead.take

            def stop(_number: int, _frame: FrameType | None) -> None:
                night.stop()

            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop)
            ended = night.run(organisations, limit, end)
            _, untold = good_morning(opened, ended.id)
            hear({"event": "morning", "untold": untold})
            hear(_balance(ended))
    sys.exit(EXIT[ended.outcome or "unbalanced"])


def until_time(text: str, now: datetime) -> datetime:
    """The next time that the clock shows HH:MM, in UTC.

    Raises:
        UsageError: it is no time of day.
    """
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise UsageError("until_wrong", found=text)
    end = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    return (end if end > now else end + timedelta(days=1)).astimezone(UTC)


def _balance(night: Night) -> dict[str, Any]:
    return {"event": "balance", "night": night.id, "outcome": night.outcome, **(night.facts or {})}


def _lines(event: dict[str, Any]) -> None:
    print_json(event, indent=None)
    sys.stdout.flush()


class _Told:
    """What a person hears of a night."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._kinds: dict[str, Callable[[dict[str, Any]], None]] = {
            "night": self._say("night_planned"),
            "map": self._map,
            "waiting": self._say("night_waiting"),
            "ready": self._say("night_ready"),
            "say": lambda event: self._said(event, event["text"]),
            "taken": self._taken,
            "ended": self._ended,
            "over": lambda event: self._said(event, event.get("said")),
            "balance": self._balanced,
            "morning": self._untold,
        }

    def hear(self, event: dict[str, Any]) -> None:
        """One event; most of them are for programs."""
        if event["event"] in self._kinds:
            self._kinds[event["event"]](event)

    def _say(self, label: str) -> Callable[[dict[str, Any]], None]:
        return lambda event: self._terminal.say(Text(f"labels.{label}", event))

    def _said(self, event: dict[str, Any], said: str | None) -> None:
        if said:
            self._terminal.say(Text("labels.night_said", {"organisation": event["organisation"], "said": said}))

    def _map(self, event: dict[str, Any]) -> None:
        if event["said"]:
            self._terminal.say(Text("labels.night_map", {"said": event["said"]}))

    def _taken(self, event: dict[str, Any]) -> None:
        if event["outcome"] != "left":
            outcome = Text(f"item_states.{event['outcome']}")
            self._terminal.say(Text("labels.night_taken", {**event, "outcome": outcome}))
        self._said(event, event["said"])

    def _ended(self, event: dict[str, Any]) -> None:
        outcome = Text(f"outcomes.{event['outcome']}")
        number, seconds = event.get("number") or "", f"{event['seconds']:.1f}"
        self._terminal.say(Text("labels.night_dossier", {**event, "outcome": outcome, "number": number, "seconds": seconds}))
        self._said(event, event.get("said"))

    def _balanced(self, event: dict[str, Any]) -> None:
        self._terminal.say(Text("labels.night_ended", event))
        if event["stopped"]:
            self._terminal.say(Text(f"labels.night_stopped_{event['stopped']}"))
        if event["outcome"] == "unbalanced":
            self._terminal.say(Text("labels.night_unbalanced"))

    def _untold(self, event: dict[str, Any]) -> None:
        if event["untold"]:
            self._terminal.say(Text("labels.night_untold", {"addresses": ", ".join(event["untold"])}))
