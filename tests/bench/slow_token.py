"""A token that takes its time: SoftHSM behind a driver that makes each signature last as long as it is told."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from fixtures.token import softhsm_module

SOURCE = Path(__file__).with_name("slow_token.c")


@dataclass(frozen=True)
class SlowToken:
    """The driver in `folder`; a signature takes `sign_ms`."""

    folder: Path
    sign_ms: float

    @property
    def driver(self) -> Path:
        """The driver's file, compiled at the first look."""
        library = self.folder / "libslow.so"
        if not library.exists():
            flags = ["-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
            subprocess.run(["gcc", *flags, "-o", library, SOURCE, "-ldl"], check=True)
        return library

    @property
    def environment(self) -> dict[str, str]:
        """What the driver reads."""
        return {
            "SLOW_TOKEN_DRIVER": str(softhsm_module()),
            "SLOW_TOKEN_MS": str(self.sign_ms),
            "SLOW_TOKEN_LOG": str(self._log),
        }

    @property
    def _log(self) -> Path:
        return self.folder / "signatures.log"

    def signatures(self) -> list[tuple[float, float]]:
        """Begin and end of each signature so far, seconds of the monotonic clock."""
        if not self._log.exists():
            return []
        return [(float(begin), float(end)) for begin, end in (line.split() for line in self._log.read_text().splitlines())]

    def forget(self) -> None:
        """Begin the log anew."""
        self._log.unlink(missing_ok=True)
