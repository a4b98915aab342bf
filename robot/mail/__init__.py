"""The organisation's mailbox: what the portal wrote to it, and which of that is believed."""

from robot.mail.letter import Letter
from robot.mail.mailbox import Mailbox, open_mailbox
from robot.mail.portal_letters import ActivationLetter, CredentialsLetter, Ignored, PortalLetters

__all__ = ["ActivationLetter", "CredentialsLetter", "Ignored", "Letter", "Mailbox", "PortalLetters", "open_mailbox"]
