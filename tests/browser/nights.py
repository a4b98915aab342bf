"""What tests of whole nights share: dossiers in the queue, the command as a process with its events."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.softhsm import softhsm_environment
from fixtures.world.robot import robot_command

ORGANISATION = "hoa-binh"
SAMPLES = ("BHXHDienTu.xml", "BHXHDienTu-full.xml", "Báo tăng lao động đợt đầu.xml", "BHXHDienTu.zip")


def of_tabs(world, home: Path, tabs: int) -> dict[str, str]:
    """The robot signs itself, by the token's driver; files of the outbox count as whole at once; so many tabs."""
    return {
        "VSS_ROBOT_SETTINGS": str(world.layout.settings_pkcs11),
        "VSS_ROBOT_HOME": str(home),
        "VSS_ROBOT_OUTBOX__STABLE_S": "0.1",
        "VSS_ROBOT_NIGHTLY__TABS": str(tabs),
    }


def planned(world, variables, round_number, samples=SAMPLES[:3]) -> None:
    """Put dossiers into the queue."""
    files = [str(world.dossier(ORGANISATION, name)) for name in samples]
    added = world.robot("queue", "add", "--org", ORGANISATION, "--round", round_number, *files, **variables)
    assert added.exit_code == 0, added.talk


def events(out: str) -> list[dict]:
    """What a night has told."""
    return [json.loads(line) for line in out.splitlines()]


@contextmanager
def running(world, variables) -> Iterator[subprocess.Popen]:
    """The command, with its events on `stdout`."""
    with world.layout.pass_phrase.open("rb") as phrase:
        environment = os.environ | softhsm_environment(world.layout.directory) | variables
        environment["VSS_ROBOT_VAULT_FD"] = str(phrase.fileno())
        process = subprocess.Popen(
            [*robot_command(), "nightly", "--org", ORGANISATION, "--json"],
            env=environment,
            pass_fds=(phrase.fileno(),),
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()
