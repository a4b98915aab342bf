"""One night: dossiers taken in and planned, handed to lanes, the end of each noted, the whole balanced."""

from __future__ import annotations

import queue
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from loguru import logger

from robot.drive.audit import count_killed
from robot.drive.night.first_look import look_before
from robot.drive.night.lanes import Lane, free_memory_mb, token_of
from robot.drive.night.link import Task
from robot.drive.night.put_off import PutOff
from robot.drive.night.scheduler import Job, Scheduler, Wait
from robot.drive.outbox import Outbox
from robot.drive.verdicts import fetch_in_turn
from robot.errors import Cancelled, NightBusy, PageUnexpected, RobotError
from robot.ledger.nights import PUT_OFF, UNSEEN, NightRuns
from robot.signing.desk import relays
from robot.texts import Text

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence

    Hear = Callable[[dict[str, Any]], None]

    from robot.drive.office import Office
    from robot.ledger.item import Item
    from robot.ledger.nights import Night

LOOK_S: Final = 0.2
REST_S: Final = 30.0  # a shorter wait is not worth taking the token away for
END_S: Final = 15.0  # for a lane to put everything down, after its last word
CRASHES: Final = 2  # so often a session whose browser or process died is begun again in one night


class NightRun:
    """A night under way. `hear` gets every event, as a program reads it; `unlock` opens the vault for the lanes."""

    def __init__(self, office: Office, settings_file: str, unlock: Callable[[], str] | None, hear: Hear, *, headed: bool) -> None:
        self._office = office
        self._file = settings_file
        self._unlock = unlock
        self._hear = hear
        self._headed = headed
        self._events: queue.SimpleQueue[tuple[Lane, dict[str, Any]]] = queue.SimpleQueue()
        self._lanes: list[Lane] = []
        self._stop = threading.Event()
        self._crashes: dict[str, int] = {}
        self._outbox = Outbox(office)
        self._alarms: list[dict[str, str]] = []
        self._put_off = PutOff(office.ledger)
        self._night = 0
        self._trace: str | None = None
        self.begun: Callable[[], subprocess.Popen[str] | None] = lambda: None  # a lane's process, where one was begun ahead

    def stop(self) -> None:
        """Begin nothing more; safe within a signal handler."""
        self._stop.set()

    def run(self, organisations: Sequence[str], limit: int | None, until: datetime | None) -> Night:
        """The whole night; returns it as the books have it.

        Raises:
            NightBusy: another one runs on this machine.
            NameUnknown: there is no such organisation.
        """
        office = self._office
        chosen = [key for key in organisations or office.settings.organisations if office.organisation(key)]
        try:
            self._night = office.ledger.nights.begin(until)
        except NightRuns as runs:
            raise NightBusy("night_runs", pid=runs.process, night=runs.night) from runs
        self._trace = office.telemetry.night_begun(self._night)
        facts: dict[str, Any] = {"organisations": list(chosen), "limit": limit}
        scheduler = Scheduler(office.settings.nightly, until)
        try:
            office.ledger.reap()
            office.ledger.protocol.recover()
            facts["verdicts"] = self._verdicts(chosen)
            self._take_in(chosen)
            found = self._found(chosen)
            planned = found[:limit]
            facts["beyond_limit"] = len(found) - len(planned)
            facts[UNSEEN] = not all(
                relays(office.settings, office.organisation(key)) for key in {one.organisation for one in planned}
            )
            office.ledger.nights.plan(self._night, [item.id for item in planned])
            scheduler.add(planned)
            self._hear({"event": "night", "night": self._night, "planned": len(planned), "until": until})
            if planned and office.settings.nightly.check_map:
                self._look_first(scheduler)
            self._work(scheduler)
            facts["verdicts"] += self._verdicts(chosen)
        finally:
            self._end_lanes()
            facts |= {"stopped": scheduler.stopped, "alarms": self._alarms, PUT_OFF: self._put_off.facts}
            ended = office.ledger.nights.end(self._night, facts)
            office.telemetry.night_ended(str(ended.outcome))
        return ended

    def _look_first(self, scheduler: Scheduler) -> None:
        """Begin nothing where the pages are not as the portal map says; a portal that is down is the sessions' to meet."""
        said = None
        try:
            look_before(self._office)
        except PageUnexpected as drifted:
            scheduler.stop("map")
            said = drifted.text
        except Cancelled:  # the look hears the signals in the night's place
            self.stop()
        except RobotError as wrong:
            said = wrong.text
        language = self._office.settings.language
        self._hear({"event": "map", "drifted": scheduler.stopped == "map", "said": said.say(language) if said else None})

    def _verdicts(self, chosen: Sequence[str]) -> int:
        return fetch_in_turn(self._office, chosen, self._stop.is_set, self._say)

    def _take_in(self, chosen: Sequence[str]) -> None:
        self._stop.wait(self._outbox.look(chosen))
        for key in chosen:
            if self._stop.is_set():
                return
            try:
                taken = self._outbox.take_in(key)
            except RobotError as wrong:
                self._say(key, wrong.text)
                continue
            for one in taken:
                said = one.said.say(self._office.settings.language) if one.said is not None else None
                self._hear({"event": "taken", "organisation": key, "file": one.file, "outcome": one.outcome, "said": said})

    def _found(self, chosen: Sequence[str]) -> list[Item]:
        """What is to be looked up, and after it what is to be sent."""
        found = self._office.ledger.queue.items(states=("unknown", "planned"))
        mine = [item for item in found if item.organisation in chosen and item.run is None]
        return sorted(mine, key=lambda item: item.state != "unknown")

    def _work(self, scheduler: Scheduler) -> None:
        stopping: float | None = None
        while True:
            if self._stop.is_set() and stopping is None:
                stopping = time.monotonic() + self._office.settings.nightly.grace_s + END_S
                scheduler.stop("stopped")
                for lane in self._lanes:
                    lane.order({"do": "stop"})
            if stopping is not None and time.monotonic() > stopping:
                return
            self._open_lanes(scheduler)
            self._serve(scheduler)
            if scheduler.over(_now()):  # nobody need answer any more
                for lane in self._lanes:
                    if lane.logging_in and not lane.leaving:
                        self._put_off.not_logged_in(lane.organisation)
                        lane.leave("stop")
            if not self._lanes and (stopping is not None or not self._comes_more(scheduler)):
                return
            self._next_event(scheduler)

    def _comes_more(self, scheduler: Scheduler) -> bool:
        return any(scheduler.due_in(key, _now()) is not None for key in scheduler.organisations())

    def _next_event(self, scheduler: Scheduler) -> None:
        try:
            lane, event = self._events.get(timeout=LOOK_S)
        except queue.Empty:
            return
        kind = event["event"]
        if kind == "returned":
            lane.handed.discard(event["item"])
            scheduler.returned(event["item"])
        elif kind == "ended":
            self._ended(lane, event, scheduler)
        elif kind == "gone":
            self._gone(lane, scheduler)
        elif kind == "over":
            lane.over = event
            self._alarms += event["alarms"]
        else:
            lane.heard(event)
        if kind not in {"want", "returned", "gone"}:
            self._hear({**event, "organisation": lane.organisation})

    def _ended(self, lane: Lane, event: dict[str, Any], scheduler: Scheduler) -> None:
        ledger = self._office.ledger
        lane.handed.discard(event["item"])
        if event["run"] is not None:
            event["result"] = ledger.nights.note(self._night, event["item"], event["run"], event["seconds"])
        item = ledger.queue.item(event["item"])
        scheduler.ended(item, _now(), portal_down=event["portal_down"])
        if item.state == "accepted":
            try:
                self._outbox.archive(item)
            except OSError as wrong:
                self._say(item.organisation, Text("errors.outbox_unusable", {"file": item.file, "why": wrong}))

    def _gone(self, lane: Lane, scheduler: Scheduler) -> None:
        """A lane has ended; what it still had is the scheduler's again, or the books', once its runs are seen to be dead."""
        lane.close(END_S)
        self._lanes.remove(lane)
        ledger = self._office.ledger
        ledger.reap()
        ledger.protocol.recover()
        for number in lane.handed:
            scheduler.ended(ledger.queue.item(number), _now(), portal_down=False)
        error = lane.over.get("error") if lane.over is not None else None
        broken, down = lane.over is None or error == "BrowserFailed", error == "PortalUnavailable"
        crashes = self._crashes[lane.organisation] = self._crashes.get(lane.organisation, 0) + broken
        failed = lane.over is not None and lane.over["outcome"] != "done"
        if down:  # no organisation's own trouble: its session is begun again when the portal may be back
            scheduler.log_in_failed(_now())
        if lane.over is None:
            self._say(lane.organisation, Text("errors.lane_lost", {"organisation": lane.organisation}))
        if (failed and not broken and not down) or crashes > CRASHES:
            scheduler.drop(lane.organisation)
            self._put_off.session_ended(lane.organisation, lane.over)

    def _open_lanes(self, scheduler: Scheduler) -> None:
        """Begin sessions as long as there is room; one that waits for a person has no place, so others may begin beside it."""
        known = self._office.settings.nightly
        while True:
            waiting = sum(lane.logging_in for lane in self._lanes)
            key = next(iter(self._startable(scheduler)), None)
            if key is None or sum(lane.going or lane.ready for lane in self._lanes) >= known.lanes:
                return
            # One more than there are places: a session that waits for a person keeps no other one from beginning.
            if waiting > known.lanes or (self._lanes and free_memory_mb() < known.memory_mb):
                return
            phrase = self._unlock() if self._unlock is not None else None
            task = Task(
                settings=self._file, phrase=phrase, organisation=key, night=self._night, headed=self._headed, trace=self._trace
            )
            self._lanes.append(Lane(task, token_of(self._office, key), self._office.settings.home, self._events, self.begun()))
            logger.bind(action="night.lane", organisation=key).info("begun")

    def _startable(self, scheduler: Scheduler) -> list[str]:
        """Organisations with something due and no session yet."""
        busy = {lane.organisation for lane in self._lanes}
        found: list[str] = []
        if scheduler.rests(_now()):
            return found
        for key in scheduler.organisations():
            due = scheduler.due_in(key, _now()) if key not in busy else None
            if due is not None and due.total_seconds() <= REST_S:
                found.append(key)
        return found

    def _serve(self, scheduler: Scheduler) -> None:
        """Give places to sessions that are logged in, and dossiers to those that have room."""
        for lane in self._lanes:
            if lane.ready and not lane.going and not lane.leaving:
                self._let_go(lane, scheduler)
            while lane.going and lane.wants > 0 and not lane.leaving:
                found = scheduler.next_for(lane.organisation, _now())
                if isinstance(found, Job):
                    lane.wants -= 1
                    lane.handed.add(found.item)
                    lane.order({"do": "item", "item": found.item, "tries": found.tries})
                    continue
                if found is None and not lane.handed:
                    lane.leave("finish")
                elif isinstance(found, Wait) and found.time > timedelta(seconds=REST_S) and not lane.handed:
                    lane.leave("rest")
                break

    def _let_go(self, lane: Lane, scheduler: Scheduler) -> None:
        due = scheduler.due_in(lane.organisation, _now())
        if due is None:
            lane.leave("finish")
            return
        going = [other for other in self._lanes if other.going]
        free = len(going) < self._office.settings.nightly.lanes and lane.token not in {other.token for other in going}
        if free and due.total_seconds() <= REST_S:
            lane.going, lane.ready = True, False
            lane.order({"do": "go"})

    def _end_lanes(self) -> None:
        for lane in self._lanes:
            lane.order({"do": "stop"})
        end = time.monotonic() + END_S
        for lane in self._lanes:
            lane.close(max(end - time.monotonic(), 0))
        self._lanes.clear()
        self._office.ledger.reap()
        self._office.ledger.protocol.recover()
        count_killed(self._office.ledger, self._night)

    def _say(self, organisation: str, text: Text) -> None:
        self._hear({"event": "say", "organisation": organisation, "text": text.say(self._office.settings.language)})


def _now() -> datetime:
    return datetime.now(UTC)
