"""Ways to find an element that a person has pointed at: by its own name, as Playwright would look for it, by its id."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from robot.portalmap.survey import KIND
from robot.portalmap.ways import Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Locator
    from playwright.sync_api import Page as LivePage

FACTS: Final = """element => ({control: element.getAttribute('formcontrolname'), id: element.id,
  name: element.getAttribute('name'), tag: element.tagName.toLowerCase()})"""
SAME: Final = "([one, other]) => one === other"
# Playwright's own locators that are a selector here.
_BY_ATTRIBUTE: Final = {
    "get_by_placeholder": "placeholder",
    "get_by_alt_text": "alt",
    "get_by_title": "title",
    "get_by_test_id": "data-testid",
}
_CHANGES: Final = re.compile(r"\d{2,}|ng-|mat-|cdk-")  # of an id: numbered by whatever draws the page


def kind_of(picked: Locator) -> str:
    """What the element is to whoever uses it (`robot.portalmap.model.Kind`)."""
    return str(picked.evaluate(KIND))


def ways_to(live: LivePage, picked: Locator, root: LivePage | Locator, kept: Sequence[Way] = ()) -> tuple[Way, ...]:
    """All ways that find this element below `root`, and it alone, the steadiest first; of `kept` those that find it, last."""
    element = picked.element_handle()
    found: list[Way] = []
    for way in [*_proposed(picked), *kept]:
        if way in found or way.words:
            continue
        seen = way.on(root, {})
        if seen.count() == 1 and live.evaluate(SAME, [seen.element_handle(), element]):
            found.append(way)
    return tuple(found)


def _proposed(picked: Locator) -> Iterator[Way]:
    facts: dict[str, Any] = picked.evaluate(FACTS)
    if facts["control"]:
        yield from _made(control=facts["control"])
    yield from as_way(str(picked.normalize()))
    if facts["id"] and not _CHANGES.search(facts["id"]):
        yield from _made(css=f"#{facts['id']}")
    if facts["name"]:
        yield from _made(css=f"{facts['tag']}[name={json.dumps(facts['name'])}]")


def as_way(code: str) -> Iterator[Way]:
    """The way that a locator's own code says, `get_by_role("button", name="Gửi")`; none where it is more than one call."""
    try:
        call = ast.parse(code, mode="eval").body
    except SyntaxError:
        return
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or len(call.args) != 1:
        return
    said = {keyword.arg: keyword.value.value for keyword in call.keywords if isinstance(keyword.value, ast.Constant)}
    if not isinstance(call.args[0], ast.Constant) or not isinstance(value := call.args[0].value, str):
        return
    how = call.func.id
    if how == "get_by_role":
        yield from _made(role=value, **({"name": said["name"]} if said.get("name") else {}))
    elif how == "get_by_label":
        yield from _made(label=value)
    elif how == "get_by_text":
        yield from _made(text=value)
    elif how in _BY_ATTRIBUTE:
        yield from _made(css=f"[{_BY_ATTRIBUTE[how]}={json.dumps(value, ensure_ascii=False)}]")
    elif how == "locator" and not value.startswith(("xpath=", "//")):
        yield from _made(css=value)


def _made(**said: Any) -> Iterator[Way]:
    """The way, where the map knows such a one."""
    try:
        yield Way.model_validate(said)
    except ValidationError:
        return
