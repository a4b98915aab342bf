"""An office of its own for each test, books and outbox in it, and signed dossiers to put there; no browser, no world."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from fixtures.dossiers import Plan, make_dossier, make_people
from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from robot.drive import Office
from robot.ledger import Ledger
from robot.ledger.item import Proof
from robot.settings import Ledger as LedgerSettings
from tests.doubles.soft_key import SoftKey

HOA_BINH = ORGANISATIONS["hoa-binh"]
RECEIPT = {"kind": "dossier", "number": "00001/2026/00131", "at": "22/11/2026 22:00"}


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    return SoftKey(make_authority(tmp_path_factory.mktemp("authority")), HOA_BINH)


@pytest.fixture(scope="session")
def document(key):
    """A signed dossier of a period; `seed` makes other people of the same matter, `rows` how many."""
    made = {}

    def make(period="01/2026", seed=1, organisation=HOA_BINH, pa=None):
        asked = (period, seed, organisation.key, pa)
        if asked not in made:
            day = dt.date(int(period[3:]), int(period[:2]), 20)
            made[asked] = make_dossier(Plan(organisation, period, make_people(2, seed=seed), day), key)
        return made[asked]

    return make


@pytest.fixture(scope="session")
def new_books(tmp_path_factory):
    """Books as they are when they are new, made once: bringing them up to date takes longer than most tests here."""
    folder = tmp_path_factory.mktemp("books")
    Ledger.open(LedgerSettings(), folder).close()
    return folder / "ledger.sqlite"


@pytest.fixture
def settings_file(tmp_path, new_books):
    """A robot.toml with two organisations, and new books; more of it is appended by a test."""
    home = tmp_path / "văn phòng"
    home.mkdir()
    file = home / "robot.toml"
    lines = ['language = "en"', "", "[outbox]", "stable_s = 0.05"]
    for organisation in (HOA_BINH, ORGANISATIONS["song-lo"]):
        lines += ["", f"[organisations.{organisation.key}]"]
        names = ("name", "tax_code", "unit_code", "province", "agency_name", "agency_code", "email", "contact", "address")
        lines += [f"{name} = {json.dumps(getattr(organisation, name), ensure_ascii=False)}" for name in names]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copy(new_books, home)
    return file


@pytest.fixture
def office(settings_file):
    with Office.open(settings_file, lambda: "") as opened:
        yield opened


@pytest.fixture
def outbox(office):
    """The folder of hoa-binh in the outbox."""
    folder = office.settings.outbox.folder / "hoa-binh"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def send(office, tmp_path):
    """Walks a planned dossier through the protocol to its acceptance, or to another end."""

    def walk(item, end="accept", number=RECEIPT["number"]):
        books = office.ledger.protocol
        run = office.ledger.begin_run("submit", item.organisation, {}, tmp_path / "evidence")
        claim = books.signed(books.prepared(books.claim(run, 60, item=item.id)))
        if end == "hold":
            ended = books.hold(claim, {"en": "the token is gone", "vi": "mất token"})
        else:
            sent = books.intend(claim, {})
            if end == "accept":
                receipt = {**RECEIPT, "number": number}
                ended = books.accept(sent, receipt, [Proof("page", number), Proof("network", number)])
            elif end == "refuse":
                ended = books.refuse(sent, {"en": "not this way", "vi": "không được"})
            else:
                ended = books.lose_sight(sent, "no answer")
        office.ledger.end_run(run, {"accept": "done", "refuse": "refused"}.get(end, "unknown"))
        return ended

    return walk


@pytest.fixture
def robot(settings_file):
    """The real command with this office's settings; what it printed as JSON, and its exit code."""

    def ran(*arguments):
        environment = os.environ | {"VSS_ROBOT_SETTINGS": str(settings_file)}
        done = subprocess.run(
            [sys.executable, "-m", "robot", *map(str, arguments)], capture_output=True, text=True, check=False, env=environment
        )
        assert "Traceback" not in done.stderr
        said = json.loads(done.stdout) if "--json" in arguments and done.stdout else done.stdout
        return SimpleNamespace(code=done.returncode, said=said, talk=done.stderr)

    return ran
