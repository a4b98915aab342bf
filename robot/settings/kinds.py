"""Kinds of values that settings are made of, each with its own check and a sentence for what is wrong."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from robot import identifiers

ORIGIN = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


class Strict(BaseModel):
    """A table of settings: what is not known here is refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _tax_code(text: str) -> str:
    try:
        return identifiers.tax_code(text)
    except ValueError as wrong:
        message = "not a tax code: 10 digits with a fitting check digit, or the same and -NNN for a branch"
        raise ValueError(message) from wrong


def _reference(text: str) -> str:
    if not text.startswith("keyring:") or len(text) <= len("keyring:"):
        message = "a secret is never written here: write keyring:NAME and store it with `vss-robot vault set NAME`"
        raise ValueError(message)
    return text


def _origin(text: str) -> str:
    if not ORIGIN.fullmatch(text):
        message = "not an https origin: https://host or https://host:port, lower case, nothing after it"
        raise ValueError(message)
    return text


def _serial(text: str) -> str:
    plain = re.sub(r"[ :]", "", text).lower().removeprefix("0x").lstrip("0")
    if not re.fullmatch(r"[0-9a-f]+", plain):
        message = "not a certificate's serial number in hexadecimal"
        raise ValueError(message)
    return plain


TaxCode = Annotated[str, AfterValidator(_tax_code)]
SecretReference = Annotated[str, AfterValidator(_reference)]
Origin = Annotated[str, AfterValidator(_origin)]
CertificateSerial = Annotated[str, AfterValidator(_serial)]
"""Hexadecimal, lower case, without leading noughts, colons or blanks."""
ExtensionId = Annotated[str, Field(pattern="^[a-p]{32}$")]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
