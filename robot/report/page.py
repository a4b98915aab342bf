"""The bundle's first page: one file that opens without network, in Vietnamese and English, light and dark, on paper too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import robot
from robot.report.said import Said
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from robot.report.case import Case
    from robot.report.files import Packed, Stayed
    from robot.texts import Language

KIB = 1024


def render(case: Case, packed: Sequence[Packed], stayed: Sequence[Stayed], language: Language) -> str:
    """The page as HTML; `language` is the one that is shown first."""
    files = [(file.name, _size(len(file.data)), Said.of(file.about)) for file in packed]
    left = [(file.name, Said.of(file.why)) for file in stayed]
    return _template().render(case=case, files=files, left=left, first=language, version=robot.__version__)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("robot.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["typed"] = _typed
    environment.globals["t"] = lambda key: Said.of(Text(f"report.{key}"))
    return environment.get_template("bundle.html")


def _typed(said: str) -> Markup:
    """What a person types (`vss-robot doctor`) stands between back-ticks in the catalogue."""
    plain, *rest = said.split("`")
    parts = [Markup.escape(plain)]
    for place, part in enumerate(rest):
        closed = place % 2 == 0 and place + 1 < len(rest)
        parts.append(Markup("<code>{}</code>").format(part) if closed else Markup.escape(part))
    return Markup().join(parts)


def _size(size: int) -> str:
    return f"{size} B" if size < KIB else f"{size / KIB:.0f} KB"
