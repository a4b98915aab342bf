"""Workers on PostgreSQL: each token's dossiers by one machine, and what a killed one had in hand by another, never sent twice."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update

from fixtures.organisations import ORGANISATIONS
from robot.drive.office import Office
from robot.errors import UsageError
from robot.ledger import WrongState
from robot.ledger.item import Proof
from robot.ledger.queue_tables import workers
from robot.ledger.waits import NewWait
from robot.ledger.workers import WorkerStands
from tests.doubles.way import LEASE_S, RECEIPT, brought, new
from tests.waiting import until

SILENCE_S = 3


def _key(number):
    return f"TZ0101A/600/11/2026/{number:02}"


@pytest.fixture
def office(postgres, tmp_path):
    """An office with books of its own on the server."""
    address = postgres.database()
    worker = f"[worker]\nlook_s = 0.2\nrest_s = 0.1\nsilence_s = {SILENCE_S}\n"
    row, names = ORGANISATIONS["hoa-binh"], ("name", "tax_code", "province", "agency_name", "agency_code", "email", "contact")
    facts = "".join(f"{name} = {json.dumps(getattr(row, name), ensure_ascii=False)}\n" for name in (*names, "address"))
    known = f'language = "en"\n[ledger]\nurl = "{address}"\n{worker}[organisations.hoa-binh]\n{facts}'
    (tmp_path / "robot.toml").write_text(known, encoding="utf-8")
    with Office.open(tmp_path / "robot.toml", lambda: "") as opened:
        yield opened
    postgres.drop(address)


@pytest.fixture
def start(office, tmp_path):
    """Starts workers; each is ended with the test, before the books go."""
    assert office
    started = []

    def begin(identity, *tokens):
        command = [sys.executable, "-m", "tests.doubles.worker", "work", str(tmp_path / "robot.toml"), *tokens]
        with (tmp_path / f"{identity}.log").open("wb") as said:
            started.append(subprocess.Popen(command, stdout=said, stderr=said, env=_named(identity)))
        return started[-1]

    yield begin
    for process in started:
        _kill(process)


def _named(identity):
    return {**os.environ, "VSS_ROBOT_WORKER__IDENTITY": identity}


def _kill(process):
    """Kill -9, with all it has started, as a machine goes."""
    if process.poll() is None:
        for each in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
            each.kill()
    process.wait()


def _done(office, number):
    return lambda: len(office.ledger.queue.items(states=("done",))) == number


def test_a_killed_workers_dossier_is_looked_up_by_the_next_and_the_rest_sent_once(office, start, tmp_path, record_property):
    """One is killed after its click: another worker with the token looks that dossier up, and sends what was not touched."""
    for number in range(1, 5):
        office.ledger.queue.plan(new(_key(number)))
    (tmp_path / "hold-intent").touch()
    first = start("alpha", "4b01=hoa-binh")
    until(lambda: list(tmp_path.glob("in-hand-*")), "the first dossier is in hand", within_s=60)
    _kill(first)
    (tmp_path / "hold-intent").unlink()
    (tmp_path / "hoa-binh.in-use").unlink()
    killed = time.monotonic()
    start("beta", "4b01=hoa-binh")
    until(lambda: office.ledger.queue.item(1).state == "done", "the one in hand is known", within_s=90)
    known = time.monotonic() - killed
    until(_done(office, 4), "all are done", within_s=90)
    record_property("known_s", known)
    record_property("all_sent_s", time.monotonic() - killed)
    clicks = (tmp_path / "clicks.txt").read_text(encoding="utf-8").split()
    assert sorted(clicks) == [_key(number) for number in range(1, 5)]
    looked_up = office.ledger.queue.moves(1)
    assert [move.after for move in looked_up][-4:] == ["unknown", "unknown", "accepted", "done"]
    assert all(office.ledger.queue.moves(number)[1].at > looked_up[-2].at for number in (2, 3, 4)), "before anything new is sent"
    until(lambda: office.ledger.check().breaches == (), "the books hold together")


def test_each_machine_takes_its_own_tokens_and_a_token_that_is_nowhere_is_said(office, start, tmp_path):
    """A dossier whose token no machine has waits, with the reason; when the token appears, it goes."""
    for number, organisation in enumerate(("hoa-binh", "song-lo", "kim-lien"), start=1):
        office.ledger.queue.plan(new(_key(number), organisation=organisation))
    (tmp_path / "4b03.pulled").touch()
    start("alpha", "4b01=hoa-binh", "4b03=kim-lien")
    start("beta", "4b02=song-lo")
    until(_done(office, 2), "two are done", within_s=90)
    listed = [sys.executable, "-m", "robot", "workers", "--json", "--settings", str(tmp_path / "robot.toml")]
    said = json.loads(subprocess.run(listed, capture_output=True, check=True, timeout=60).stdout)
    assert [(one["identity"], one["alive"], one["tokens"]) for one in said["workers"]] == [
        ("alpha", True, {"4b01": ["hoa-binh"]}),
        ("beta", True, {"4b02": ["song-lo"]}),
    ]
    assert said["unclaimable"].keys() == {"kim-lien"}
    (tmp_path / "4b03.pulled").unlink()
    until(_done(office, 3), "the third is done", within_s=60)


def test_a_dossier_of_the_outbox_is_archived_and_done(office, start, tmp_path):
    """Accepted is not done: the worker puts the file away as a night does, also one that a killed worker has left."""
    claimed = tmp_path / "outbox" / "hoa-binh" / ".claimed"
    for number in (1, 2, 3):
        here = claimed / f"{number}-dot01" / "hồ sơ.xml"
        if number < 3:  # the third one lies in another machine's outbox
            here.parent.mkdir(parents=True)
            here.write_text(f"<Hoso>{number}</Hoso>", encoding="utf-8")
        office.ledger.queue.plan(replace(new(_key(number)), file=str(here), source="outbox"))
    left = office.ledger.begin_run("submit", "hoa-binh", {}, tmp_path)
    for number in (1, 3):
        books, claim = office.ledger.protocol, office.ledger.protocol.claim(left, LEASE_S, item=number)
        sent = f"0000{number}/2026/07906"
        proofs = [Proof("page", sent), Proof("network", sent)]
        books.accept(books.intend(books.signed(books.prepared(claim)), {}), {**RECEIPT, "number": sent}, proofs)
    office.ledger.end_run(left, "abandoned")
    start("alpha", "4b01=hoa-binh")
    until(_done(office, 2), "both are done", within_s=90)
    found = [office.ledger.queue.item(number) for number in (1, 2, 3)]
    assert [item.state for item in found] == ["done", "done", "accepted"]
    archive = tmp_path / "outbox" / "hoa-binh" / "archive"
    assert [archive in Path(item.file).parents and Path(item.file).is_file() for item in found] == [True, True, False]
    assert [list(claimed.iterdir()), office.ledger.check().breaches] == [[], ()]


def test_a_run_that_needs_no_token_moves_on_at_another_machine(office, start, tmp_path):
    """It waited for a mail; the machine that took it up is gone, and another one takes it up well within a minute."""
    waited = office.ledger.begin_run("activate", "hoa-binh", {}, tmp_path)
    office.ledger.end_run(waited, "waiting", wait=NewWait("mail", 0, 600))
    (tmp_path / "hold-flow").touch()
    first = start("alpha")
    until((tmp_path / "in-hand-flow").exists, "the run is taken up", within_s=60)
    _kill(first)
    (tmp_path / "hold-flow").unlink()
    start("beta")
    until(lambda: [run.outcome for run in office.ledger.runs(9)] == ["done", "abandoned", "waiting"], "it went on", within_s=60)
    assert office.ledger.waits.of(waited).taken_up == office.ledger.runs(1)[0].id


def test_a_second_worker_of_the_same_name_is_refused(office, start, tmp_path):
    """While the first lives, in a sentence; SIGTERM ends the first, and the name is free."""
    first = start("alpha", "4b01=hoa-binh")
    until(office.ledger.workers.workers, "the first is there", within_s=60)
    command = [sys.executable, "-m", "robot", "worker", "--settings", str(tmp_path / "robot.toml")]
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=_named("alpha"))
    assert all(word in second.stderr for word in ("alpha", "worker.identity", str(first.pid)))
    assert second.returncode == 2
    first.terminate()
    assert first.wait(30) == 0
    (row,) = office.ledger.workers.workers()
    assert row.ended is not None
    assert office.ledger.workers.announce("alpha", {}, SILENCE_S).ended is None


def test_a_name_is_free_when_its_worker_is_silent(ledger):
    """A worker elsewhere holds the name; one that was silent too long does not, and hears of it at its next beat."""
    mine = ledger.workers.announce("alpha", {"4b": ["hoa-binh"]}, 30)
    with ledger.store.writing() as books:
        books.execute(update(workers).values(machine="not-this-one", process=1))
    with pytest.raises(WorkerStands):
        ledger.workers.announce("alpha", {}, 30)
    with ledger.store.writing() as books:
        books.execute(update(workers).values(beat=datetime.now(UTC) - timedelta(seconds=31)))
    ledger.workers.announce("alpha", {}, 30)
    assert ledger.workers.beat(mine, {}) is False


def test_a_run_of_a_machine_that_is_gone_lets_its_token_and_dossier_go(ledger, submitting, tmp_path):
    """Abandoned by the one who knows that its worker is silent, it can write no intent any more, and its token is free."""
    claim = brought(ledger, submitting, "signed")
    ledger.note_signing(submitting, {}, "4b")
    assert ledger.workers.on_this_machine(submitting)
    assert [ledger.workers.abandon(submitting), ledger.workers.abandon(submitting)] == [True, False]
    (given,) = ledger.protocol.recover()
    assert [given.id, given.state] == [claim.id, "planned"]
    with pytest.raises(WrongState):
        ledger.protocol.claim(submitting, LEASE_S)
    ledger.note_signing(ledger.begin_run("submit", "hoa-binh", {}, tmp_path), {}, "4b")


def test_workers_need_a_server(tmp_path):
    """With books in a file the command says what to do instead."""
    from robot.cli.workers import work

    (tmp_path / "robot.toml").write_text('language = "en"\n', encoding="utf-8")
    with pytest.raises(UsageError) as needs:
        work(tmp_path / "robot.toml", None, verbose=False)
    assert needs.value.text.key == "errors.worker_needs_server"


def test_the_unit_is_for_these_settings(tmp_path):
    """A systemd unit that starts this installation's worker again whenever it ends."""
    from robot.drive.worker.service import unit

    file = tmp_path / "rô bốt.toml"
    text = unit(file, 60)
    assert f'ExecStart="{sys.executable}" "-m" "robot" "worker" "--settings" "{file}"' in text
    assert [line for line in text.splitlines() if line in {"Restart=always", "TimeoutStopSec=120"}] == [
        "Restart=always",
        "TimeoutStopSec=120",
    ]
    assert "@" not in text
    sealed = unit(file, 60, tmp_path / "vault.cred")
    assert f"LoadCredentialEncrypted=vault:{tmp_path / 'vault.cred'}\n" in sealed
    assert "--vault-fd 3 3<" in sealed


def test_a_night_begins_by_the_clock(office, start, tmp_path, monkeypatch):
    """The engine's periodic job makes this machine's nightly, by the machine's own queue."""
    monkeypatch.setenv("VSS_ROBOT_WORKER__NIGHT", "* * * * * */2")
    start("alpha")
    until((tmp_path / "night").exists, "the night has begun", within_s=60)
    assert [one.identity for one in office.ledger.workers.workers()] == ["alpha"]
