"""The sign of life after a night: a file with the time, an address that is called. What is missing tells that no night ran."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from loguru import logger

from robot.errors import VaultClosed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.drive.office import Office

CALL_S: Final = 20


def beat(office: Office, facts: Mapping[str, Any]) -> list[str]:
    """Give the sign; returns what could not be done, by the setting's key. Nothing is raised: the night is over and booked."""
    known, failed = office.settings.schedule, list[str]()
    written = json.dumps(dict(facts), ensure_ascii=False, default=str) + "\n"
    if known.heartbeat_file is not None:
        draft = known.heartbeat_file.with_name(f".{known.heartbeat_file.name}.tmp")
        try:
            known.heartbeat_file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(written, encoding="utf-8")
            draft.replace(known.heartbeat_file)
        except OSError as wrong:
            failed.append("schedule.heartbeat_file")
            logger.bind(action="heartbeat").warning(str(wrong))
    if known.heartbeat_url is not None and not _called(office, known.heartbeat_url, written.encode()):
        failed.append("schedule.heartbeat_url")
    return failed


def _called(office: Office, reference: str, body: bytes) -> bool:
    """POST the facts; the address may hold a token, and is not logged."""
    try:
        address = office.vault.get(reference)
        if not address.startswith(("https://", "http://")):
            logger.bind(action="heartbeat", address=reference).warning("not an http address")
            return False
        call = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - looked at above
        with urllib.request.urlopen(call, timeout=CALL_S) as answer:  # noqa: S310 - the same
            answer.read(1000)
    except (VaultClosed, OSError, ValueError) as wrong:  # URLError and HTTPError are OSErrors
        logger.bind(action="heartbeat", address=reference).warning(type(wrong).__name__)
        return False
    return True
