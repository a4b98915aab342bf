"""Web addresses in a mail, and which of them lead to the portal and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS = re.compile(r"""[a-z][a-z0-9+.-]{1,20}://[^\s<>"']+""", re.IGNORECASE)
# Plain ASCII only: no user, no port, no backslash, no final dot, so that no two programs can read it differently.
_PLAIN = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#][!-\[\]-~]*)?", re.IGNORECASE)
_AFTER = ".,;:!?)]}»”’"


def in_text(text: str) -> list[str]:
    """The addresses with a scheme in a plain text, without the punctuation after them."""
    return [trimmed(found) for found in _ADDRESS.findall(text)]


def trimmed(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    return address.rstrip(_AFTER)


def leads_to(address: str, hosts: Iterable[str]) -> bool:
    """Whether it is https on exactly one of `hosts`; a look-alike, user, port or non-ASCII letter is not."""
    found = _PLAIN.fullmatch(address)
    return found is not None and found[1].lower() in {host.lower() for host in hosts}
