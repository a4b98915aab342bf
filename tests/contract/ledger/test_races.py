"""Several processes at the same dossiers: planned once, claimed by one, sent once, whoever is faster."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from robot import settings
from robot.ledger import Ledger

RACERS = 3
DOSSIERS = 12

# Each process plans all dossiers, then takes what is due and walks it; now and then it drops a claim, recovers, or loses sight.
RACER = f"""
import random, sys
from pathlib import Path
from robot import settings
from robot.ledger import Ledger
from robot.ledger.item import ItemStands, LostLease
from tests.doubles.way import NUMBER, PROOFS, RECEIPT, new

home, url, seed = sys.argv[1:]
chance = random.Random(seed)
with Ledger.open(settings.Ledger(url=url), Path(home)) as ledger:
    books, run = ledger.protocol, ledger.begin_run("submit", "hoa-binh", {{}}, Path("e"))
    keys = [f"TZ0101A/600/11/2026/{{number:02}}" for number in range(1, {DOSSIERS} + 1)]
    for key in chance.sample(keys, len(keys)):
        try:
            ledger.queue.plan(new(key))
        except ItemStands:
            pass
    open_states = ("planned", "claimed", "prepared", "signed", "intent", "unknown")
    while ledger.queue.items(states=open_states):
        claim = books.claim(run, chance.choice([0.001, 600]))
        if claim is None:
            books.recover()
            continue
        try:
            if claim.state == "unknown":
                books.done(books.accept(claim, RECEIPT, PROOFS))
                continue
            if chance.random() < 0.2:
                books.postpone(claim, "dropped", 0)
                continue
            claim = books.intend(books.signed(books.prepared(claim)), {{}})
            print("clicked", claim.key, flush=True)
            if chance.random() < 0.3:
                books.lose_sight(claim, "no answer")
            else:
                books.done(books.accept(claim, RECEIPT, PROOFS))
        except LostLease:
            pass
    ledger.end_run(run, "done")
"""


@pytest.fixture
def raced(address, tmp_path):
    """The books after the race, and what each process did outside."""

    def race(number):
        command = [sys.executable, "-c", RACER, str(tmp_path), address, str(number)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()

    Ledger.open(settings.Ledger(url=address), tmp_path).close()
    with ThreadPoolExecutor(RACERS) as pool:
        lines = [line for said in pool.map(race, range(RACERS)) for line in said]
    with Ledger.open(settings.Ledger(url=address), tmp_path) as ledger:
        yield ledger, Counter(line.split()[1] for line in lines)


def test_processes_that_race_send_each_dossier_once(raced):
    """Each of the dossiers is one item, was clicked for once and is done; no more than one intent was ever written for it."""
    ledger, clicks = raced
    found = ledger.queue.items()
    assert [len(found), {item.state for item in found}] == [DOSSIERS, {"done"}]
    assert set(clicks.values()) == {1}
    assert len(clicks) == DOSSIERS
    for item in found:
        assert [effect.state for effect in ledger.attempts("submission", item.key)] == ["confirmed"]
        moves = ledger.queue.moves(item.id)
        assert [move.before for move in moves[1:]] == [move.after for move in moves[:-1]]
