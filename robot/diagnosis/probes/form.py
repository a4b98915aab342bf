"""The form itself: fields that the page marks without a word, what the portal says, and the phone number of known fault 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.diagnosis.probe import Probe, broken, ok

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from robot.settings import Settings

PHONE: Final = "[formcontrolname=DienThoai]"  # the portal's own name of the field, on both of its fronts


@dataclass(frozen=True)
class FormSeen:
    """The probe, and whether a phone number is filled in."""

    probe: Probe
    has_phone: bool


def look_at_form(page: Page, settings: Settings) -> FormSeen:
    """What the page shows on its form.

    Raises:
        PlaywrightError: the page cannot be asked any more.
    """
    phone = page.locator(PHONE)
    has_phone = phone.count() == 1 and bool(phone.input_value().strip())
    marked = page.locator(settings.portal.marked_fields).filter(visible=True).all()
    names = [name for row in marked if (name := row.get_attribute("formcontrolname") or row.get_attribute("id"))]
    if names:
        return FormSeen(broken("form_fields_marked", fields=", ".join(names)), has_phone)
    told = page.locator(settings.portal.refusals).filter(visible=True).all_inner_texts()
    if told:
        return FormSeen(broken("portal_toast", said=told[-1].strip()), has_phone)
    return FormSeen(ok("form", "form"), has_phone)
