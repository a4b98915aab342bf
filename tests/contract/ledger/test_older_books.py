"""Books of an older robot, in a file and on a server: brought up to date, what stood in them still there and readable."""

import pytest
from alembic import command
from alembic.config import Config

from robot import settings
from robot.ledger import Ledger
from robot.ledger.migrate import SCRIPTS
from robot.ledger.store import Store

RUN = """INSERT INTO runs (id, flow, organisation, parameters, evidence, outcome, started, machine, process, process_started,
alarms) VALUES ('r', 'submit', 'hoa-binh', '{}', 'e', 'running', AT, 'm', 1, 1.0, '[]')"""
EFFECT = """INSERT INTO effects (id, run, organisation, kind, key, attempt, state, detail, said, intended, settled)
VALUES (1, 'r', 'hoa-binh', 'submission', 'k/1', 1, 'refused', '{}', 'không', AT, AT)"""
VERDICT = """INSERT INTO verdicts (organisation, letter, outcome, effect, head, faults, text, booked)
VALUES ('hoa-binh', '<1@portal>', 'invalid', 1, '{}', '{"vi": [{"says": "thiếu"}], "en": [{"says": "missing"}]}', '', AT)"""
ITEM = """INSERT INTO items (id, organisation, key, file, name, sha256, size, source, priority, state, fence, effect, looks, said,
faults, added, changed)
VALUES (NUMBER, 'hoa-binh', 'k/NUMBER', 'f', 'f', 'a', 1, 'queue', 0, 'refused', 1, EFFECT, 0, '{}', FAULTS, AT, AT)"""
OLD = """'[{"says": "missing"}]'"""


def _filled(statement, **marks):
    for mark, value in {"AT": "'2026-11-22 08:00:00'", **marks}.items():
        statement = statement.replace(mark, value)
    return statement


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request, tmp_path):
    """Books of version 0004, empty; their address as `ledger.url` has it."""
    address = "" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    store = Store(address, tmp_path)
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    with store.rebuilding() as books:
        config.attributes["connection"] = books
        command.upgrade(config, "0004")
    yield address, store
    store.close()
    if address:
        request.getfixturevalue("postgres").drop(address)


def test_faults_that_were_english_alone_are_told_in_both_languages(older, tmp_path):
    """Where a verdict has them in both; else they stay as they were, and who speaks Vietnamese is told them in English."""
    address, store = older
    with store.writing() as books:
        for statement in (RUN, EFFECT, VERDICT):
            books.exec_driver_sql(_filled(statement))
        for number, effect, faults in (("1", "1", OLD), ("2", "NULL", OLD), ("3", "NULL", "NULL")):
            books.exec_driver_sql(_filled(ITEM, NUMBER=number, EFFECT=effect, FAULTS=faults))
    with Ledger.open(settings.Ledger(url=address), tmp_path) as ledger:
        told = {item.id: [item.faults_in(language) for language in ("vi", "en")] for item in ledger.queue.items()}
    assert {1: [[{"says": "thiếu"}], [{"says": "missing"}]], 2: [[{"says": "missing"}]] * 2, 3: [(), ()]} == told
