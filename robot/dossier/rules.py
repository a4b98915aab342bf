"""Rules as data: what a container, a procedure and a form ask, read from the TOML files of a folder.

A new form is a new file in `profiles/forms`; an office's own folder (`dossier.rules_dir`) is laid over the robot's, file by file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field, ValidationError, field_validator

from robot.dossier.crossing import PREDICATES
from robot.dossier.values import KINDS
from robot.errors import DossierUnreadable
from robot.settings.kinds import Strict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

Model = TypeVar("Model", bound=Strict)


class FieldRule(Strict):
    """One field: official name, Vietnamese label, and what its value must be.

    `kind` is one of `values.KINDS`, `usual` another one that is only warned of; `most` counts letters, `above` is a number the
    value must exceed. `same_as` names a field of the container that must say the same. `guess`: no source says so, so its faults
    are warnings.
    """

    name: str = Field(min_length=1)
    label: str = Field(min_length=1)
    kind: str = "text"
    usual: str = "text"
    required: bool = False
    most: int | None = Field(None, ge=1)
    above: float | None = None
    one_of: tuple[str, ...] = ()
    same_as: str = ""
    personal: bool = False
    guess: bool = False

    @field_validator("kind", "usual")
    @classmethod
    def _is_kind(cls, kind: str) -> str:
        return _known(kind, KINDS)


class FormRules(Strict):
    """One form. `rows` is the path of its rows from the root, empty where it has none; `checks` are names in `crossing`.

    `signature` is the element that its signature stands in.
    """

    code: str = Field(min_length=1)
    name: str
    signature: str = "Cky"
    rows: str = ""
    fields: tuple[FieldRule, ...] = ()
    row: tuple[FieldRule, ...] = ()
    checks: tuple[str, ...] = ()

    @field_validator("checks")
    @classmethod
    def _are_checks(cls, checks: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known(check, PREDICATES) for check in checks)


class ContainerRules(Strict):
    """`BHXHDienTu.xml`: its fields, those of each declared file, and the kinds an attachment may have.

    `roots` has the root elements of forms (by MaToKhai) that are called other than their root.
    """

    signature: str = "CKy_Dvi"
    attachment_kinds: tuple[str, ...]
    form_suffix: str = "-595"
    roots: dict[str, str] = Field(default_factory=dict)
    fields: tuple[FieldRule, ...]
    file: tuple[FieldRule, ...]


class ProcedureRules(Strict):
    """One procedure (MaThuTuc): forms it needs; forms it may have besides, None where that is not known."""

    code: str = Field(min_length=1)
    name: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Rules:
    """All rules there are, by code."""

    container: ContainerRules
    forms: Mapping[str, FormRules]
    procedures: Mapping[str, ProcedureRules]

    def root_of(self, code: str) -> str:
        """The root element of the form that a container calls `code`."""
        return self.container.roots.get(code, code)


def load_rules(own: Path | None = None) -> Rules:
    """The robot's rules, an office's own files laid over them where the same name or a new one stands.

    Raises:
        DossierUnreadable: `dossier_rules_wrong`: not TOML, or a key that is not known.
    """
    shipped = files(__package__).joinpath("profiles")
    folders: list[Traversable] = [shipped, *([own] if own else [])]

    def read(kind: str, model: type[Model]) -> list[Model]:
        found: dict[str, Traversable] = {}
        for folder in folders:
            part = folder.joinpath(kind)
            found |= {entry.name: entry for entry in part.iterdir()} if part.is_dir() else {}
        return [_read(file, model) for name, file in sorted(found.items()) if name.endswith(".toml")]

    containers = [entry for folder in folders if (entry := folder.joinpath("container.toml")).is_file()]
    return Rules(
        _read(containers[-1], ContainerRules),
        {form.code: form for form in read("forms", FormRules)},
        {procedure.code: procedure for procedure in read("procedures", ProcedureRules)},
    )


def _read(file: Traversable, model: type[Model]) -> Model:
    try:
        return model.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DossierUnreadable("dossier_rules_wrong", file=file, why=why) from wrong
    except (OSError, ValueError) as wrong:
        raise DossierUnreadable("dossier_rules_wrong", file=file, why=wrong) from wrong


def _known(name: str, names: Mapping[str, object]) -> str:
    if name not in names:
        message = f"{name!r} is none of {', '.join(sorted(names))}"
        raise ValueError(message)
    return name
