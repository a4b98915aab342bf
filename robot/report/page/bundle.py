"""The bundle's first page: one file that opens without network, in Vietnamese and English, light and dark, on paper too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.report.page.environment import rendered
from robot.report.said import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot.report.case import Case
    from robot.report.files import Packed, Stayed
    from robot.texts import Language

KIB = 1024


def render(case: Case, packed: Sequence[Packed], stayed: Sequence[Stayed], language: Language) -> str:
    """The page as HTML; `language` is the one that is shown first."""
    files = [(file.name, _size(len(file.data)), Said.of(file.about)) for file in packed]
    left = [(file.name, Said.of(file.why)) for file in stayed]
    return rendered("bundle.html", language, case=case, files=files, left=left)


def _size(size: int) -> str:
    return f"{size} B" if size < KIB else f"{size / KIB:.0f} KB"
