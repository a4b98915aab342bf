"""A fault of a dossier: which file, form, row and field, what the rule asks and how to mend it.

One model for what the robot's own check finds before an upload and for what the portal's verdict says after it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from robot.texts import Language, Text

Severity = Literal["error", "warning"]
CONTAINER = "Hoso"  # the form's code in a fault that concerns the container itself
LONGEST_SHOWN = 80  # letters of a value


@dataclass(frozen=True)
class Fault:
    """One fault.

    `file` is the name of the file given; `form` the code of the form in it (`D02-TS`), `Hoso` for the container, empty for the
    file as such; `row` is counted from 1, None where the form has no rows or the fault is not in one; `field` is the official
    name (`Masobhxh`) and `label_vi` what a person calls it; `value_masked` is fit to be shown (see `shown`). `rule` is the
    sentence of what is asked: the last part of its key names the rule for programs. `guess` says that the rule rests on no
    source: such a fault is always a warning. `inner` is the form's file name in the container
    (there may be several of one code).
    """

    file: str
    form: str
    row: int | None
    field: str
    label_vi: str
    value_masked: str
    rule: Text
    mend: Text
    severity: Severity = "error"
    guess: bool = False
    inner: str = ""

    def __post_init__(self) -> None:
        if self.guess and self.severity == "error":
            message = f"{self.rule_name}: a guess is a warning"
            raise ValueError(message)

    @property
    def rule_name(self) -> str:
        """The rule's stable name, such as `digits`."""
        return self.rule.key.rpartition(".")[2]

    @property
    def place(self) -> tuple[str, int, str]:
        """Form, row (0 for none) and field: what two checkers are compared by."""
        return self.form, self.row or 0, self.field

    def as_json(self, language: Language) -> dict[str, Any]:
        """The fault for a program or a file; sentences in `language`."""
        return {
            "file": self.file,
            "form": self.form,
            "inner": self.inner,
            "row": self.row,
            "field": self.field,
            "label": self.label_vi,
            "value": self.value_masked,
            "rule": self.rule_name,
            "says": self.rule.say(language),
            "mend": self.mend.say(language),
            "severity": self.severity,
            "guess": self.guess,
        }


def shown(value: str, *, personal: bool = False) -> str:
    """A value fit for a line on a screen: control characters made visible, at most `LONGEST_SHOWN` letters, NFC.

    A personal one is masked: of each word only its first letter, of numbers only the last two digits, the length kept, since a
    wrong length is what people look for.
    """
    line = "".join(letter if letter.isprintable() else "␣" if letter.isspace() else "�" for letter in value)
    line = unicodedata.normalize("NFC", line)
    if personal:
        line = " ".join(_masked(word) for word in line.split(" "))
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


def _masked(word: str) -> str:
    if not any(letter.isdigit() for letter in word):
        return word[:1] + "•" * (len(word) - 1)
    kept = 2 if len(word) > 4 else 0  # noqa: PLR2004 - of a short number nothing is kept
    return "•" * (len(word) - kept) + word[len(word) - kept :]
