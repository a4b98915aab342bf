"""What a secret looks like once it is written down: `‹password›`.

A `Redactor` is told each secret when it is read, and from then on takes it out of every text that goes to a log, a
file of evidence or a person. It is the net below the source: nothing is handed a secret to write in the first place.
"""

from __future__ import annotations

import threading
from urllib.parse import quote

SHORTEST = 4  # a shorter secret (a two-letter captcha) would blank out ordinary words


class Redactor:
    """Knows the secrets of this process, by name, and takes them out of texts."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()

    def learn(self, name: str, secret: str) -> None:
        """From now on `secret`, plain or percent-encoded, is written as `‹name›`."""
        with self._lock:
            for form in {secret, quote(secret), quote(secret, safe="")}:
                if len(form) >= SHORTEST:
                    self._names[form] = name

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
