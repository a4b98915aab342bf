"""A dossier as it was read: the container's fields, the files it declares, their forms and rows. Bytes are kept as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["container", "zip", "form"]
ATTACHMENT = "CT-DK"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a form, counted from 1: values by official name, blanks around them left out.

    `twice` names what stands in it more than once; its first value is the one in `fields`.
    """

    number: int
    fields: Mapping[str, str]
    twice: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One inner form: its code (MaToKhai), file name, root element, its own fields and its rows.

    `number` is that of its FileToKhai, 0 for a single form. `why` says why it could not be read (then root, fields and rows are
    empty).
    """

    code: str
    file_name: str
    raw: bytes = field(repr=False)
    root: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    rows: tuple[Row, ...] = field(default=(), repr=False)
    why: str = ""
    number: int = 0


@dataclass(frozen=True)
class Declared:
    """One `FileToKhai`: its own fields but the content, `length` of the content in letters of base64, and what it decodes to.

    `raw` is None where it is not base64.
    """

    number: int
    fields: Mapping[str, str]
    twice: tuple[str, ...]
    length: int
    raw: bytes | None = field(repr=False)

    @property
    def code(self) -> str:
        """MaToKhai."""
        return self.fields.get("MaToKhai", "")

    @property
    def file_name(self) -> str:
        """TenFile."""
        return self.fields.get("TenFile", "")

    @property
    def is_form(self) -> bool:
        """Whether it is declared as XML, by its name or its kind (LoaiFile)."""
        return ".xml" in {PurePath(self.file_name).suffix.lower(), self.fields.get("LoaiFile", "").lower()}


@dataclass(frozen=True)
class Dossier:
    """A dossier in memory.

    `size` and `sha256` are those of the file that would be sent, a zip as it is; `raw` is the XML document in it. `kind` form is
    a single inner form: it has no container's fields, and `declared` is empty. `fields` are those of ThongTinDonVi and
    ThongTinHoSo by official name; `agency` is CoQuanQuanLy, `unit` MaSoBHXH, `period` KyKeKhai MM/yyyy.
    """

    file: Path
    size: int
    sha256: str
    kind: Kind
    raw: bytes = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    declared: tuple[Declared, ...] = ()
    forms: tuple[Form, ...] = ()

    @property
    def attachments(self) -> tuple[Declared, ...]:
        """What is declared and is no form."""
        return tuple(file for file in self.declared if not file.is_form)

    @property
    def unit(self) -> str:
        """The unit's code."""
        return self.fields.get("MaSoBHXH", "")

    @property
    def agency(self) -> str:
        """The VSS agency."""
        return self.fields.get("CoQuanQuanLy", "")

    @property
    def tax_code(self) -> str:
        """The tax code as it stands in the container."""
        return self.fields.get("MaSoThue", "")

    @property
    def procedure(self) -> str:
        """MaThuTuc."""
        return self.fields.get("MaThuTuc", "")

    @property
    def period(self) -> str:
        """KyKeKhai."""
        return self.fields.get("KyKeKhai", "")

    def natural_key(self, round_number: int) -> str:
        """Unit, procedure, period and round: what makes two files the same matter at the VSS (as `DossierHead.business_key`)."""
        return f"{self.unit}/{self.procedure}/{self.period}/{round_number:02d}"
