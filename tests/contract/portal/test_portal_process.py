"""The portal as a process: settings, its ends, and what outlives a restart."""

import json
import signal
import subprocess
import sys

import psutil
import pydantic
import pytest

from fixtures.portal import read_config
from fixtures.portal.faults import Faults
from fixtures.portal.truth import Truth
from tests.doubles.portal import (
    ROOT,
    Address,
    Client,
    PortalWorld,
    SigningAuthority,
    mail_server,
    new_tax_code,
    start,
    write_world,
)
from tests.waiting import until


def test_a_misspelt_setting_is_refused(tmp_path):
    """An unknown key is named, not passed over."""
    write_world(tmp_path, 25, SigningAuthority())
    path = tmp_path / "portal/config.json"
    assert read_config(tmp_path).truth_path == tmp_path.resolve() / "portal/truth.sqlite"
    path.write_text(json.dumps({**json.loads(path.read_text()), "smtp_prot": 1}))
    with pytest.raises(pydantic.ValidationError, match="smtp_prot"):
        read_config(tmp_path)


def test_it_ends_with_its_parent_when_told_to(tmp_path):
    """A portal whose parent was killed ends by itself and gives its port back."""
    write_world(tmp_path, 25, SigningAuthority())
    port_file = tmp_path / "port"
    command = [
        sys.executable,
        "-m",
        "fixtures.portal",
        "--dir",
        str(tmp_path),
        "--port-file",
        str(port_file),
        "--die-with-parent",
    ]
    program = f"import subprocess, time; print(subprocess.Popen({command!r}).pid, flush=True); time.sleep(600)"
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        portal = psutil.Process(int(parent.stdout.readline()))
        until(port_file.exists, "the portal to listen")
        parent.kill()
    portal.wait(10)
    assert not portal.is_running()


def test_a_late_mail_outlives_a_restart(tmp_path):
    """A mail ordered before SIGTERM is sent by the next process, and sessions and the registration stay."""
    authority = SigningAuthority()
    with mail_server() as (catcher, smtp_port):
        trusted = write_world(tmp_path, smtp_port, authority)
        process, port = start(tmp_path)
        world = PortalWorld(tmp_path, Address(port, trusted, tmp_path / "portal/truth.sqlite"), catcher, authority, process)
        client = Client(world, new_tax_code(), {})
        world.faults.set("mail-late", client.tax_code, seconds=2)
        number = client.registered()
        until(lambda: [row["attempts"] for row in world.truth.snapshot()["mails"]] == [1], "the mail to be put off")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert catcher.mails == []
        process, _ = start(tmp_path)
        try:
            assert client.word(client.mail("Kích hoạt"), "Số đăng ký") == number
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0


def test_mail_is_tried_again_when_the_mail_server_is_away(tmp_path):
    """A refused connection is recorded and the mail stays waiting."""
    authority = SigningAuthority()
    with mail_server() as (_, smtp_port):
        pass  # now nobody listens there
    trusted = write_world(tmp_path, smtp_port, authority)
    process, port = start(tmp_path)
    try:
        world = PortalWorld(tmp_path, Address(port, trusted, tmp_path / "portal/truth.sqlite"), None, authority, process)
        Client(world, new_tax_code(), {}).registered()
        until(lambda: [row["error"] for row in world.truth.snapshot()["mails"]] == ["ConnectionRefusedError"], "a failed try")
        assert [row["state"] for row in world.truth.snapshot()["mails"]] == ["waiting"]
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_an_idle_session_ends(tmp_path):
    """After the idle time without use the keep-alive answers 401; used in time it stays."""
    authority = SigningAuthority()
    with mail_server() as (catcher, smtp_port):
        trusted = write_world(tmp_path, smtp_port, authority)
        path = tmp_path / "portal/config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "session_idle_s": 1.5}))
        process, port = start(tmp_path)
        try:
            world = PortalWorld(tmp_path, Address(port, trusted, tmp_path / "portal/truth.sqlite"), catcher, authority, process)
            client = Client(world, new_tax_code(), {}).logged_in()
            assert client.desk.request("GET", "/check")[0] == 200
            with world.truth.write() as db:
                db.execute("UPDATE sessions SET used_at = '2026-01-01T00:00:00.000000+00:00'")
            assert client.desk.request("GET", "/check")[0] == 401
        finally:
            process.terminate()
            assert process.wait(10) == 0


def test_faults_can_be_set_before_the_portal_starts(tmp_path):
    """The ground truth is made by whoever comes first."""
    path = tmp_path / "portal/truth.sqlite"
    Faults(path).set("code-wrong", "9901000019")
    assert Truth(path).snapshot()["faults"][0]["name"] == "code-wrong"
