"""The other tools: in a virtual environment of their own, each as one process that sends the dossiers of a task."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.world import Layout
from fixtures.world.layout import CHECKOUT
from fixtures.world.passwords import open_world_vault, pin_name
from robot import settings
from robot.ledger import Ledger
from robot.signing.desk import Errand, signing_for
from tests.bench.dossiers import Dossier
from tests.bench.pairs import Spent, spent
from tests.bench.peers.task import write_task
from tests.bench.slow_token import SlowToken

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
MANY = 10_000  # signatures: nobody counts the dossiers of other tools
ROBOT_FRAMEWORK, SELENIUM, PLAYWRIGHT = "Robot Framework Browser", "Selenium", "Playwright's Python"


def environment_of_tools() -> Path:
    """The Python of `.world/peers`, made where it is not there or its versions are others.

    Raises:
        subprocess.CalledProcessError: the packages cannot be installed.
    """
    folder = CHECKOUT / ".world" / "peers"
    python, stamp, wanted = folder / "bin" / "python", folder / "requirements.txt", REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"installing the other tools into {folder}\n")
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", REQUIREMENTS], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return python


class Tools:
    """The tools on one world, their signatures made by an agent of the robot's over the slow token, as the night's are."""

    def __init__(self, layout: Layout, key: str, token: SlowToken, python: Path) -> None:
        self._layout = layout
        self._key = key
        self._token = token
        self._python = python

    def send(self, tool: str, dossiers: list[Dossier]) -> Spent:
        """Send them by a tool, from its start to its end.

        Raises:
            RuntimeError: not every one has a number.
            subprocess.CalledProcessError: the tool failed.
        """
        folder = self._layout.directory / "peers" / tool.split(maxsplit=1)[0].lower()
        folder.mkdir(parents=True, exist_ok=True)
        numbers = folder / "numbers.json"
        numbers.unlink(missing_ok=True)
        with self._signing(folder) as host:
            task = write_task(self._layout, self._key, folder, dossiers, host)
            took = spent(self._command(tool, task), cwd=folder, env=self._environment())
        sent = json.loads(numbers.read_text(encoding="utf-8"))
        if len({number for number in sent if number}) != len(dossiers):
            message = f"{tool}: {len(sent)} numbers for {len(dossiers)} dossiers"
            raise RuntimeError(message)
        return took

    def _command(self, tool: str, task: Path) -> list[str]:
        if tool == PLAYWRIGHT:
            return [sys.executable, str(HERE / "bare.py"), str(task)]
        if tool == SELENIUM:
            return [str(self._python), str(HERE / "with_selenium.py"), str(task)]
        options = ["--output", "NONE", "--log", "NONE", "--report", "NONE", "--variable", f"TASK:{task}"]
        return [str(self._python), "-m", "robot", *options, str(HERE / "submit.robot")]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}}
        return kept | {"PATH": os.pathsep.join([str(self._python.parent), os.environ["PATH"]])}

    @contextmanager
    def _signing(self, folder: Path) -> Iterator[Path]:
        """The program that the native host's manifest is to name, an agent behind it."""
        loaded = settings.load(self._layout.settings_pkcs11)
        signing = loaded.signing.model_copy(update={"driver": str(self._token.driver)})
        loaded = loaded.model_copy(update={"signing": signing})
        pin = open_world_vault(self._layout).get(pin_name(self._layout, self._key)).encode()
        with Ledger.open(loaded.ledger, loaded.home) as ledger:
            run = ledger.begin_run("bench", self._key, {}, folder / "evidence")
            evidence = folder / "evidence" / run
            evidence.mkdir(parents=True)
            errand = Errand(run, evidence, folder / "profile", MANY, attended=True)
            desk = signing_for(loaded, loaded.organisations[self._key], errand, pin)
            try:
                assert desk.host_program is not None
                yield desk.host_program
            finally:
                desk.close()
                ledger.end_run(run, "done")
