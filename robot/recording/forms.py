"""What a page's HTML says of its fields beyond its aria snapshot: the control's name, its kind, whether it must be filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lxml import html

from robot.recording.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIELDS: Final = "//input[not(@type='hidden' or @type='submit' or @type='button')] | //select | //textarea"
_PICTURES: Final = "//img[@alt='captcha' or contains(@class, 'captcha') or ancestor::*[contains(@class, 'captcha')]]"
_REQUIRED: Final = ("required", "data-required")


@dataclass(frozen=True)
class Field:
    """A field as the page's HTML has it; `size` is its longest text, or a picture's width and height."""

    control: str
    label: str
    kind: str
    required: bool
    size: str


def fields(page: str) -> dict[str, Field]:
    """A page's fields, and its captcha pictures, by the control's name (`formcontrolname`, `name` or `id`)."""
    if not page.strip():
        return {}
    tree: Any = html.fromstring(page)
    known = [_field(tree, one) for one in tree.xpath(_FIELDS)]
    pictures = [_picture(one, place) for place, one in enumerate(tree.xpath(_PICTURES), 1)]
    return {one.control: one for one in (*known, *pictures) if one.control}


def _field(tree: Any, one: Any) -> Field:
    label = _label(tree, one)
    required = any(name in one.attrib for name in _REQUIRED) or one.get("aria-required") == "true"
    control = one.get("formcontrolname") or one.get("name") or one.get("id") or ""
    return Field(control, label, one.get("type") or one.tag, required, one.get("maxlength", ""))


def _label(tree: Any, one: Any) -> str:
    """What the page calls the field; the star of a required one is no part of it."""
    own = [label for label in tree.xpath("//label[@for]") if label.get("for") == one.get("id")] if one.get("id") else []
    around = own or one.xpath("ancestor::label")
    said = one.get("aria-label") or (" ".join(around[0].text_content().split()) if around else "")
    return str(said).rstrip("* ")


def _picture(one: Any, place: int) -> Field:
    name = one.get("alt") or "img"
    size = f"{one.get('width', '')}x{one.get('height', '')}".strip("x")
    return Field(f"{name} {place}" if place > 1 else name, name, "img", required=False, size=size)


def form_changes(step: str, was: Mapping[str, Field], now: Mapping[str, Field]) -> Iterator[Change]:
    """What is different in the fields of a page; a label that changed is told by the aria snapshots."""
    lost = {name: field for name, field in was.items() if name not in now}
    found = {name: field for name, field in now.items() if name not in was}
    for name, field in [*lost.items()]:
        other = next((one for one in found.values() if one.label == field.label and field.label), None)
        if other is not None:
            del lost[name], found[other.control]
            yield Change("control", step, field.label, name, other.control)
            yield from _differences(step, field, other)
    for name in was.keys() & now.keys():
        yield from _differences(step, was[name], now[name])
    for field in lost.values():
        yield Change("gone", step, called(field))
    for field in found.values():
        yield Change("new_required" if field.required else "new", step, called(field))


def called(field: Field) -> str:
    """The field as a report names it: its label and its control's name."""
    return f"{field.label} ({field.control})" if field.label and field.label != field.control else field.control


def _differences(step: str, was: Field, now: Field) -> Iterator[Change]:
    if was.kind != now.kind:
        yield Change("retyped", step, called(was), was.kind, now.kind)
    if was.required != now.required:
        yield Change("required", step, called(was), _word(required=was.required), _word(required=now.required))
    if was.size != now.size:
        yield Change("size", step, called(was), was.size, now.size)


def _word(*, required: bool) -> str:
    return "required" if required else "optional"
