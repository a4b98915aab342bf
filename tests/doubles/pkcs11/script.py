"""The scripted PKCS#11 double: built from C, told what to be by a file, and what it was asked read from its log."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import PyKCS11
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from tests.doubles.certificates import Held

VARIABLE = "VSS_PKCS11_DOUBLE"
HERE = Path(__file__).resolve().parent
SOURCES = ("double.c", "script.c", "arithmetic.c")
USUAL = PyKCS11.CKF_USER_PIN_INITIALIZED
PIN_PAD = USUAL | PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH


def build(folder: Path) -> Path:
    """Compile the double into `folder`; where it is there already it stays."""
    library = folder / "libdouble.so"
    if not library.exists():
        unfinished = folder / f"libdouble.{os.getpid()}.so"
        flags = ["-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["gcc", *flags, "-o", unfinished, *(HERE / name for name in SOURCES)], check=True)
        unfinished.rename(library)
    return library


@dataclass(frozen=True)
class DoubleToken:
    """One slot and the token in it.

    `flags` are raw CKF_ bits beside those that wrong PINs bring by themselves (`tries` wrong ones lock it; 0: never).
    A `blank` token is plugged in and was never initialised. `wrong_pin` is what C_Login answers to a wrong PIN. `pad` is what
    the person at the PIN pad does: right, wrong or cancel.
    While it `holds`, a signature is under way and does not come.
    `pulled_in` names the call in which the token is pulled; it is back when `plugs` is raised, and sessions are gone with it.
    """

    serial: str
    held: tuple[Held, ...] = ()
    label: str = "VSS double"
    pin: str = "24681357"
    flags: int = USUAL
    min_pin: int = 6
    max_pin: int = 16
    tries: int = 3
    wrong_pin: int = PyKCS11.CKR_PIN_INCORRECT
    pad: str = "right"
    present: bool = True
    blank: bool = False
    plugs: int = 0
    holds: int = 0
    pulled_in: str = ""
    mechanisms: tuple[int, ...] = (PyKCS11.CKM_RSA_PKCS, PyKCS11.CKM_SHA256_RSA_PKCS)
    asks_each_time: bool = False

    def lines(self) -> list[str]:
        """Its part of the script."""
        texts = {"label": self.label, "serial": self.serial, "manufacturer": "double", "model": "scripted"}
        texts |= {"pin": self.pin, "pad": self.pad, "pulled_in": self.pulled_in}
        numbers = {"flags": self.flags, "min_pin": self.min_pin, "max_pin": self.max_pin, "tries": self.tries}
        numbers |= {"wrong_pin": self.wrong_pin, "plugs": self.plugs, "holds": self.holds}
        numbers |= {"present": int(self.present), "blank": int(self.blank)}
        written = ["slot 1", *(f"{name} {value}" for name, value in {**texts, **numbers}.items())]
        written += [f"mechanism {mechanism}" for mechanism in self.mechanisms]
        for held in self.held:
            key_id = held.key_id.hex()
            der = held.certificate.public_bytes(serialization.Encoding.DER).hex()
            written.append(f"certificate {key_id} {der} {held.label}")
            if isinstance(held.key, rsa.RSAPrivateKey):
                numbers_of = held.key.private_numbers()
                size = held.key.key_size // 8
                modulus, exponent = (n.to_bytes(size).hex() for n in (numbers_of.public_numbers.n, numbers_of.d))
                written.append(f"key {key_id} {modulus} {exponent} {'always' if self.asks_each_time else 'once'}")
        return written


@dataclass
class Double:
    """A built double with its script: change `tokens` or `failures` and `write` again, also while a program runs."""

    library: Path
    folder: Path
    tokens: list[DoubleToken] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to find this script."""
        return {VARIABLE: str(self.folder / "script")}

    def write(self, **changes: object) -> None:
        """Write the script as a whole, `changes` made to its first token before."""
        if changes:
            self.tokens[0] = replace(self.tokens[0], **changes)
        lines = [f"log {self.folder / 'calls.jsonl'}", *(f"fail {call} {result}" for call, result in self.failures.items())]
        lines += [line for token in self.tokens for line in token.lines()]
        unfinished = self.folder / "script.new"
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
        unfinished.replace(self.folder / "script")

    def calls(self, name: str = "") -> list[tuple[str, str]]:
        """The calls so far with their results by name (CKR_OK …); only those of `name` where one is given."""
        log = self.folder / "calls.jsonl"
        rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [(row["call"], str(PyKCS11.CKR[row["result"]])) for row in rows if name in {"", row["call"]}]

    def log_text(self) -> str:
        """The log as it stands on the disk."""
        return (self.folder / "calls.jsonl").read_text()
