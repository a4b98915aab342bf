"""The organisation's mailbox: what the portal wrote to it, and which of that is believed."""

from typing import TYPE_CHECKING

from robot.lazy import fetched

if TYPE_CHECKING:
    from robot.mail.belief import Ignored
    from robot.mail.letter import Attachment, Letter
    from robot.mail.mailbox import Mailbox, open_mailbox
    from robot.mail.portal_letters import ActivationLetter, CredentialsLetter, PortalLetters
    from robot.mail.verdicts import MailFault, VerdictLetter, VerdictLetters

__all__ = [
    "ActivationLetter",
    "Attachment",
    "CredentialsLetter",
    "Ignored",
    "Letter",
    "MailFault",
    "Mailbox",
    "PortalLetters",
    "VerdictLetter",
    "VerdictLetters",
    "open_mailbox",
]

__getattr__ = fetched(
    __name__,
    {
        "belief": "Ignored",
        "letter": "Attachment Letter",
        "mailbox": "Mailbox open_mailbox",
        "portal_letters": "ActivationLetter CredentialsLetter PortalLetters",
        "verdicts": "MailFault VerdictLetter VerdictLetters",
    },
)
