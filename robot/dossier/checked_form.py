"""Checks one inner form: its root, its own fields, its rows, and what holds between rows."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from lxml import etree

from robot.dossier.crossing import PREDICATES
from robot.dossier.fields import check_fields, made_ready
from robot.dossier.guarded import tree
from robot.dossier.rules import FieldRule

if TYPE_CHECKING:
    from robot.dossier.findings import Place
    from robot.dossier.model import Dossier, Form
    from robot.dossier.rules import FormRules, Rules


def check_form(place: Place, form: Form, rules: Rules, dossier: Dossier) -> None:
    """Note what is wrong with a form; of one that no rule file knows, what holds for every form."""
    # What is wrong with the form as a whole is wrong with what the container says it holds.
    content = next((rule for rule in rules.container.file if rule.name == "NoiDungFile"), "NoiDungFile")
    holder = place.findings.at()
    if form.why:
        holder.broken("xml", content, row=form.number, why=form.why)
        return
    if form.root != rules.root_of(form.code):
        holder.broken("root", content, form.root, row=form.number, code=rules.root_of(form.code))
        return
    known = rules.forms.get(form.root)
    if known is None:
        _without_rules(place, form)
        return
    others = {known.signature, known.rows.partition("/")[0]}  # no fields, and yet leaves where they are empty
    own = {name: value for name, value in form.fields.items() if name not in others}
    check_fields(place, made_ready(known.fields), own, [name for name in form.twice if name not in others])
    _agrees(place, known, form, dossier)
    checks = made_ready(known.row)
    if known.rows and not form.rows:
        place.broken("no_rows", known.rows.partition("/")[0], guess=True)
    for row in form.rows:
        check_fields(place, checks, row.fields, row.twice, row.number)
    _cross(place, known, form)


def _without_rules(place: Place, form: Form) -> None:
    """Of a form that no rule file knows: said once for each code; its letters are looked at, wherever they stand."""
    said = {(fault.rule_name, fault.form) for fault in place.findings.faults}
    if ("form_unknown", form.code) not in said:
        place.broken("form_unknown", "MaToKhai", form.code, guess=True)
    for element in tree(form.raw).iter(etree.Element):
        text = (element.text or "").strip()
        if not unicodedata.is_normalized("NFC", text):
            # No rule says whose value it is: it may be a person's.
            place.broken("not_nfc", FieldRule(name=str(element.tag), label=str(element.tag), personal=True), text, guess=True)


def _agrees(place: Place, known: FormRules, form: Form, dossier: Dossier) -> None:
    """The form says the same as the container around it."""
    for rule in known.fields:
        value, outer = form.fields.get(rule.name, ""), dossier.fields.get(rule.same_as, "") if rule.same_as else ""
        if value and outer and value != outer:
            place.broken("same_as", rule, value, guess=True, other=outer, other_field=rule.same_as)


def _cross(place: Place, known: FormRules, form: Form) -> None:
    rules: dict[str, FieldRule] = {rule.name: rule for rule in (*known.fields, *known.row)}
    for name in known.checks:
        for broken in PREDICATES[name](form):
            values = form.fields if broken.row is None else form.rows[broken.row - 1].fields
            place.broken(
                broken.rule,
                rules.get(broken.field, broken.field),
                values.get(broken.field, ""),
                row=broken.row,
                guess=broken.guess,
                **broken.fills,
            )
