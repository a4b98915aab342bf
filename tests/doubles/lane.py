"""A night's lane without a browser: it hears and tells what a lane does, and sends by plain HTTPS to the real stand-in portal.

Run in place of `robot.drive.night.lane` by tests. The folder that `LANE_SITES` names holds a pickled `tests.proof.walking.Site`
by each organisation's key; while KEY.asked lies there too, a person is waited for at the log-in.
"""

import os
import pickle
import sys
import threading
import time
from pathlib import Path
from random import Random

from fixtures.portal_client import hand_in
from robot.dossier import read_head
from robot.drive.night.breaker import jittered
from robot.drive.night.deciding import decide
from robot.drive.night.link import Link, Task
from robot.drive.office import Office
from robot.errors import RobotError
from robot.flow import Submission
from robot.ledger.why import by_language
from tests.proof.walking import Site

LOOK_S = 0.02


class Lane:
    """One organisation's session: logged in once, one dossier after the other."""

    def __init__(self, office: Office, task: Task, site: Site, link: Link, asked: Path) -> None:
        self._office, self._task, self._site, self._link = office, task, site, link
        self._client = site.client()
        self._asked = asked
        self._stopped = threading.Event()

    def run(self) -> None:
        ledger, evidence = self._office.ledger, self._office.settings.evidence.folder
        self._link.listen(self._stopped.set)
        self._session = ledger.begin_run("night-session", self._task.organisation, {}, evidence, night=self._task.night)
        self._link.tell("waiting", run=self._session)
        facts, outcome = {}, "done"
        try:
            while self._asked.exists() and not self._stopped.is_set():
                time.sleep(LOOK_S)
            if not self._client.alive():
                self._client.log_in()
            self._link.tell("ready", run=self._session)
            self._serve()
        except RobotError as wrong:
            outcome = wrong.outcome
            facts = {"error": type(wrong).__name__, "said": wrong.text.say(), "told": by_language(wrong.text)}
        ledger.end_run(self._session, outcome)
        self._link.tell("over", run=self._session, outcome=outcome, alarms=[], **facts)

    def _serve(self) -> None:
        finished = False
        while not (finished or self._stopped.is_set()):
            for order in self._link.orders():
                if order["do"] == "item":
                    self._send(order["item"], order["tries"])
                finished = finished or order["do"] in {"finish", "stop"}
                if order["do"] == "rest":
                    self._link.tell("rested")
                elif not finished:
                    self._link.tell("want", room=1)
            time.sleep(LOOK_S)

    def _send(self, number: int, tries: int) -> None:
        ledger, settings, begun = self._office.ledger, self._office.settings, time.monotonic()
        item = ledger.queue.item(number)
        self._link.tell("begun", item=number)
        run = ledger.begin_run(
            "submit", item.organisation, {}, settings.evidence.folder, night=self._task.night, session=self._session
        )
        claim, error, receipt = None, None, None
        try:
            way = Submission(ledger, settings.submission, run, item.organisation, read_head(Path(item.file)), item.round_number)
            self._client.sign_for(lambda digest: ledger.count_signature(run, self._site.signed(None, digest)))
            try:
                receipt = hand_in(self._client, way)
            finally:
                claim = way.item if way.item is not None and way.item.run == run else None
        except RobotError as wrong:
            error = wrong
        decision = decide(error, claim.state if claim is not None else None)
        if claim is not None and decision.item == "postpone":
            pause = jittered(settings.submission.back_off_s, tries + 1, Random(number)).total_seconds()  # noqa: S311 - a pause
            ledger.protocol.postpone(claim, str(error), pause if decision.later else 0)
        outcome = error.outcome if error is not None else "done"
        ledger.end_run(run, outcome)
        self._link.tell(
            "ended",
            item=number,
            run=run,
            outcome=outcome,
            state=ledger.queue.item(number).state,
            number=receipt.number if receipt is not None else None,
            portal_down=decision.portal_down,
            seconds=time.monotonic() - begun,
        )


def main() -> None:
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    link = Link(sys.stdin, events)
    task = link.task()
    place = Path(os.environ["LANE_SITES"], task.organisation)
    site = pickle.loads(place.read_bytes())  # noqa: S301 - written by the test that started the night
    with Office.open(Path(task.settings), lambda: "") as office:
        Lane(office, task, site, link, place.with_name(f"{place.name}.asked")).run()


if __name__ == "__main__":
    main()
