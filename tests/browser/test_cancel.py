"""A run that a person stops, and one that is killed."""

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from fixtures.world.robot import robot_command
from tests.waiting import alive, until

WITHIN_S = 5


@pytest.mark.parametrize("how", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGTERM])
def test_a_stopped_run_leaves_no_process_and_is_booked_as_cancelled(world, how):
    """Ctrl-C in the middle of a wait: browser and hosts are gone within 5 s, the outcome is cancelled, exit code 130."""
    with _waiting_run(world) as process:
        children = _browser(process.pid)
        process.send_signal(how)
        out, talk = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 130, talk
    assert json.loads(out)["outcome"] == "cancelled"
    assert "Traceback" not in talk
    until(lambda: not alive(children), "browser and hosts to be gone", WITHIN_S)
    newest = json.loads(world.robot("runs", "--org", "bach-dang", "--json").out)[0]
    assert newest["outcome"] == "cancelled"


def test_a_killed_run_leaves_no_browser_and_is_booked_as_abandoned(world):
    """Kill -9 of the robot: its browser goes too, what was written stays, and the next look at the books says abandoned."""
    with _waiting_run(world) as process:
        children = _browser(process.pid)
        process.kill()
        process.communicate(timeout=WITHIN_S)
    until(lambda: not alive(children), "the browser to be gone", WITHIN_S)
    newest = json.loads(world.robot("runs", "--org", "bach-dang", "--json").out)[0]
    assert newest["outcome"] == "abandoned"
    assert (Path(newest["evidence"]) / "network.jsonl").exists()


def _waiting_run(world) -> subprocess.Popen:
    """A run that has asked for the form and waits for it in vain; as long as a minute."""
    environment = os.environ | {
        "VSS_ROBOT_SETTINGS": str(world.layout.settings),
        "VSS_ROBOT_TIMERS__FORM_S": "60",
        "VSS_ROBOT_SIGNING__HOST_NAME": "vn.gov.nobody",
    }
    process = subprocess.Popen(
        [*robot_command(), "run", "register", "--org", "bach-dang", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    folder = world.layout.settings.parent / "evidence"
    before = set(folder.glob("*"))

    def asked() -> bool:
        fresh = [run for run in folder.glob("*") if run not in before or run.stat().st_mtime > started]
        return any("/api/dang-ky/kiem-tra" in _read(run / "network.jsonl") for run in fresh)

    started = psutil.Process(process.pid).create_time()
    until(asked, "the run to ask for the form", 60)
    return process


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _browser(pid: int) -> list[psutil.Process]:
    children = psutil.Process(pid).children(recursive=True)
    assert any("--user-data-dir" in " ".join(child.cmdline()) for child in children)
    return children
