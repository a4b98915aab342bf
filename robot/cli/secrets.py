"""`vss-robot vault …`: secrets go in by prompt or file descriptor and never come out here."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.errors import UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path


def set_secret(settings: Path | None, vault_fd: int | None, name: str, from_fd: int | None) -> None:
    """Store a secret under a name, over an older one."""
    with open_office(settings, vault_fd) as office:
        asked = Text("labels.secret_for", {"name": name})
        office.vault.set(name, _handed_over(from_fd, name, asked.say(office.settings.language)))


def set_account(settings: Path | None, vault_fd: int | None, organisation: str, user: str | None, from_fd: int | None) -> None:
    """Store an account that an organisation has at the portal already; its user name is its tax code unless another is said."""
    from robot.flow.post import keep_account

    with open_office(settings, vault_fd) as office:
        user = user or office.organisation(organisation).tax_code
        asked = Text("labels.password_of", {"user": user, "organisation": organisation})
        password = _handed_over(from_fd, organisation, asked.say(office.settings.language))
        if not all(value.strip() and len(value.splitlines()) == 1 for value in (user, password)):
            raise UsageError("account_wrong", organisation=organisation)
        keep_account(office.vault, organisation, user, password)


def list_secrets(settings: Path | None, vault_fd: int | None, *, as_json: bool) -> None:
    """Names only."""
    with open_office(settings, vault_fd) as office:
        names = office.vault.names()
        if as_json:
            print_json(names)
        else:
            sys.stdout.writelines(f"{name}\n" for name in names)


def forget_secret(settings: Path | None, vault_fd: int | None, name: str) -> None:
    """Delete a secret."""
    with open_office(settings, vault_fd) as office:
        office.vault.delete(name)


def _handed_over(from_fd: int | None, name: str, prompt: str) -> str:
    """A secret from a file descriptor, or by the prompt where somebody sits at a terminal."""
    from robot.vault import pass_phrase_from_fd

    if from_fd is not None:
        return pass_phrase_from_fd(from_fd)
    if not sys.stdin.isatty():
        raise UsageError("secret_needed", name=name)
    return getpass.getpass(prompt, stream=sys.stderr)
