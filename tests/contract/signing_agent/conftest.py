"""The books, the scripted token and the task of an agent, for each test its own."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from robot import settings
from robot.ledger import Ledger
from robot.signing.agent import AgentConfig
from robot.signing.agent.client import Door
from tests.doubles.agent_run import ORIGIN
from tests.doubles.certificates import TAX_CODE, held
from tests.doubles.pkcs11.script import DoubleToken


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(settings.Ledger(), tmp_path) as opened:
        yield opened


@pytest.fixture
def run(ledger, tmp_path):
    return ledger.begin_run("register", "hoa-binh", {}, tmp_path / "evidence")


@pytest.fixture
def token(double, request):
    """One token with a certificate and its key, in the double's slot; its serial is the test's own."""
    serial = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]
    double.tokens = [DoubleToken(serial, (held(),))]
    double.write()
    return double


@pytest.fixture
def config(token, tmp_path, run):
    """Makes the task of an agent; what a test does not name is what an unattended run that may sign once has."""

    def make(**changes) -> AgentConfig:
        door = Door()
        facts = {
            "run": run,
            "mode": "pkcs11",
            "home": tmp_path,
            "ledger_url": "",
            "folder": door.folder,
            "address": door.address,
            "authkey": door.authkey,
            "profile": tmp_path / "profiles" / "hoa-binh",
            "relay": tmp_path / "relays" / "hoa-binh",
            "call_log": tmp_path / "token-calls.jsonl",
            "driver": token.library,
            "tax_code": TAX_CODE,
            "origins": (ORIGIN,),
            "consent_until": datetime.now(UTC).date() + timedelta(days=2),
            "limit": 1,
        }
        return AgentConfig(**{**facts, **changes})

    return make
