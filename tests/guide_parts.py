"""The generated parts of the guides: what is in the code and the catalogue already, as Markdown."""

import ast
import inspect
import re
import types
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from robot import errors
from robot.diagnosis.causes import CAUSES
from robot.diagnosis.codes import CHAIN
from robot.ledger.item import STATES
from robot.recording import model
from robot.recording.model import Frame, Recording
from robot.texts import Language, catalogue

EMPTY = {"PydanticUndefined": " ", "None": " ", "()": "empty", "{}": "empty", "''": "empty"}
ROOT = Path(__file__).parents[1]
WORDS = {
    "vi": {
        "certain": "chắc chắn",
        "likely": "nhiều khả năng",
        "remedy": "Cách xử lý",
        "sure": "Mức chắc chắn",
        "itself": "Robot tự làm được: `vss-robot doctor --fix`.",
        "unknown": "chưa rõ nguyên nhân",
        "outcomes": "| kết quả | nghĩa là | mã thoát |",
        "states": "| trạng thái | nghĩa là |",
        "rules": "| quy tắc | sai ở đâu | cách sửa |",
    },
    "en": {
        "certain": "certain",
        "likely": "likely",
        "remedy": "Remedy",
        "sure": "Certainty",
        "itself": "The robot can do it by itself: `vss-robot doctor --fix`.",
        "unknown": "cause unknown",
        "outcomes": "| outcome | what it means | exit code |",
        "states": "| state | what it means |",
        "rules": "| rule | what is wrong | how to mend it |",
    },
}


def finding_chapter(language: Language) -> str:
    """Every finding by its link, in the order of the chain: what it means, how certain it is, what to do."""
    said, words = catalogue(language), WORDS[language]
    lines: list[str] = []
    for link, codes in CHAIN:
        lines += [f"## {_capital(said[f'links.{link}'])}", ""]
        for code in codes:
            cause = CAUSES[code]
            lines += [f"### `{code}`", "", _sentence(said[cause.text]), ""]
            lines += [f"- **{words['remedy']}:** {_blanked(said[cause.remedy])}"]
            lines += [f"- **{words['sure']}:** {words[cause.certainty]}"]
            lines += [f"- {words['itself']}"] if cause.may_apply else []
            lines.append("")
    lines += [f"## {_capital(words['unknown'])}", "", f"{said['findings.all_answer']}.", ""]
    lines.append(f"- **{words['remedy']}:** {said['findings.remedy_person']}")
    return "\n".join(lines)


def dossier_rules(language: Language) -> str:
    """Every rule that a dossier is checked by."""
    said = catalogue(language)
    lines = [WORDS[language]["rules"], "|---|---|---|"]
    for key, text in said.items():
        table, _, rule = key.partition(".")
        if table == "rules":
            lines.append(f"| `{rule}` | {_cell(_blanked(text))} | {_cell(_blanked(said[f'mends.{rule}']))} |")
    return "\n".join(lines)


def outcomes(language: Language) -> str:
    """How a run may end, with the exit code."""
    said = catalogue(language)
    codes = {"done": 0}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.RobotError):
            codes.setdefault(kind.outcome, kind.exit_code)
    lines = [WORDS[language]["outcomes"], "|---|---|---|"]
    return "\n".join(lines + [f"| `{name}` | {said[f'outcomes.{name}']} | {code} |" for name, code in codes.items()])


def dossier_states(language: Language) -> str:
    """How far a dossier of the queue has come."""
    lines = [WORDS[language]["states"], "|---|---|"]
    return "\n".join(lines + [f"| `{state}` | {catalogue(language)[f'item_states.{state}']} |" for state in STATES])


def recording_format(_: str) -> str:
    """The files of a recording, and each field of its models with what stands in it."""
    layout = inspect.cleandoc(model.__doc__ or "").split("\n\n")
    tree = ast.parse(inspect.getsource(model))
    about = {kind.name: _field_texts(kind) for kind in tree.body if isinstance(kind, ast.ClassDef)}
    lines = ["```text", inspect.cleandoc(layout[2]), "```", "", layout[3]]
    for kind in (Recording, *_inner(Recording), Frame):
        lines += ["", f"**{kind.__name__}**: {' '.join((kind.__doc__ or '').split())}", ""]
        lines += ["| field | kind | default | what for |", "|---|---|---|---|"]
        for name, field in kind.model_fields.items():
            default = EMPTY.get(repr(field.default)) or f"`{field.default!r}`"
            text = about[kind.__name__].get(name, "")
            lines.append(f"| `{name}` | {_cell(_kind(field.annotation))} | {default} | {_cell(text)} |")
    return "\n".join(lines)


def file(name: str) -> str:
    """A file of the checkout as it is."""
    kind = {".py": "python", ".toml": "toml"}[Path(name).suffix]
    return f"```{kind}\n{(ROOT / name).read_text(encoding='utf-8').strip()}\n```"


PARTS = {
    "finding chapter": finding_chapter,
    "dossier rules": dossier_rules,
    "outcomes": outcomes,
    "dossier states": dossier_states,
    "recording format": recording_format,
    "file": file,
}


def _inner(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models that a model's fields hold, in order, of this room alone."""
    for field in kind.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == model.__name__:
                yield part


def _field_texts(kind: ast.ClassDef) -> dict[str, str]:
    """What stands as a text below each field of a class."""
    texts = {}
    for before, after in zip(kind.body, kind.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(after, ast.Expr):
            texts[before.target.id] = " ".join(str(ast.literal_eval(after.value)).split())
    return texts


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), [part for part in get_args(annotation) if part is not Ellipsis]
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in inner)
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    if origin is dict:
        return f"table of {_kind(inner[1])}"
    if origin in {Union, types.UnionType}:
        return " or ".join("left out" if part is type(None) else _kind(part) for part in inner)
    names = {str: "text", int: "number", float: "number", datetime: "time", Any: "anything"}
    return names.get(annotation) or annotation.__name__


def _blanked(text: str) -> str:
    """A sentence of the catalogue without a case to fill it: a name in capitals within a command, else three dots."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"\{\w+\}", "…", part) for part in parts[::2]]
    parts[1::2] = [re.sub(r"\{(\w+)\}", lambda name: name[1].upper(), part) for part in parts[1::2]]
    return "`".join(parts)


def _sentence(text: str) -> str:
    """The same as a sentence."""
    blanked = _blanked(text)
    return blanked if blanked.endswith("…") else f"{blanked}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
