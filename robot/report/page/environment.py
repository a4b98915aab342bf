"""How a page is made: everything that is put into a template is escaped and made harmless, and stands in both languages."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import robot
from robot.harmless import harmless
from robot.report.said import Said
from robot.texts import Text

if TYPE_CHECKING:
    from robot.texts import Language

LOOK = "page/look.css"
SCRIPT = "page/page.js"


def rendered(template: str, first: Language, **told: Any) -> str:
    """A page as HTML; `first` is the language that is shown first."""
    return environment().get_template(template).render(first=first, version=robot.__version__, **told)


@cache
def environment() -> Environment:
    """The one environment of all pages."""
    made = Environment(
        loader=PackageLoader("robot.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    script = _part(made, SCRIPT)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    made.filters["typed"] = _typed
    made.filters["comma"] = _comma
    made.globals |= {
        "t": lambda key, **fills: Said.of(Text(f"report.{key}", fills)),
        "p": lambda key, **fills: Said.of(Text(f"page.{key}", fills)),
        "look": Markup(_part(made, LOOK)),  # noqa: S704 - the package's own file
        "script": Markup(script),  # noqa: S704 - the same
        "script_digest": f"sha256-{digest}",
    }
    return made


def _part(made: Environment, name: str) -> str:
    """A file of the package as it is: Jinja never reads it as a template."""
    assert made.loader is not None  # noqa: S101 - for the type checker: it was given one
    text, _, _ = made.loader.get_source(made, name)
    return text


def _finalize(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value


def _typed(said: str) -> Markup:
    """What a person types (`vss-robot doctor`) stands between back-ticks in the catalogue."""
    plain, *rest = said.split("`")
    parts = [Markup.escape(plain)]
    for place, part in enumerate(rest):
        closed = place % 2 == 0 and place + 1 < len(rest)
        parts.append(Markup("<code>{}</code>").format(part) if closed else Markup.escape(part))
    return Markup().join(parts)


def _comma(number: float, places: int = 1) -> Said:
    """A number with so many decimals, as each language writes it."""
    written = f"{number:.{places}f}"
    return Said(written.replace(".", ","), written)
