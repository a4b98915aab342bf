"""`vss-robot check`: what is wrong with dossiers, by form, row and field; nothing is sent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from robot.cli.terminal import language, print_json
from robot.dossier import Checked, Checker, Owner, load_authorities, load_rules
from robot.errors import DossierUnreadable, NameUnknown, SettingsError
from robot.settings import Settings, find, load
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robot.dossier import Fault
    from robot.texts import Language


def check_files(files: Sequence[Path], org: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Check each file and say what was found on stdout; ends with 2 where one has an error or cannot be read.

    Raises:
        UsageError: the settings, the organisation, a rule file or an authority's certificate is wrong.
    """
    known = _settings(settings, needed=org is not None)
    speaks = known.language if known else language()
    owner = _owner(known, org) if known and org is not None else None
    set_up = known.dossier if known else None
    authorities = load_authorities(set_up.ca_files) if set_up else ()
    checker = Checker(load_rules(set_up.rules_dir if set_up else None), authorities)
    found = [(file, _checked(checker, file, owner)) for file in files]
    if as_json:
        print_json([_facts(file, checked, speaks) for file, checked in found])
    else:
        for file, checked in found:
            sys.stdout.writelines(line + "\n" for line in _lines(file, checked, speaks))
    if any(isinstance(checked, DossierUnreadable) or checked.errors for _, checked in found):
        sys.exit(2)


def _settings(file: Path | None, *, needed: bool) -> Settings | None:
    """The settings; None where there are none and none are needed: a dossier may be looked at before anything is set up."""
    try:
        place = find(file)
    except SettingsError:
        if needed or file is not None:
            raise
        return None
    return load(place)


def _owner(settings: Settings, org: str) -> Owner:
    known = settings.organisations.get(org)
    if known is None:
        raise NameUnknown("organisation_unknown", name=org, known=", ".join(sorted(settings.organisations)) or "-")
    return Owner(org, known.tax_code, known.unit_code, known.agency_code)


def _checked(checker: Checker, file: Path, owner: Owner | None) -> Checked | DossierUnreadable:
    try:
        return checker.check(file, owner)
    except DossierUnreadable as wrong:
        return wrong


def _lines(file: Path, checked: Checked | DossierUnreadable, speaks: Language) -> list[str]:
    """The file's line, then one or two a fault."""
    if isinstance(checked, DossierUnreadable):
        return [checked.text.say(speaks)]
    if not checked.faults:
        dossier = checked.dossier
        fills = {
            "file": file,
            "kind": Text(f"checked.kind_{dossier.kind}"),
            "forms": ", ".join(form.code for form in dossier.forms) or "-",
            "rows": sum(len(form.rows) for form in dossier.forms),
        }
        return [Text("checked.well", fills).say(speaks)]
    counts = {"file": file, "errors": len(checked.errors), "warnings": len(checked.warnings)}
    lines = [Text("checked.faults", counts).say(speaks)]
    for fault in (*checked.errors, *checked.warnings):
        lines += [f"  {_place(fault, speaks)}: {fault.rule.say(speaks)}", f"      → {fault.mend.say(speaks)}"]
    if checked.left_out:
        lines.append("  " + Text("checked.left_out", {"number": checked.left_out}).say(speaks))
    return lines


def _place(fault: Fault, speaks: Language) -> str:
    """`lỗi D02-TS, dòng 3, Mã số BHXH (Masobhxh) = ••••••••12`."""
    severity = Text("checked.guess") if fault.guess else Text(f"checked.{fault.severity}")
    parts = [f"{severity.say(speaks)} {fault.form}"]
    if fault.row is not None:
        parts.append(f"{Text('checked.row').say(speaks)} {fault.row}")
    named = fault.field if fault.label_vi == fault.field else f"{fault.label_vi} ({fault.field})"
    parts.append(f"{named} = {fault.value_masked}" if fault.value_masked else named)
    return ", ".join(parts)


def _facts(file: Path, checked: Checked | DossierUnreadable, speaks: Language) -> dict[str, Any]:
    if isinstance(checked, DossierUnreadable):
        return {"file": str(file), "read": False, "said": checked.text.say(speaks), "errors": 1, "warnings": 0, "faults": []}
    dossier = checked.dossier
    return {
        "file": str(file),
        "read": True,
        "kind": dossier.kind,
        "size": dossier.size,
        "sha256": dossier.sha256,
        "tax_code": dossier.tax_code,
        "unit": dossier.unit,
        "procedure": dossier.procedure,
        "period": dossier.period,
        "forms": [{"code": form.code, "file_name": form.file_name, "rows": len(form.rows)} for form in dossier.forms],
        "attachments": [attached.file_name for attached in dossier.attachments],
        "errors": len(checked.errors),
        "warnings": len(checked.warnings),
        "left_out": checked.left_out,
        "faults": [fault.as_json(speaks) for fault in checked.faults],
    }
