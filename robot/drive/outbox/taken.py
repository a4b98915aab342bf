"""What became of a file that was found in the outbox, and the reasons written beside one that was refused."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from robot.errors import DossierFaulty, DossierUnreadable
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from robot.drive.intake import Compared
    from robot.errors import UsageError
    from robot.ledger.item import Item
    from robot.texts import Language

# "dot 02", "đợt-2", "Dot02": the round in a file's or folder's name.
ROUND: Final = re.compile(r"(?<![^\W_])(?:dot|đợt)[ ._-]{0,2}(?P<round>[0-9]{1,2})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """A file of the outbox: `planned` as `item`, `held` for consent, `refused` for the reason `said`, or `left` for later.

    `file` is where it lies now. `corrects` is there where it takes the place of a dossier that the portal has refused.
    """

    organisation: str
    outcome: Literal["planned", "held", "refused", "left"]
    file: Path
    item: Item | None = None
    said: Text | None = None
    faults: Mapping[Language, Sequence[Mapping[str, Any]]] | None = None
    corrects: Compared | None = None


def round_of(file: Path, root: Path) -> int:
    """The round that a file's name or the nearest folder below `root` names; 1 where none does.

    Raises:
        DossierUnreadable: `round_unclear`: a name holds several rounds, or one that is none.
    """
    for part in (file.name, *(folder.name for folder in file.parents if folder != root and root in folder.parents)):
        found = {int(match["round"]) for match in ROUND.finditer(unicodedata.normalize("NFC", part))}
        if len(found) > 1 or found == {0}:
            raise DossierUnreadable("round_unclear", file=file, found=", ".join(str(number) for number in sorted(found)))
        if found:
            return found.pop()
    return 1


def reasons_of(wrong: UsageError, speaks: Language) -> dict[str, str]:
    """The files beside a refused dossier: for a person, and for a program."""
    faults = list(wrong.faults[speaks]) if isinstance(wrong, DossierFaulty) else []
    return reasons(wrong.text.say(speaks), faults, speaks)


def reasons(said: str, faults: Sequence[Mapping[str, Any]], speaks: Language) -> dict[str, str]:
    """The same from a sentence and faults as `Fault.as_json` has them."""
    lines = [said]
    for fault in faults:
        fills = {name: fault[name] for name in ("form", "label", "field", "value", "says")} | {"row": fault["row"] or "-"}
        lines.append("- " + Text("labels.verdict_fault", fills).say(speaks))
        if fault.get("mend"):
            lines.append(f"  → {fault['mend']}")
    told = json.dumps({"said": said, "faults": list(faults)}, ensure_ascii=False, indent=1)
    return {"faults.txt": "\n".join(lines) + "\n", "faults.json": told + "\n"}
