"""The robot's own agent over a SoftHSM token, and the same token asked directly, for the measurement of the relay."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixtures.organisations import ORGANISATIONS
from fixtures.pki import make_authority
from fixtures.token import make_tokens, pin_path, softhsm_environment, softhsm_module
from robot import settings
from robot.ledger import Ledger
from robot.signing.agent import AgentConfig, start_agent
from robot.signing.agent.client import Door
from robot.signing.token import open_driver
from tests.doubles.agent import RunningAgent

DIGEST = hashlib.sha256(b"measured").digest()


@contextmanager
def over_softhsm(folder: Path, origin: str, signatures: int) -> Iterator[tuple[RunningAgent, Callable[[], float]]]:
    """The agent, ready for `signatures`, and what gives the seconds of one signature by the token without any of ours."""
    organisation = ORGANISATIONS["hoa-binh"]
    made = make_tokens(folder, [organisation], make_authority(folder))
    os.environ.update(softhsm_environment(folder))
    pin = pin_path(folder, organisation).read_bytes().strip()
    token = next(iter(made.values()))
    with Ledger.open(settings.Ledger(), folder) as ledger:
        run = ledger.begin_run("bench", organisation.key, {}, folder / "evidence")
        door = Door()
        config = AgentConfig(
            run=run,
            mode="pkcs11",
            home=folder,
            ledger_url="",
            folder=door.folder,
            address=door.address,
            authkey=door.authkey,
            profile=folder / "profiles" / "bench",
            relay=folder / "relays" / "bench",
            call_log=folder / "token-calls.jsonl",
            driver=Path(softhsm_module()),
            serial=token.serial,
            tax_code=organisation.tax_code,
            origins=(origin,),
            consent_until=datetime.now(UTC).date() + timedelta(days=1),
            limit=signatures,
        )
        agent = start_agent(config, pin)
        try:
            agent.wait_until_ready()
            with _directly(token.serial, pin) as sign_s:
                yield RunningAgent(door.address, bytes.fromhex(door.authkey)), sign_s
        finally:
            agent.close()


@contextmanager
def _directly(serial: str, pin: bytes) -> Iterator[Callable[[], float]]:
    with open_driver(Path(softhsm_module())) as driver:
        session = driver.open(driver.token(serial))
        session.log_in(pin)
        certificate = session.token.certificates[0]

        def sign_s() -> float:
            began = time.perf_counter()
            session.sign(certificate, DIGEST, "SHA-256", "PKCS1.5")
            return time.perf_counter() - began

        try:
            yield sign_s
        finally:
            session.close()
