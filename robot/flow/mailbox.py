"""The mailbox of one organisation: whose settings hold, and its password from the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.mail import open_mailbox

if TYPE_CHECKING:
    import contextlib

    from robot.mail import Mailbox
    from robot.settings import Mail, Organisation, Settings
    from robot.vault import Vault


class OrganisationMailbox:
    """Opened anew for each look; `mail` are the settings with the organisation's own over them."""

    def __init__(self, settings: Settings, vault: Vault, organisation: Organisation) -> None:
        own = {name: value for name, value in organisation.mail.model_dump().items() if value is not None}
        self.mail: Mail = settings.mail.model_copy(update=own)
        self._vault = vault
        self._password: str | None = None

    def open(self) -> contextlib.AbstractContextManager[Mailbox]:
        """The mailbox, closed at the end of the block; see `robot.mail.open_mailbox`.

        The password is read once: opening the vault is slow on purpose, and the mailbox is asked often.
        """
        if self._password is None and self.mail.password:
            self._password = self._vault.get(self.mail.password)
        return open_mailbox(self.mail, self._password)
