"""Declaring a flow, and finding the flows that are installed."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from robot.errors import NameUnknown, RobotError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from robot.flow.session import Session
    from robot.settings import Organisation

GROUP = "vss_robot.flows"


class Receipt(BaseModel):
    """What the portal gave as proof: its number, and the time it names (as written on the page)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    number: str
    at: str = ""


@dataclass(frozen=True)
class Flow:
    """A named flow; called like the function it was declared from."""

    name: str
    summary: str
    run: Callable[..., Receipt]
    needs: frozenset[str]
    """Parameters without a default, beside session and organisation."""
    takes: frozenset[str]
    """All parameters beside session and organisation."""
    again_on: tuple[type[RobotError], ...] = ()
    """Errors after which the engine starts the flow once more, as long as nothing was sent."""
    signatures: int = 0
    """How many signatures one start of it makes at most; more are refused, and somebody is told."""

    def __call__(self, session: Session, organisation: Organisation, **parameters: Any) -> Receipt:
        """Run the flow within a session."""
        return self.run(session, organisation, **parameters)


def flow(
    name: str, summary: str, *, again_on: tuple[type[RobotError], ...] = (), signatures: int = 0
) -> Callable[[Callable[..., Receipt]], Flow]:
    """Declare a flow: its name as operators type it, and what it does in one sentence (English).

    A flow that declares no `signatures` is given none.
    """

    def declare(run: Callable[..., Receipt]) -> Flow:
        own = list(inspect.signature(run).parameters.values())[2:]
        needs = frozenset(parameter.name for parameter in own if parameter.default is parameter.empty)
        return Flow(name, summary, run, needs, frozenset(parameter.name for parameter in own), again_on, signatures)

    return declare


@cache
def discover() -> Mapping[str, EntryPoint]:
    """The installed flows by name, not yet loaded; an office's own package adds its flows by the same entry point group.

    They are looked for once: a process that runs keeps the flows it has begun with.
    """
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def load(name: str) -> Flow:
    """The flow of this name.

    Raises:
        NameUnknown: there is none, or what is installed under the name is no flow.
    """
    known = discover()
    if name not in known:
        raise NameUnknown("flow_unknown", name=name, known=", ".join(known) or "-")
    where = known[name].value
    try:
        found = known[name].load()
    except (ImportError, AttributeError) as wrong:
        raise NameUnknown("flow_broken", name=name, where=where, why=wrong) from wrong
    if not isinstance(found, Flow):
        raise NameUnknown("flow_broken", name=name, where=where, why="not declared with @flow")
    return found
