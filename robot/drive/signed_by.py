"""Who signs in a run, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.texts import Text

if TYPE_CHECKING:
    from robot.ledger import Run


def signed_by(run: Run) -> Text | None:
    """Who signs in a run, and by whose consent; None where it never came to that."""
    facts = run.signing
    if not facts:
        return None
    if facts.get("mode") == "vendor":
        return Text("labels.signing_vendor")
    if "authorised_by" in facts:
        return Text("labels.signing_consented", {name: facts[name] for name in ("authorised_by", "until")})
    return Text("labels.signing_attended")
