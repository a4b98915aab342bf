"""What has changed at the portal between two recordings of a flow, or between a recording and what is live now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from robot.recording.calls import call_changes, shapes
from robot.recording.change import SEVERITIES, Change
from robot.recording.forms import form_changes
from robot.recording.pages import FIELDS, page_changes
from robot.recording.touching import Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from robot.recording.aria import Element
    from robot.recording.exchanges import Exchange
    from robot.recording.forms import Field
    from robot.texts import Language


@dataclass(frozen=True)
class Look:
    """The page at the end of a step; `elements` is None where there was no page."""

    step: str
    address: str | None
    elements: tuple[Element, ...] | None


@dataclass(frozen=True)
class Form:
    """A page's fields by its HTML, and the step in which it was first opened."""

    step: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Side:
    """One of the two that are compared; `forms` by the page's path, `exchanges` None where none were watched."""

    flow: str
    looks: tuple[Look, ...]
    forms: Mapping[str, Form]
    exchanges: Sequence[Exchange] | None = None

    @property
    def steps(self) -> list[str]:
        """The names of the steps."""
        return [look.step for look in self.looks]


@dataclass(frozen=True)
class Drift:
    """What has changed, what flows touch first."""

    changes: tuple[Change, ...]

    @property
    def breaks(self) -> bool:
        """Whether a flow touches anything that changed."""
        return any(change.severity == "breaks" for change in self.changes)

    def counts(self) -> dict[str, int]:
        """How many changes of each severity."""
        counted = Counter(change.severity for change in self.changes)
        return {severity: counted[severity] for severity in SEVERITIES}

    def as_json(self, language: Language) -> dict[str, Any]:
        """The report for a program."""
        return {"drift": self.breaks, **self.counts(), "changes": [change.as_json(language) for change in self.changes]}


def compare(old: Side, new: Side, touched: Touched | None = None) -> Drift:
    """Everything that differs, each thing once, with the step where it is first seen."""
    steps = {look.step: place for place, look in enumerate(old.looks)}
    found = [*_step_changes(old.looks, new.looks), *_form_wise(old, new)]
    if old.exchanges is not None and new.exchanges is not None:
        found += call_changes(shapes(old.exchanges, old.steps), shapes(new.exchanges, new.steps))
    weighed = [(touched or Touched()).weighed(change) for change in _once(_moved(found))]
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    return Drift(tuple(sorted(weighed, key=lambda one: (order[one.severity], steps.get(one.step, len(steps))))))


def _step_changes(old: Sequence[Look], new: Sequence[Look]) -> Iterator[Change]:
    """Steps gone, new or in another order; and for those of both sides what is different on the page."""
    was, now = _numbered(old), _numbered(new)
    for key, look in was.items():
        if key not in now:
            yield Change("step_gone", look.step, look.step)
    for key, look in now.items():
        if key not in was:
            yield Change("step_new", look.step, look.step)
    common = [key for key in was if key in now]
    for key, other in zip(common, [key for key in now if key in was], strict=True):
        if key != other:
            yield Change("step_order", key[0], key[0], now=other[0])
            break
    for key in common:
        yield from _look_changes(was[key], now[key])


def _look_changes(was: Look, now: Look) -> Iterator[Change]:
    if was.address and now.address and was.address != now.address:
        yield Change("address", was.step, was.step, was.address, now.address)
    if was.elements is not None and now.elements is not None:
        yield from page_changes(was.step, was.elements, now.elements)


def _form_wise(old: Side, new: Side) -> Iterator[Change]:
    """What the pages' HTML says beyond the snapshots; a field that these show too is told with its control, once."""
    for path, form in old.forms.items():
        if path in new.forms:
            yield from form_changes(form.step, form.fields, new.forms[path].fields)


def _numbered(looks: Iterable[Look]) -> dict[tuple[str, int], Look]:
    """Looks by the step's name and which one of that name it is: a flow that starts again has a step twice."""
    counted: Counter[str] = Counter()
    known = {}
    for look in looks:
        counted[look.step] += 1
        known[look.step, counted[look.step]] = look
    return known


def _moved(changes: Iterable[Change]) -> list[Change]:
    """What is gone in one step and new in another has moved; a form's field that the snapshots tell of joins what they tell."""
    known = list(changes)
    gone = {change.name: change for change in reversed(known) if change.kind == "gone"}
    come = {change.name: change for change in reversed(known) if change.kind == "new"}
    moved = {name for name in gone.keys() & come.keys() if gone[name].step != come[name].step}
    joined = [change for change in known if not (change.name in moved and change.kind in {"gone", "new"})]
    joined += [Change("moved", gone[name].step, name, gone[name].step, come[name].step) for name in sorted(moved)]
    return _joined(joined)


def _joined(changes: Sequence[Change]) -> list[Change]:
    """Fields told twice, by snapshot (`textbox "Mã số"`) and by form (`Mã số (MaSo)`), once; a required one stays required."""
    by_label = {change.name.rpartition(" (")[0]: change for change in changes if change.name.endswith(")")}
    kept = []
    told: set[int] = set()
    for change in changes:
        role, _, rest = change.name.partition(' "')
        form = by_label.get(rest.removesuffix('"')) if role in FIELDS else None
        same = form is not None and form.kind.partition("_")[0] == change.kind
        if form is not None and same:
            told.add(id(form))
            kept.append(replace(change, kind=form.kind, now=form.name.rpartition(" (")[2].removesuffix(")")))
        else:
            kept.append(change)
    return [change for change in kept if id(change) not in told]


def _once(changes: Iterable[Change]) -> list[Change]:
    """Each change once, at the first step that shows it, with the further ones as its places."""
    known: dict[tuple[str, str, str, str], Change] = {}
    for change in changes:
        key = (change.kind, change.name, change.was, change.now)
        first = known.get(key)
        if first is None:
            known[key] = change
        elif change.step != first.step and change.step not in first.places:
            known[key] = replace(first, places=(*first.places, change.step))
    return list(known.values())
