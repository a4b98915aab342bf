"""Checks the signatures of both layers: the container's and each form's, with the certificates behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from robot.clock import shown
from robot.dossier.authority import is_trusted, is_valid, tax_codes
from robot.dossier.container import NotAContainer
from robot.dossier.rules import FieldRule
from robot.dossier.seal import Seal, SealBroken, check_seal
from robot.identifiers import same_tax_code

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

    from robot.dossier.findings import Findings, Place
    from robot.dossier.model import Dossier
    from robot.dossier.rules import Rules

_CLOCKS_APART = timedelta(minutes=10)


@dataclass(frozen=True)
class Sealing:
    """What signatures are judged by: authorities (none: the chain is not looked at), the moment, the tax code of the signer."""

    authorities: tuple[x509.Certificate, ...]
    now: datetime
    tax_code: str


def check_seals(findings: Findings, dossier: Dossier, rules: Rules, sealing: Sealing) -> None:
    """Note what is wrong with any signature; a form that is none has been named already."""
    if dossier.kind != "form":
        _check(findings.at(), dossier.raw, _field(rules.container.signature), sealing, unsigned_is_well=False)
    for form in dossier.forms:
        if not form.why and form.root == rules.root_of(form.code):
            known = rules.forms.get(form.root)
            place = findings.at(form.code, form.file_name)
            # A single form may be looked at before it is signed.
            field = _field(known.signature if known else "Cky")
            _check(place, form.raw, field, sealing, unsigned_is_well=dossier.kind == "form")
    if not sealing.authorities:
        findings.at().broken("chain_unchecked", _field(rules.container.signature), warning=True)


def _field(name: str) -> FieldRule:
    return FieldRule(name=name, label="Chữ ký số")


def _check(place: Place, raw: bytes, field: FieldRule, sealing: Sealing, *, unsigned_is_well: bool) -> None:
    try:
        seal = check_seal(raw, field.name)
    except SealBroken as broken:
        rule = str(broken)
        place.broken(rule, field, warning=unsigned_is_well and rule == "signature_absent")
    except NotAContainer as wrong:
        place.broken("xml", field, why=str(wrong))
    else:
        _signer(place, seal, field, sealing)


def _signer(place: Place, seal: Seal, field: FieldRule, sealing: Sealing) -> None:
    certificate, codes = seal.certificate, tax_codes(seal.certificate)
    begin, end = shown(certificate.not_valid_before_utc), shown(certificate.not_valid_after_utc)
    if not is_valid(certificate, sealing.now):
        rule = "certificate_expired" if certificate.not_valid_after_utc < sealing.now else "certificate_early"
        place.broken(rule, field, end if rule == "certificate_expired" else begin)
    elif sealing.authorities and not is_trusted(certificate, seal.others, sealing.authorities, sealing.now):
        place.broken("chain", field)
    if sealing.tax_code and not any(same_tax_code(code, sealing.tax_code) for code in codes):
        place.broken("certificate_tax_code", field, ", ".join(codes) or "-", expected=sealing.tax_code)
    if seal.signed_at is not None:
        at = shown(seal.signed_at)
        if not is_valid(certificate, seal.signed_at):
            place.broken("signed_outside", field, at, begin=begin, end=end)
        elif seal.signed_at > sealing.now + _CLOCKS_APART:
            place.broken("signed_in_future", field, at, warning=True)
