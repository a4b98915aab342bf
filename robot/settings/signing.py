"""Settings of signing: who signs, by which token and certificate, and by whose consent nobody sits there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from robot.settings.kinds import CertificateSerial, ExtensionId, Origin, SecretReference, Strict

PORTAL_ORIGINS = ("https://gddt.baohiemxahoi.gov.vn", "https://dichvucong.baohiemxahoi.gov.vn")


class Signing(Strict):
    """Who signs, and the native host that the extension talks to."""

    mode: Literal["vendor", "pkcs11"] = Field(
        "vendor",
        description="vendor: the VSS library as installed, windows answered by a person; pkcs11: the robot by the token's driver",
    )
    protocol: Literal["token-signing", "web-eid"] = Field(
        "token-signing", description="what the extension speaks, for mode = pkcs11"
    )
    host_name: str = Field("", description="native host's name, as the extension calls it")
    host_path: Path | None = Field(
        None, description="the VSS library's native host, for mode = vendor; an organisation may name its own"
    )
    write_manifest: bool = Field(
        default=True, description="write the host's manifest into the robot's profile; false where the library's set-up did it"
    )
    extension_ids: tuple[ExtensionId, ...] = Field(
        (), description="ids of further extensions that may start the host, beside browser.extension_id"
    )
    origins: tuple[Origin, ...] = Field(PORTAL_ORIGINS, description="pages for which is signed; https only")
    driver: str = Field(
        "", description="PKCS#11 driver: a file, a brand such as viettel-ca, or a pkcs11: URI; an organisation may name its own"
    )
    allow_sha1: bool = Field(default=False, description="sign SHA-1 hashes too")
    pin_prompt: bool = Field(default=False, description="ask a person at the terminal for a PIN that is not in the vault")


class OrganisationToken(Strict):
    """An organisation's token and the certificate on it; the organisation's tax code pins the certificate in any case."""

    driver: str = Field("", description="PKCS#11 driver, over signing.driver")
    serial: str = Field("", max_length=64, description="serial of the token; any token with the certificate when left out")
    certificate_serial: CertificateSerial | None = Field(
        None, description="serial of the one certificate to sign with, hexadecimal"
    )
    pin: SecretReference | None = Field(None, description="reference to the PIN: keyring:token/SERIAL")


class Consent(Strict):
    """Who has allowed the robot to sign with a PIN from the vault while nobody sits there, and until when."""

    authorised_by: str = Field("", description="name of the person who has allowed it")
    until: date | None = Field(None, description="last day on which it holds, YYYY-MM-DD")

    @model_validator(mode="after")
    def _is_whole(self) -> Consent:
        if bool(self.authorised_by.strip()) != (self.until is not None):
            message = "a consent names both: authorised_by and until"
            raise ValueError(message)
        return self
