"""What a run waits for and needs nobody's word to begin: the agent's process and Playwright's driver, both started at once.

While they come up, another thread loads the modules that the run itself needs. Nothing of it knows a secret or touches portal,
token or books; what is not used in the end is ended. Whatever goes wrong here is left to the run's own, later try to tell.
"""

from __future__ import annotations

import contextlib
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Final, Self

from robot.signing.agent.client import begin_agent, dismiss_agent

if TYPE_CHECKING:
    import subprocess
    from types import TracebackType

    from robot.browser.launch import Started
    from robot.settings import Settings

MODULES: Final = ("robot.drive.run", "robot.flow.declare", "robot.diagnosis.cheap", "rich.console")
SEALED: Final = ("keyrings.cryptfile.cryptfile", "argon2.low_level", "Crypto.Cipher.AES")  # what the vault's file is read by


class Ahead:
    """What was begun for one run of an organisation; ended with the block where nobody has taken it over."""

    def __init__(self, settings: Settings, key: str) -> None:
        self._settings = settings
        self._key = key
        self._agent: subprocess.Popen[bytes] | None = None
        self._driver: Started | None = None

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            self._agent = begin_agent(signs=self._settings.signing.mode == "pkcs11")
        # By this thread alone: only one loads modules at a time.
        from robot.browser.launch import start_ahead  # noqa: PLC0415 - Playwright is loaded when the agent is on its way
        from robot.browser.profile import Profile  # noqa: PLC0415 - the same

        names = (*MODULES, *(SEALED if self._settings.vault.backend == "file" else ()))
        loading = threading.Thread(target=_load, args=(names,), name="loading")
        loading.start()
        self._driver = start_ahead(Profile(self._settings.home / "profiles" / self._key))
        loading.join()
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None) -> None:
        if self._driver is not None:
            self._driver.end()
        agent = self.take_agent()
        if agent is not None:
            dismiss_agent(agent)

    @property
    def driver(self) -> Started | None:
        """Playwright's driver, for the first browser."""
        return self._driver

    def take_agent(self) -> subprocess.Popen[bytes] | None:
        """The agent's process, once, for whoever gives it its task."""
        agent, self._agent = self._agent, None
        return agent


def _load(names: tuple[str, ...]) -> None:
    for name in names:
        with contextlib.suppress(Exception):
            import_module(name)
