"""Reads single fields of a container while it is parsed; builds no tree, so that a large attachment costs nothing.

libxml2's limits stay on (depth, entities). They allow ten million letters in one text of a tree, and a dossier's
attachment may have more: one more reason to build none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from lxml import etree

from robot.dossier.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_FIELD = 10_000  # letters; more is no field of a head


class NotAContainer(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """Not well-formed, a document type, another root, or too many elements: the text says which."""


def read_fields(held: bytes, root: str, paths: Sequence[str]) -> Mapping[str, str]:
    """The texts at `paths` (`NoiDung/ThongTinDonVi/MaSoThue`, counted from the root), spaces folded.

    A path that is missing, stands twice or has elements inside comes out empty.

    Raises:
        NotAContainer: see there.
    """
    reader = _Reader(root, paths)
    parser = etree.XMLParser(
        target=reader, resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False
    )
    try:
        etree.fromstring(held, parser)
    except (etree.LxmlError, ValueError) as wrong:
        raise NotAContainer(str(wrong)) from wrong
    return {path: reader.text(path) for path in paths}


class _Reader:
    """What the parser tells of the document (lxml's target interface)."""

    def __init__(self, root: str, paths: Sequence[str]) -> None:
        self._root = root
        self._found: dict[str, list[list[str]]] = {path: [] for path in paths}
        self._names: list[str] = []
        self._elements = 0
        self._into: list[str] | None = None

    def text(self, path: str) -> str:
        """The text found at a path, or nothing."""
        found = self._found[path]
        if len(found) != 1:
            return ""
        text = "".join(found[0])
        return "" if len(text) > LONGEST_FIELD else " ".join(text.split())

    def doctype(self, *_: object) -> NoReturn:
        """A dossier has no document type, and what declares entities is not read."""
        message = "DOCTYPE"
        raise NotAContainer(message)

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:  # noqa: ARG002 - lxml's signature
        """An element begins."""
        name = str(tag)
        self._elements += 1
        if self._elements > LIMITS.elements:
            message = f"elements > {LIMITS.elements}"
            raise NotAContainer(message)
        if not self._names and name != self._root:
            message = f"<{name}>"
            raise NotAContainer(message)
        if self._into is not None:  # an element inside a field: not a text
            self._found["/".join(self._names[1:])].append([])
        self._names.append(name)
        path = "/".join(self._names[1:])
        self._into = None
        if path in self._found:
            self._into = []
            self._found[path].append(self._into)

    def end(self, tag: str | bytes) -> None:  # noqa: ARG002 - the same
        """An element ends."""
        self._names.pop()
        self._into = None

    def data(self, data: str | bytes) -> None:
        """Text, in pieces."""
        if self._into is not None:
            self._into.append(str(data))

    def comment(self, text: str | bytes) -> None:
        """A comment says nothing to a machine."""

    def close(self) -> None:
        """The document ends."""
