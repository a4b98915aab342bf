"""A night by the real command: one log-in, many dossiers in tabs, whatever the portal does; stopped, and not twice at once."""

import json
import signal
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from robot import settings
from robot.ledger import Ledger
from tests.browser.nights import ORGANISATION, SAMPLES, events, of_tabs, planned, running
from tests.doubles.collector import collecting
from tests.waiting import alive, until


@pytest.fixture
def home(settled_home) -> Path:
    """A home of the test's own, with the account's password in its vault."""
    return Path(settled_home(ORGANISATION))


@pytest.fixture
def variables(world, home) -> dict[str, str]:
    """Two tabs."""
    return of_tabs(world, home, 2)


def loaded(line: str) -> bool:
    """Whether a line of the network's notes is the upload page, loaded."""
    noted = json.loads(line)
    return noted["kind"] == "document" and noted["address"].endswith("/ho-so/nop")


def test_a_night_sends_each_dossier_once_by_one_log_in(world, variables, home, round_number, accepted, faults):
    """Queue and outbox by one captcha, two at a time; an answer that was lost is looked up; what is faulty is put aside."""
    planned(world, variables, round_number)
    outbox = home / "outbox" / ORGANISATION
    outbox.mkdir(parents=True)
    (outbox / f"Báo tăng đợt {round_number}.zip").write_bytes(world.dossier(ORGANISATION, SAMPLES[3]).read_bytes())
    (outbox / "bad-signature.xml").write_bytes(world.dossier(ORGANISATION, "bad-signature.xml").read_bytes())
    faults.set("connection-dropped", world.organisation(ORGANISATION).tax_code, at="/api/ho-so")
    with collecting() as collector:
        variables["VSS_ROBOT_TELEMETRY__ENDPOINT"] = collector.address
        ran = world.robot("nightly", "--org", ORGANISATION, "--json", **variables)
    assert ran.exit_code == 0, ran.talk + ran.out
    told = events(ran.out)
    assert {"planned": 4, "accepted": 4, "signatures": 4, "intents": 4}.items() <= told[-1].items()
    assert len(accepted(ORGANISATION, round_number)) == 4
    kinds = [event["event"] for event in told if event["event"] in {"begun", "ended"}]
    assert kinds[:2] == ["begun", "begun"], "the second is prepared while the first is under way"
    assert [path.name for path in (outbox / "archive").rglob("*.zip")] == [f"Báo tăng đợt {round_number}.zip"]
    assert [path.name for path in (outbox / "refused").rglob("*.xml")] == ["bad-signature.xml"]
    with Ledger.open(settings.Ledger(), home) as ledger:
        runs = ledger.runs(20)
        session = next(run for run in runs if run.flow == "night-session")
        dossiers = [run for run in runs if run.flow == "submit"]
        assert {session.id} == {run.session for run in dossiers}
        assert [1] * 4 == [len(ledger.signatures(run.id)) for run in dossiers]
        assert 1 == len(ledger.questions(session.id))
        loads = [sum(map(loaded, (Path(run.evidence) / "network.jsonl").read_text().splitlines())) for run in dossiers]
    assert loads.count(0) >= 1, "a page on which a dossier went well takes the next one as it stands"
    assert loads.count(1) >= 2, "each tab has loaded it"
    checked = world.robot("ledger", "check", **variables)
    assert checked.exit_code == 0, checked.talk
    _traced(collector, {run.id for run in runs}, world.organisation(ORGANISATION))


def _traced(collector, runs, organisation) -> None:
    """The night is one trace across its processes, each run below it, each step below a run; nothing of a dossier is told."""
    night = collector.span("night")
    assert {night.trace} == {span.trace for span in collector.spans}
    of_runs = {span.about["vss_robot.run"]: span for span in collector.spans if "vss_robot.run" in span.about}
    assert (runs, {night.id}) == (set(of_runs), {span.parent for span in of_runs.values()})
    steps = {span.name: span.parent for span in collector.spans if not span.about.keys() & {"vss_robot.run", "vss_robot.night"}}
    assert {"log in", "sign and send the dossier"} <= steps.keys()
    assert steps["sign and send the dossier"] in {span.id for span in of_runs.values()}
    told = b"".join(collector.bodies)
    for kept in ("BHXHDienTu", "đợt", organisation.tax_code, organisation.name, organisation.unit_code):
        assert kept.encode() not in told


def test_a_stopped_night_gives_back_what_it_has_not_sent(world, variables, round_number, accepted):
    """A second night is refused; SIGTERM begins nothing more, what was sent is known, the rest is planned, no process is left."""
    variables = variables | {"VSS_ROBOT_NIGHTLY__TABS": "1"}
    planned(world, variables, round_number)
    with ExitStack() as nights:
        night = nights.enter_context(running(world, variables))
        assert night.stdout is not None
        told: list[dict] = []
        for line in night.stdout:
            told.append(json.loads(line))
            if told[-1]["event"] == "night":  # its first word: the second has the whole log-in to come up in
                second = nights.enter_context(running(world, variables))  # beside it, or it would be over before it is stopped
            elif told[-1]["event"] == "ended" and told[-1]["outcome"] == "done":
                children = psutil.Process(night.pid).children(recursive=True)
                night.send_signal(signal.SIGTERM)
                break
        told += events(night.stdout.read())
        assert (15, 2) == (night.wait(30), second.wait(60))
    until(lambda: not alive(children), "lane, browser and hosts to be gone", 5)
    sent = len(accepted(ORGANISATION, round_number))
    assert {"planned": 3, "accepted": sent, "not_started": 3 - sent, "stopped": "stopped"}.items() <= told[-1].items()
    assert 1 <= sent <= 2
