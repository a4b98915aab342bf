"""`ledger check`, backup and export: what was made wrong is named, a copy is whole, and nothing personal leaves the house."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from robot import settings
from robot.errors import UsageError
from robot.ledger import Ledger, tables
from robot.ledger.invariants import RULES, WAYS
from robot.ledger.item import STATES, Proof
from robot.ledger.queue_tables import items, moves
from robot.texts import LANGUAGES, Text
from tests.doubles.way import KEY, RECEIPT, SAID, brought, new

STATES_REACHED = ("planned", "claimed", "intent", "unknown", "held", "accepted", "done", "refused")


@pytest.fixture
def full(ledger, submitting):
    """Books with a dossier in each state, an amendment, and one sent again after it was absent."""
    for number, state in enumerate(STATES_REACHED, start=2):
        receipt = {**RECEIPT, "number": f"{number:05}/2026/07906"}
        item = brought(ledger, submitting, "intent" if state in {"accepted", "done"} else state, new(f"{KEY[:-2]}{number:02}"))
        if state in {"accepted", "done"}:
            item = ledger.protocol.accept(item, receipt, _proofs(receipt["number"]))
        if state == "done":
            ledger.protocol.done(item)
    first = brought(ledger, submitting, "done")
    second = brought(ledger, submitting, "intent", new(letter="b"), amends=first.id)
    lost = ledger.protocol.lose_sight(second, "no answer")
    for _ in range(2):
        lost = ledger.protocol.saw_absent(ledger.protocol.claim(submitting, 60, item=lost.id), "1/2026/07906", 0)
    return ledger


def _proofs(number):
    return (Proof("page", number), Proof("lookup", number))


def test_books_that_the_protocol_wrote_hold_together(full):
    """Whatever it has been through."""
    checked = full.check()
    assert checked.breaches == ()
    assert [checked.rows["items"], checked.rows["effects"]] == [len(STATES_REACHED) + 2, 6]
    assert set(WAYS) == {None, *STATES}
    assert {state for ways in WAYS.values() for state in ways} == set(STATES)


SETTLED = datetime(2026, 1, 1, tzinfo=UTC)
EFFECTS = tables.effects.c
WRONG = {
    "moves": update(items).where(items.c.state == "refused").values(state="cancelled"),
    "moves, some lost": delete(moves).where(moves.c.after == "prepared"),
    "sending": update(tables.effects).where(EFFECTS.state == "intent").values(state="superseded", settled=SETTLED),
    "proofs": update(tables.effects).values(proofs=[{"kind": "page", "number": "9", "said": ""}]),
    "number_twice": update(tables.effects).where(EFFECTS.receipt.is_not(None)).values(receipt=RECEIPT),
    "attempts": update(tables.effects).values(attempt=EFFECTS.attempt + 100),
    "owner": update(tables.runs).values(outcome="abandoned", ended=SETTLED),
    "question": delete(tables.questions),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_hold_is_named(full, what):
    """Each rule, broken behind the ledger's back, is found, and has its sentence in both languages."""
    with full._store.writing() as books:
        books.execute(WRONG[what])
    breaches = full.check().breaches
    assert what.partition(",")[0] in {breach.rule for breach in breaches}
    for breach in breaches:
        for language in LANGUAGES:
            assert breach.what in Text(f"breaches.{breach.rule}", breach.__dict__).say(language)


def test_every_rule_is_used():
    """A rule is a function of the rows; none is listed twice."""
    assert len(RULES) == len(set(RULES))


def test_a_copy_is_whole_while_others_write(ledger, submitting, tmp_path, address):
    """SQLite's copy opens as books of its own, private, and is not written over; a server is copied by pg_dump."""
    brought(ledger, submitting, "done")
    copy = tmp_path / "bản sao" / "books.sqlite"
    if address:
        with pytest.raises(UsageError) as server:
            ledger.backup(copy)
        assert "pg_dump" in str(server.value)
        return
    with pytest.raises(UsageError):
        ledger.backup(copy)
    copy.parent.mkdir()
    with ledger._store.writing() as books:  # not committed while the copy is made
        books.execute(update(items).values(priority=9))
        assert ledger.backup(copy) == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["books.sqlite"]
    with Ledger.open(settings.Ledger(url=f"sqlite:///{copy}"), tmp_path) as copied:
        assert [item.priority for item in copied.queue.items()] == [0]
        assert copied.check().breaches == ()
    with pytest.raises(UsageError) as exists:
        ledger.backup(copy)
    assert exists.value.text.key == "errors.backup_exists"


def test_the_export_has_every_table_and_nothing_personal(full, submitting):
    """Rows as JSON values; no file name, no words, no answers; and only the newer ones where a time is given."""
    rows = list(full.export())
    assert {"runs", "effects", "items", "moves", "questions"} <= {row["table"] for row in rows}
    text = json.dumps(rows, ensure_ascii=False)
    for secret in ("a.xml", "/outbox", SAID["vi"], SAID["en"], "no answer"):
        assert secret not in text
    assert [row["number"] for row in rows if row["table"] == "effects" and row["state"] == "confirmed"][-1] == RECEIPT["number"]
    later = full.queue.items()[-1].changed
    assert all(row["table"] != "runs" for row in full.export(later))
    assert any(row["table"] == "moves" for row in full.export(later))
    assert submitting in text


@pytest.mark.parametrize("address", [""])
def test_the_command_checks_copies_and_exports(ledger, submitting, tmp_path, monkeypatch, capsys):
    """`vss-robot ledger check` ends with 0 or with 1 and the rule's name; the others write what they say."""
    from robot.cli import main

    (tmp_path / "robot.toml").write_text('language = "en"\n', encoding="utf-8")
    monkeypatch.setenv("VSS_ROBOT_SETTINGS", str(tmp_path / "robot.toml"))

    def ran(*words):
        monkeypatch.setattr("sys.argv", ["vss-robot", "ledger", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    item = brought(ledger, submitting, "done")
    code, out, _ = ran("check", "--json")
    assert [code, json.loads(out)["clean"]] == [0, True]
    assert ran("backup", str(tmp_path / "copy.sqlite"))[0] == 0
    code, out, _ = ran("export", "--since", "2020-01-01")
    assert code == 0
    assert {json.loads(line)["table"] for line in out.splitlines()} >= {"items", "moves"}
    assert ran("export", "--since", "yesterday")[0] == 2
    with sqlite3.connect(tmp_path / "ledger.sqlite") as books:
        books.execute("DELETE FROM moves")
    books.close()
    code, out, err = ran("check", "--json")
    assert [code, json.loads(out)["breaches"][0]["rule"]] == [1, "moves"]
    assert f"item {item.id}" in ran("check")[1]
    assert "1" in err
