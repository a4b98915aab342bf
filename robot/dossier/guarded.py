"""Parsing what nobody vouches for: counted first by a reader that keeps nothing, then made a tree.

The first pass stops at a document type (entities, foreign files and addresses come in by it), at too many elements or
attributes, at too great a depth. So the tree's own limits can be off, which an attachment of more than ten million letters
in one element needs, and its memory stays in proportion to the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from lxml import etree

from robot.dossier.container import NotAContainer
from robot.dossier.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

BOM = b"\xef\xbb\xbf"


def parsed(held: bytes, limits: Limits = LIMITS) -> etree._Element:
    """The root of a document in UTF-8.

    Raises:
        NotAContainer: not UTF-8, not well-formed, a document type, or more than `limits` allow.
    """
    _count(held, limits)
    return tree(held)


def tree(held: bytes) -> etree._Element:
    """The root of a document that `parsed` has let through before: nothing is counted again.

    Raises:
        NotAContainer: not well-formed.
    """
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=True
    )
    try:
        return etree.fromstring(held, parser)
    except (etree.LxmlError, ValueError) as wrong:
        raise NotAContainer(str(wrong)) from wrong


def _count(held: bytes, limits: Limits) -> None:
    """See that a document may be made a tree; the encoding is the reader's own, whatever the document says of it."""
    reader = expat.ParserCreate("utf-8")
    counted = depth = attributes = 0

    def start(_name: str, given: Mapping[str, str]) -> None:
        nonlocal counted, depth, attributes
        counted += 1
        depth += 1
        attributes += len(given)
        if depth > limits.depth:
            message = f"depth > {limits.depth}"
            raise NotAContainer(message)
        if counted > limits.elements or attributes > limits.attributes:
            message = f"elements > {limits.elements}"
            raise NotAContainer(message)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> NoReturn:
        raise NotAContainer("DOCTYPE")

    reader.StartElementHandler = start
    reader.EndElementHandler = end
    reader.StartDoctypeDeclHandler = doctype
    try:
        reader.Parse(held, True)  # noqa: FBT003 - expat's own signature: the document ends here
    except (expat.ExpatError, ValueError) as wrong:
        raise NotAContainer(str(wrong)) from wrong
