"""Registering in each mode of signing, with real Chromium, the world's extension and real tokens; and how it goes wrong."""

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from fixtures.softhsm import pin_path, softhsm_environment
from fixtures.world.layout import CHECKOUT
from fixtures.world.passwords import open_world_vault, pin_name, serial_of
from fixtures.world.robot import robot_command
from robot.signing.agent import OsLock
from robot.signing.agent.lock import token_lock
from robot.signing.relay import read
from tests.browser.test_secrets import _everything as everything
from tests.waiting import alive, until

SPY = Path("/usr/lib/x86_64-linux-gnu/pkcs11-spy.so")


def by_token(world) -> dict[str, str]:
    """What names the settings in which the robot signs by itself."""
    return {"VSS_ROBOT_SETTINGS": str(world.layout.settings_pkcs11)}


def signatures(world, said: dict) -> list[dict]:
    return json.loads(world.robot("signatures", "--run", said["run"], "--json").out)


@pytest.mark.long
def test_the_vendors_library_signs_behind_the_relay(world):
    """Mode vendor: every frame passes the relay and stands in the transcript; the signature is counted from it."""
    ran = world.robot("run", "register", "--org", "thai-son", "--json")
    assert [ran.exit_code, ran.said["alarms"]] == [0, []], ran.talk
    kinds = [
        line["kind"] for line in read(Path(ran.said["evidence"]) / "transcript.jsonl") if line.get("direction") == "browser>host"
    ]
    assert kinds[-2:] == ["CERT", "SIGN"]
    assert [(row["signer"], row["origin"]) for row in signatures(world, ran.said)] == [
        ("vendor", "https://gddt.baohiemxahoi.gov.vn")
    ]
    assert ran.said["signing"] == {"mode": "vendor", "attended": "yes"}


def test_the_robot_signs_by_the_tokens_driver(world):
    """Mode pkcs11: the portal takes a signature that the agent made; it is counted, and the report says by whose consent."""
    ran = world.robot("run", "register", "--org", "thai-son", "--json", **by_token(world))
    assert [ran.exit_code, ran.said["alarms"]] == [0, []], ran.talk
    rows = world.truth()["registrations"]
    assert ran.said["receipt"]["number"] in {row["number"] for row in rows}
    row = signatures(world, ran.said)[0]
    assert [row["signer"], row["token"], row["algorithm"]] == ["pkcs11", serial_of(world.layout, "thai-son"), "PKCS1.5 SHA-256"]
    assert ran.said["signing"]["authorised_by"] == world.organisation("thai-son").signer
    shown = world.robot("show", ran.said["run"]).out
    assert world.organisation("thai-son").signer in shown
    OsLock.acquire(token_lock(row["token"])).release()


@pytest.mark.parametrize(
    ("consent", "sentence"),
    [('authorised_by = ""', "errors.consent_absent"), ('authorised_by = "X"\nuntil = 2020-01-31', "errors.consent_expired")],
)
def test_without_consent_nothing_is_started(world, tmp_path, consent, sentence):
    """No consent, or one that has ended: exit 2 with the reason, no run in the books."""
    text = world.layout.settings_pkcs11.read_text(encoding="utf-8")
    head, _, tail = text.partition("[organisations.thai-son.consent]\n")
    _, _, rest = tail.partition("\n\n")
    changed = world.layout.robot / f"{tmp_path.name}.toml"
    changed.write_text(f"{head}[organisations.thai-son.consent]\n{consent}\n\n{rest}", encoding="utf-8")
    before = world.robot("runs", "--limit", "1", "--json").out
    ran = world.robot("run", "register", "--org", "thai-son", VSS_ROBOT_SETTINGS=str(changed), VSS_ROBOT_LANGUAGE="en")
    changed.unlink()
    from robot.texts import catalogue

    assert ran.exit_code == 2
    assert catalogue("en")[sentence].split("{")[0] in ran.talk
    assert world.robot("runs", "--limit", "1", "--json").out == before


def test_an_expired_certificate_is_said_before_the_browser_starts(world):
    """The organisation whose certificate has run out: the cause, not a form that stays away."""
    ran = world.robot("run", "register", "--org", "bach-dang", "--json", VSS_ROBOT_LANGUAGE="en", **by_token(world))
    assert [ran.exit_code, ran.said["outcome"], ran.said["finding"]["link"]] == [11, "chain_broken", "certificate"]


@contextmanager
def wrong_pin(world, key: str, pin: str):
    """A wrong PIN in the vault for as long as the block lasts; the token and the books are put right after it."""
    vault, name = open_world_vault(world.layout), pin_name(world.layout, key)
    right = vault.get(name)
    vault.set(name, pin)
    try:
        yield
    finally:
        vault.set(name, right)
        world.robot("tokens", "clear", serial_of(world.layout, key))


@pytest.mark.skipif(not SPY.exists(), reason="opensc's PKCS#11 spy is not installed")
@pytest.mark.long
def test_a_wrong_pin_in_the_vault_reaches_the_token_once_in_three_nights(world, tmp_path):
    """Three runs, one C_Login, by the account of a spy between robot and token; the first run names the cause."""
    log = tmp_path / "spy.log"
    spied = {
        "VSS_ROBOT_SIGNING__DRIVER": str(SPY),
        "PKCS11SPY": _module(world),
        "PKCS11SPY_OUTPUT": str(log),
    }
    with wrong_pin(world, "an-phu", "19283746"):
        nights = [world.robot("run", "register", "--org", "an-phu", "--json", **by_token(world), **spied) for _ in range(3)]
        assert [night.exit_code for night in nights] == [11, 11, 11], nights[0].talk
        assert [night.said["outcome"] for night in nights] == ["form_absent", "chain_broken", "chain_broken"]
        assert {night.said["finding"]["link"] for night in nights} == {"token"}
        assert log.read_text(errors="replace").count(": C_Login\n") == 1
        calls = (world.layout.robot / "logs" / "token-calls.jsonl").read_text().splitlines()
        mine = [row for row in map(json.loads, calls) if row["token"] == serial_of(world.layout, "an-phu")]
        assert [row["result"] for row in mine if row["call"] == "C_Login"] == ["CKR_PIN_INCORRECT"]
    ran = world.robot("run", "register", "--org", "an-phu", "--json", **by_token(world))
    assert ran.exit_code == 0, ran.talk


@pytest.mark.long
def test_the_pin_is_nowhere_but_in_the_agent(world):
    """Not in any process's arguments or environment while it runs, nor in anything that the run leaves; right PIN or wrong."""
    pin = pin_path(world.layout.directory, world.organisation("kim-lien")).read_text(encoding="ascii").strip()
    planted = "86427531"
    seen: list[str] = []
    with running(world, "register", "kim-lien") as robot:
        while robot.poll() is None:
            seen += _shown(psutil.Process(robot.pid))
            time.sleep(0.05)
        assert robot.returncode == 0
    with wrong_pin(world, "kim-lien", planted):
        ran = world.robot("run", "register", "--org", "kim-lien", "--verbose", **by_token(world))
    assert ran.exit_code == 11
    assert any("relay.json" in text for text in seen), "the relay was among what was looked at"
    assert any("--type=renderer" in text for text in seen), "the browser was among what was looked at"
    left = {name: data for name, data in everything(world.layout.robot) if not name.endswith(("vault.cfg", "vault.pass"))}
    left |= {f"process {number}": text.encode() for number, text in enumerate(seen)} | {"talk": (ran.talk + ran.out).encode()}
    assert [name for name, data in left.items() if pin.encode() in data or planted.encode() in data] == []


@pytest.mark.long
def test_kill_9_of_the_robot_leaves_nothing_running(world, faults):
    """In the midst of signing: agent, relay and browser are gone within 5 s, and the token is free."""
    key = "kim-lien"
    faults.set("portal-slow", world.organisation(key).tax_code, seconds=30.0, at="/api/dang-ky")
    evidence = world.layout.robot / "evidence"
    known = set(evidence.glob("*")) if evidence.exists() else set()
    with running(world, "register", key) as robot:

        def signed() -> bool:
            new = [run for run in evidence.glob("*") if run not in known]
            return any("signature" in (line.get("shape") or {}) for run in new for line in read(run / "transcript.jsonl"))

        until(signed, "the signature is given", 60)
        family = psutil.Process(robot.pid).children(recursive=True)
        words = [" ".join(process.cmdline()) for process in alive(family)]
        assert any("robot.drive.agent" in text for text in words)
        assert any("relay.json" in text for text in words)
        robot.send_signal(signal.SIGKILL)
        begun = time.monotonic()
        until(lambda: not alive(family), "everything that the robot had started is gone", 5)
        OsLock.acquire(token_lock(serial_of(world.layout, key)), 5 - (time.monotonic() - begun)).release()
    faults.clear()
    ran = world.robot("run", "register", "--org", key, "--json", **by_token(world))
    assert ran.exit_code == 0, ran.talk


def _module(world) -> str:
    from robot.settings import load

    return load(world.layout.settings_pkcs11).signing.driver


def _shown(process: psutil.Process) -> list[str]:
    """Arguments and environment of a process and of all it has started, as far as they may be read."""
    texts = []
    for each in [process, *process.children(recursive=True)]:
        try:
            texts.append(" ".join(each.cmdline()))
            texts.append(Path(f"/proc/{each.pid}/environ").read_text(errors="replace"))
        except (psutil.Error, OSError):
            continue
    return texts


@contextmanager
def running(world, flow: str, key: str):
    """The real command as a process that the test may look at and kill, signing by itself."""
    with world.layout.pass_phrase.open("rb") as phrase:
        environment = {
            **os.environ,
            **softhsm_environment(world.layout.directory),
            **by_token(world),
            "PYTHONPATH": str(CHECKOUT),
            "VSS_ROBOT_VAULT_FD": str(phrase.fileno()),
        }
        process = subprocess.Popen(
            [*robot_command(), "run", flow, "--org", key],
            env=environment,
            pass_fds=(phrase.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
