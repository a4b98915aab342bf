"""A look at the tokens in a process of its own: a vendor's driver that crashes or hangs takes nothing else with it."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from robot import errors
from robot.errors import DriverFailed, RobotError
from robot.signing.token.certificate import TokenCertificate, read_certificate
from robot.signing.token.driver import open_driver
from robot.signing.token.token import PinState, Token

WAIT_S = 30.0


def list_tokens(driver: Path, wait_s: float = WAIT_S) -> list[Token]:
    """The tokens that a driver shows, with their certificates.

    Raises:
        DriverFailed: as `open_driver`; and where the driver crashed or did not answer within `wait_s`.
    """
    # The child sees the modules that this process sees, and no others that lie where it was started.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", __spec__.name, str(driver)]
    try:
        child = subprocess.run(  # noqa: S603 - our own module
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=wait_s, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise DriverFailed("driver_silent", file=driver, seconds=wait_s) from None
    try:
        answer = json.loads(child.stdout.splitlines()[-1])  # a driver may print lines of its own
    except (IndexError, ValueError):
        raise DriverFailed("driver_crashed", file=driver, status=child.returncode) from None
    if "error" in answer:
        raise getattr(errors, answer["error"])(answer["key"], **answer["fills"])
    return [_token(row) for row in answer["tokens"]]


def _row(token: Token) -> dict[str, Any]:
    row = dataclasses.asdict(token) | {"pin_state": token.pin_state.value}
    row["certificates"] = [
        {"der": _b64(held.der), "key_id": _b64(held.key_id), "label": held.label, "has_key": held.has_key}
        for held in token.certificates
    ]
    return row


def _token(row: dict[str, Any]) -> Token:
    certificates = [_certificate(held) for held in row.pop("certificates")]
    return Token(**{**row, "pin_state": PinState(row["pin_state"]), "certificates": certificates})


def _certificate(held: dict[str, Any]) -> TokenCertificate:
    der, key_id = (base64.b64decode(held[name]) for name in ("der", "key_id"))
    return read_certificate(der, key_id, held["label"], has_key=held["has_key"])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def main() -> None:
    """The child: a driver's path as its one argument, one line of JSON as its answer."""
    try:
        with open_driver(Path(sys.argv[1])) as driver:
            answer: dict[str, Any] = {"tokens": [_row(token) for token in driver.tokens()]}
    except RobotError as wrong:
        key = wrong.text.key.removeprefix("errors.")
        fills = {name: str(value) for name, value in wrong.text.fills.items()}
        answer = {"error": type(wrong).__name__, "key": key, "fills": fills}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
