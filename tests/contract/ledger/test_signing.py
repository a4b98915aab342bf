"""The books about signing: signatures of a run, log-ins to tokens, one running run a token."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from robot import settings
from robot.drive.audit import VendorSignatures, count_killed
from robot.errors import NameUnknown
from robot.ledger import Ledger, Signed, TokenBusy, TokenStopped, WrongState, tables
from robot.signing.relay.transcript import FROM, TO, Transcript

SIGNED = Signed("pkcs11", "https://gddt.baohiemxahoi.gov.vn", "4b66908c15b38de1", "0E30", "PKCS1.5 SHA-256", "ab" * 32)


def test_a_signature_belongs_to_a_running_run(ledger, run):
    """It reads back as it was counted; an ended run, and one that never was, gets none."""
    before = datetime.now(UTC)
    ledger.count_signature(run, SIGNED)
    row = ledger.signatures(run)[0]
    assert [row.signer, row.origin, row.token, row.digest] == ["pkcs11", SIGNED.origin, SIGNED.token, SIGNED.digest]
    assert before - timedelta(seconds=1) <= row.at <= datetime.now(UTC)
    assert ledger.run_is_open(run)
    ledger.end_run(run, "done")
    assert not ledger.run_is_open(run)
    for closed in (run, "no such run"):
        with pytest.raises(WrongState):
            ledger.count_signature(closed, SIGNED)


def test_the_schema_knows_everything_of_our_own_signatures(ledger, run):
    """Only of the vendor's may something be unknown."""
    ledger.count_signature(run, Signed("vendor", "https://x.example"))
    for wrong in (Signed("pkcs11", "https://x.example"), Signed("nobody", "https://x.example")):
        with pytest.raises(IntegrityError):
            ledger.count_signature(run, wrong)


def test_a_log_in_is_pending_until_it_is_settled(ledger, run):
    """A second one may follow only after the first went well."""
    assert ledger.token("4b") is None
    ledger.begin_login("4b", run)
    assert [ledger.token("4b").state, ledger.token("4b").settled] == ["pending", None]
    with pytest.raises(TokenStopped):
        ledger.begin_login("4b", run)
    ledger.end_login("4b", None)
    ledger.begin_login("4b", run)
    ledger.end_login("4b", "pin_wrong CKR_PIN_INCORRECT")
    with pytest.raises(TokenStopped) as stopped:
        ledger.begin_login("4b", run)
    assert stopped.value.row.said == "pin_wrong CKR_PIN_INCORRECT"
    with pytest.raises(WrongState):
        ledger.end_login("4b", None)


@pytest.mark.parametrize("settled", [True, False])
def test_a_person_clears_a_token(ledger, run, settled):
    """Whether its log-in was wrong or never came back; what stood there is returned."""
    ledger.begin_login("4b", run)
    if settled:
        ledger.end_login("4b", "pin_wrong")
    assert ledger.clear_token("4b").state == ("stopped" if settled else "pending")
    assert [ledger.token("4b").state, ledger.token("4b").cleared is not None] == ["clear", True]
    ledger.begin_login("4b", run)
    assert [row.serial for row in ledger.tokens()] == ["4b"]


def test_a_token_nobody_logged_in_to_is_not_known(ledger):
    """A typing mistake is said."""
    with pytest.raises(NameUnknown) as unknown:
        ledger.clear_token("4b")
    assert unknown.value.text.key == "errors.token_unknown"


def test_the_schema_refuses_states_that_make_no_sense(ledger):
    """Stopped without a reason, pending and settled, a state without a name."""
    now = datetime.now(UTC)
    rows = [
        {"state": "stopped", "settled": now},
        {"state": "pending", "settled": now},
        {"state": "clear"},
        {"state": "perhaps", "settled": now},
    ]
    for row in rows:
        with pytest.raises(IntegrityError), ledger._store.writing() as books:
            books.execute(insert(tables.tokens).values(serial="4b", begun=now, **row))


def test_one_running_run_a_token(ledger, run, tmp_path):
    """A second run is refused the token until the first lets it go or ends."""
    facts = {"mode": "pkcs11", "authorised_by": "Trần Văn Đức"}
    ledger.note_signing(run, facts, "4b")
    assert [ledger.run(run).token, ledger.run(run).signing] == ["4b", facts]
    second = ledger.begin_run("register", "hoa-binh", {}, tmp_path)
    with pytest.raises(TokenBusy):
        ledger.note_signing(second, facts, "4b")
    ledger.note_signing(run, facts)
    ledger.note_signing(second, facts, "4b")
    ledger.end_run(second, "done", alarms=[{"kind": "surplus", "said": "…"}])
    assert ledger.run(second).alarms == ({"kind": "surplus", "said": "…"},)
    ledger.note_signing(run, facts, "4b")


RACER = """
import sys
from pathlib import Path
from robot import settings
from robot.ledger import Ledger, TokenStopped
with Ledger.open(settings.Ledger(url=sys.argv[2]), Path(sys.argv[1])) as ledger:
    for token in range(20):
        try:
            ledger.begin_login(str(token), None)
            print(token)
        except TokenStopped:
            pass
"""


def test_of_many_processes_one_may_ask_a_token(address, tmp_path):
    """Three processes race for the same twenty tokens: each is asked exactly once."""

    def race(_):
        command = [sys.executable, "-c", RACER, str(tmp_path), address]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()

    with ThreadPoolExecutor(3) as pool:
        asked = [int(token) for tokens in pool.map(race, range(3)) for token in tokens]
    assert sorted(asked) == list(range(20))


def test_books_of_the_first_version_are_brought_up_to_date(tmp_path):
    """Runs that were written before signing was known stay, and read back without a token or alarms."""
    from alembic import command
    from alembic.config import Config

    from robot.ledger.migrate import SCRIPTS
    from robot.ledger.store import Store

    store = Store("", tmp_path)
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    with store.writing() as books:
        config.attributes["connection"] = books
        command.upgrade(config, "0001")
        books.exec_driver_sql(
            "INSERT INTO runs"
            " (id, flow, organisation, parameters, evidence, outcome, started, ended, machine, process, process_started)"
            " VALUES ('r', 'register', 'x', '{}', 'e', 'done', '2026-11-22 08:00:00', '2026-11-22 08:01:00', 'm', 1, 1.0)"
        )
    store.close()
    with Ledger.open(settings.Ledger(), tmp_path) as ledger:
        run = ledger.run("r")
    assert [run.outcome, run.token, run.signing, run.alarms] == ["done", None, None, ()]


def test_what_the_vendors_library_signed_is_counted_from_the_transcript(ledger, run, tmp_path):
    """Each answer with a signature once, however often one looks; refusals and other questions do not count."""
    transcript = Transcript(str(tmp_path / "transcript.jsonl"))
    origin = "https://gddt.baohiemxahoi.gov.vn"
    sign = b'{"type":"SIGN","origin":"%s","hashtype":"SHA-256","hash":"00","cert":"30"}' % origin.encode()
    for direction, payload in [
        (FROM, b'{"type":"CERT","origin":"%s"}' % origin.encode()),
        (TO, b'{"result":"ok","cert":"3082"}'),
        (FROM, sign),
        (TO, b'{"result":"user_cancel"}'),
        (FROM, sign),
        (TO, b'{"result":"ok","signature":"abcd"}'),
    ]:
        transcript.frame(direction, payload)
    counted = VendorSignatures(ledger, tmp_path / "transcript.jsonl")
    for _ in range(2):
        counted.count(run)
    assert [(row.signer, row.origin, row.algorithm) for row in ledger.signatures(run)] == [("vendor", origin, "SHA-256")]


def test_what_a_killed_session_had_signed_is_counted_for_the_dossier_it_had_in_hand(ledger, tmp_path):
    """Three signatures stand in the transcript and one in the books: the other two are found once, and only of this night."""
    night = ledger.nights.begin(None)
    session = ledger.begin_run("night-session", "hoa-binh", {}, tmp_path, night=night)
    first, second = (ledger.begin_run("submit", "hoa-binh", {}, tmp_path, night=night, session=session) for _ in range(2))
    for run in (session, first, second):
        ledger.note_signing(run, {"mode": "vendor"})
    (tmp_path / session).mkdir()
    transcript = Transcript(str(tmp_path / session / "transcript.jsonl"))
    for _ in range(3):
        transcript.frame(TO, b'{"result":"ok","signature":"abcd"}')
    ledger.count_signature(first, Signed("vendor", "https://x.example"))
    ledger.end_run(first, "done")
    for run in (session, second):
        assert ledger.workers.abandon(run)
    for other in (night + 1, night, night):
        count_killed(ledger, other)
    assert [len(ledger.signatures(run)) for run in (session, first, second)] == [0, 1, 2]
    with pytest.raises(WrongState):
        ledger.count_signature(first, SIGNED, killed=True)
