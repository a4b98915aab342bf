"""Finding robot.toml, reading it, and saying what is wrong with it: file, key, and the nearest key that exists."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from robot.errors import SettingsError
from robot.settings.model import Evidence, Settings, Vault
from robot.settings.outbox import Outbox
from robot.texts import Text

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SETTINGS_VARIABLE = "VSS_ROBOT_SETTINGS"
Model = TypeVar("Model", bound=BaseModel)
VAULT_FD_VARIABLE = "VSS_ROBOT_VAULT_FD"
PREFIX = "VSS_ROBOT_"
NESTED = "__"
NO_SETTINGS = (SETTINGS_VARIABLE, VAULT_FD_VARIABLE)  # variables of ours that are no setting
FILE_NAME = "robot.toml"


def find(given: Path | None) -> Path:
    """The settings file: the one given, else `$VSS_ROBOT_SETTINGS`, else `robot.toml` here, else the user's own.

    Raises:
        SettingsError: there is none.
    """
    import platformdirs  # noqa: PLC0415 - needed only where no file is named

    if given is None and os.environ.get(SETTINGS_VARIABLE):
        given = Path(os.environ[SETTINGS_VARIABLE])
    if given is not None:
        if not given.is_file():
            raise SettingsError("settings_absent", file=given)
        return given
    own = platformdirs.user_config_path("vss-robot") / FILE_NAME
    for place in (Path(FILE_NAME), own):
        if place.is_file():
            return place
    raise SettingsError("settings_nowhere", here=Path.cwd() / FILE_NAME, own=own)


def load(file: Path) -> Settings:
    """The settings of `file`, the environment over it; relative paths count from the file's folder.

    Raises:
        SettingsError: unreadable, not TOML, or a key is unknown, missing or wrong; the sentence names the first fault
            with its key, and how many others there are.
    """
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingsError("settings_unreadable", file=file, why=wrong) from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError("settings_not_toml", file=file, why=wrong) from wrong
    try:
        settings = Settings(**_over(written, _environment()))
    except ValidationError as wrong:
        raise _said(wrong, file) from wrong
    folder = file.resolve().parent
    return _anchored(settings, folder, (folder / settings.home.expanduser()).absolute())


def without_file(**given: Any) -> Settings:
    """The settings of a machine that has no file: what is `given`, then the environment, then the defaults.

    Raises:
        SettingsError: a variable names no setting.
    """
    return Settings(**_over(_environment(), given))


def _environment() -> dict[str, Any]:
    """The `VSS_ROBOT_…` variables as nested tables, by pydantic-settings' own reading of them."""
    ours = [name for name in os.environ if name.upper().startswith(PREFIX) and name not in NO_SETTINGS]
    if not ours:
        return {}
    from pydantic_settings import EnvSettingsSource  # noqa: PLC0415 - heavy, and mostly there is nothing to read

    for name in ours:
        table = name.removeprefix(PREFIX).split(NESTED)[0].lower()
        if name.startswith(PREFIX) and table not in Settings.model_fields:
            near = difflib.get_close_matches(table, Settings.model_fields, n=1, cutoff=0.5)
            nearest = PREFIX + near[0].upper() if near else "-"
            raise SettingsError("settings_variable_unknown", name=name, nearest=nearest)
    model: Any = Settings  # it asks a model for its fields, and needs none of its own kind
    return EnvSettingsSource(model, case_sensitive=False, env_prefix=PREFIX, env_nested_delimiter=NESTED)()


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, table by table."""
    merged = dict(below)
    for key, value in above.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both_tables else value
    return merged


def _said(wrong: ValidationError, file: Path) -> SettingsError:
    """The first fault in a sentence: where, what, and the nearest key when one was misspelt."""
    faults = wrong.errors(include_url=False)
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    key = ".".join(str(part) for part in first["loc"])
    more = Text("errors.settings_more", {"number": len(faults) - 1}) if len(faults) > 1 else ""
    if first["type"] == "extra_forbidden":
        nearest = _nearest(first)
        if nearest:
            return SettingsError("settings_misspelt", file=file, key=key, nearest=nearest, more=more)
        return SettingsError("settings_unknown", file=file, key=key, more=more)
    if first["type"] == "missing":
        return SettingsError("settings_missing", file=file, key=key, more=more)
    return SettingsError("settings_wrong", file=file, key=key, why=first["msg"].removeprefix("Value error, "), more=more)


def _nearest(fault: ErrorDetails) -> str:
    """The dotted key nearest to the misspelt one, or nothing."""
    *parents, last = [str(part) for part in fault["loc"]]
    model = _model_at(Settings, parents)
    near = difflib.get_close_matches(last, model.model_fields, n=1, cutoff=0.5) if model else []
    return ".".join([*parents, *near]) if near else ""


def _model_at(model: type[BaseModel], path: list[str]) -> type[BaseModel] | None:
    """The model that stands at a dotted path; a table of organisations counts as one step more."""
    for step in path:
        if step not in model.model_fields:
            continue  # the key of one organisation
        annotation = model.model_fields[step].annotation
        inner = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not inner:
            return None
        model = inner[0]
    return model


def _anchored(model: Model, folder: Path, home: Path) -> Model:
    """The same settings with absolute paths: what the robot keeps counts from its home, everything else from the file."""
    base = home if isinstance(model, (Vault, Evidence, Outbox)) else folder

    def anchored(value: Any) -> Any:
        if isinstance(value, BaseModel):
            return _anchored(value, folder, home)
        if isinstance(value, dict):
            return {key: anchored(inner) for key, inner in value.items()}
        if isinstance(value, tuple):
            return tuple(map(anchored, value))
        return (base / value.expanduser()).absolute() if isinstance(value, Path) else value

    return model.model_copy(update={name: anchored(value) for name, value in model})
