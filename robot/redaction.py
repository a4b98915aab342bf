"""What a secret looks like once it is written down: `‹password›`.

A `Redactor` is told each secret when it is read, and from then on takes it out of every text that goes to a log, a
file of evidence or a person. It is the net below the source: nothing is handed a secret to write in the first place.
"""

from __future__ import annotations

import html
import json
import threading
from urllib.parse import quote, quote_plus

SHORTEST = 4  # a shorter secret (a two-letter captcha) would blank out ordinary words


class Redactor:
    """Knows the secrets of this process, by name, and takes them out of texts."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._lock = threading.Lock()

    def learn(self, name: str, secret: str) -> None:
        """From now on `secret` is written as `‹name›`: plain, or as an address, a posted form, JSON, HTML or Python writes it."""
        with self._lock:
            self._secrets[secret] = name
            for form in forms(secret):
                if len(form) >= SHORTEST:
                    self._names[form] = name

    @property
    def secrets(self) -> dict[str, str]:
        """What was learnt so far, and under which name: for whoever must see to it that none of it is kept."""
        with self._lock:
            return dict(self._secrets)

    def redact(self, text: str) -> str:
        """`text` without any secret learnt so far; the longest are taken out first."""
        with self._lock:
            known = sorted(self._names.items(), key=lambda item: -len(item[0]))
        for secret, name in known:
            if secret in text:
                text = text.replace(secret, f"‹{name}›")
        return text

    def knows(self, text: str) -> bool:
        """Whether `text` holds a secret."""
        return self.redact(text) != text


def forms(secret: str) -> set[str]:
    """How a secret stands in the texts that a run leaves: HAR and trace are JSON, a log's extras are Python's own notation."""
    in_json = (json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
    in_address = (quote(secret), quote(secret, safe=""), quote_plus(secret))
    return {secret, *in_json, *in_address, repr(secret)[1:-1], html.escape(secret), html.escape(secret, quote=False)}
