"""Chrome's end of a native host's pipes, around the real relay process."""

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot.signing.relay import RelayConfig, install, read

EXTENSION = "a" * 32
CALLER = f"chrome-extension://{EXTENSION}/"
ORIGIN = "https://gddt.baohiemxahoi.gov.vn"
OTHER_ORIGIN = "https://dichvucong.baohiemxahoi.gov.vn"
NONCE = "abcdefgh01234567"
ENDS_S = 20  # generous: two cores may be busy with everything else


def frame(payload: bytes) -> bytes:
    """A payload as it goes over the pipe."""
    return struct.pack("=I", len(payload)) + payload


def encoded(message: Any) -> bytes:
    """A message as a frame's payload."""
    return json.dumps(message).encode()


class Port:
    """One started relay."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def write(self, raw: bytes) -> None:
        self.process.stdin.write(raw)
        self.process.stdin.flush()

    def send(self, message: Any) -> None:
        self.write(frame(message if isinstance(message, bytes) else encoded(message)))

    def read(self) -> Any:
        """The next answer; None where the relay has closed its end."""
        header = self.process.stdout.read(4)
        if not header:
            return None
        return json.loads(self.process.stdout.read(struct.unpack("=I", header)[0]))

    def exchange(self, message: Any) -> Any:
        self.send(message)
        return self.read()

    def ask(self, kind: str, **arguments: Any) -> Any:
        """A token-signing request; an argument given as None is left out."""
        message = {"type": kind, "nonce": NONCE, "origin": ORIGIN, **arguments}
        return self.exchange({name: value for name, value in message.items() if value is not None})

    def hang_up(self) -> tuple[bytes, int]:
        """Close the browser's end; what the relay still said, and its exit status."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        return rest, self.process.wait(ENDS_S)


@dataclass(frozen=True)
class Installed:
    """A launcher with its config."""

    launcher: Path
    config: RelayConfig

    @property
    def transcript(self) -> list[dict[str, Any]]:
        return read(Path(self.config.transcript))

    @contextmanager
    def port(self, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[Port]:
        """Start it as Chrome does. Whatever happens, it prints nothing on stderr, and it is gone afterwards."""
        process = subprocess.Popen(
            [self.launcher, *(arguments or (CALLER,))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", **(environment or {})},
        )
        with process:
            try:
                yield Port(process)
                if not process.stdin.closed:
                    process.stdin.close()
                process.wait(ENDS_S)
            finally:
                process.kill()
            assert process.stderr.read() == b""


def installed(folder: Path, **settings: Any) -> Installed:
    """Install a relay into `folder`, by default in mode pkcs11 for the two portals' origins."""
    defaults = {
        "mode": "pkcs11",
        "transcript": str(folder / "transcript.jsonl"),
        "extension_ids": (EXTENSION,),
        "allowed_origins": (ORIGIN, OTHER_ORIGIN),
        "version": "1.0",
    }
    folder.mkdir(parents=True, exist_ok=True)
    config = RelayConfig(**{**defaults, **settings})
    return Installed(install(folder / "relay", Path(sys.executable), config), config)
