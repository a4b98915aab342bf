"""One XML-DSig signature of a document: does its digest fit the bytes, its value the digest, and who made it.

Known of the forms: enveloped, SHA-256, inclusive C14N, certificate in KeyInfo. What else standards allow (other transforms, a
reference to a part of the document) is not followed but named: a signature that does not cover the whole document is no seal.
The document is parsed, never written again.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from robot.clock import VIETNAM
from robot.dossier.guarded import tree

if TYPE_CHECKING:
    from collections.abc import Mapping

DSIG: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL: Final = frozenset({_C14N, f"{_C14N}#WithComments", _EXCLUSIVE, f"{_EXCLUSIVE}WithComments"})
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_DIGESTS: Final[Mapping[str, str]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_SIGNATURES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512(),
}
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"


class SealBroken(Exception):  # noqa: N818 - says what happened, as the errors of robot.errors do
    """It is absent or does not hold; the text names the rule: signature_absent, _form, _algorithm, _digest, _wrong."""


@dataclass(frozen=True)
class Seal:
    """A signature that holds: its certificate, others that came with it, and the time it says it was made (None: it does not)."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    signed_at: datetime | None


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


class _Sink:
    """A file to lxml, a digest to us: the canonical form of a large document is never held."""

    def __init__(self, into: _Hash) -> None:
        self._into = into

    def write(self, data: bytes) -> int:
        """Take a piece in."""
        self._into.update(data)
        return len(data)


def check_seal(raw: bytes, place: str) -> Seal:
    """The signature in the child `place` of a document's root; the document is one that was read (`guarded.parsed`) before.

    Raises:
        SealBroken: which rule is broken.
        NotAContainer: the document cannot be read.
    """
    root = tree(raw)
    places = root.findall(place)
    signatures = [signature for held in places for signature in held.iterfind(f"{DSIG}Signature")]
    if not signatures:
        raise SealBroken("signature_absent")
    if len(places) != 1 or len(signatures) != 1:
        raise SealBroken("signature_form")
    signature = signatures[0]
    info, reference = _one(signature, "SignedInfo"), _one(signature, "SignedInfo", "Reference")
    certificates = _certificates(signature)
    algorithm = _SIGNATURES.get(_algorithm(info, "SignatureMethod"))
    exclusive = _algorithm(info, "CanonicalizationMethod").startswith(_EXCLUSIVE)
    digest = _DIGESTS.get(_algorithm(reference, "DigestMethod"))
    if algorithm is None or digest is None or _algorithm(info, "CanonicalizationMethod") not in _CANONICAL:
        raise SealBroken("signature_algorithm")
    signed, value = _canonical(info, exclusive=exclusive), _bytes(_one(signature, "SignatureValue"))
    at = _signed_at(signature)
    if _digest(root, signature, reference, digest) != _bytes(_one(reference, "DigestValue")):
        raise SealBroken("signature_digest")
    key = certificates[0].public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise SealBroken("signature_algorithm")
    try:
        key.verify(value, signed, padding.PKCS1v15(), algorithm)
    except InvalidSignature as wrong:
        raise SealBroken("signature_wrong") from wrong
    return Seal(certificates[0], certificates[1:], at)


def _one(element: etree._Element, *names: str) -> etree._Element:
    found = element.findall("/".join(f"{DSIG}{name}" for name in names))
    if len(found) != 1:
        raise SealBroken("signature_form")
    return found[0]


def _algorithm(element: etree._Element, name: str) -> str:
    return _one(element, name).get("Algorithm") or ""


def _bytes(element: etree._Element) -> bytes:
    try:
        return b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise SealBroken("signature_form") from wrong


def _certificates(signature: etree._Element) -> tuple[x509.Certificate, ...]:
    """Those in KeyInfo, the signer's first."""
    held = [_bytes(element) for element in signature.iterfind(f"{DSIG}KeyInfo/{DSIG}X509Data/{DSIG}X509Certificate")]
    try:
        found = tuple(x509.load_der_x509_certificate(der) for der in held)
    except ValueError as wrong:
        raise SealBroken("signature_form") from wrong
    if not found:
        raise SealBroken("signature_form")
    return found


def _canonical(info: etree._Element, *, exclusive: bool) -> bytes:
    """SignedInfo by itself: inclusive C14N takes along the namespaces and xml: attributes of what stands around it."""
    if exclusive:
        return etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    around = [(name, value) for above in info.iterancestors() for name, value in above.items() if str(name).startswith(_XML)]
    given = {str(name): str(value) for name, value in [*around[::-1], *info.items()]}
    apart = etree.Element(str(info.tag), given, nsmap=info.nsmap)  # type: ignore[arg-type]  # a default namespace has no prefix
    apart.text = info.text
    apart.extend(list(info))  # moved: the signature is done with
    return etree.tostring(apart, method="c14n", with_comments=False)


def _digest(root: etree._Element, signature: etree._Element, reference: etree._Element, algorithm: str) -> bytes:
    """The digest of the whole document without the signature."""
    asked = [element.get("Algorithm") for element in reference.iterfind(f"{DSIG}Transforms/{DSIG}Transform")]
    whole = reference.get("URI") in {"", *(f"#{root.get(name)}" for name in ("Id", "ID", "id") if root.get(name))}
    if not whole or asked.count(_ENVELOPED) != 1 or not {*asked} <= {_ENVELOPED, *_CANONICAL}:
        raise SealBroken("signature_form")
    parent, tail = signature.getparent(), signature.tail
    before = signature.getprevious()
    if parent is None:
        raise SealBroken("signature_form")
    parent.remove(signature)
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    digest = hashlib.new(algorithm)
    exclusive = any(str(name).startswith(_EXCLUSIVE) for name in asked)
    # Any object with a `write` will do.
    tree = root.getroottree()
    tree.write_c14n(_Sink(digest), exclusive=exclusive, with_comments=False)  # type: ignore[call-arg,arg-type]  # not in the stubs
    return digest.digest()


def _signed_at(signature: etree._Element) -> datetime | None:
    """XAdES' SigningTime, in whichever version's namespace; None where there is none or it is no time.

    One without a zone is Vietnam's: software there writes its computer's own time.
    """
    for element in signature.iter("{*}SigningTime"):
        try:
            at = datetime.fromisoformat((element.text or "").strip())
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=VIETNAM)
    return None
