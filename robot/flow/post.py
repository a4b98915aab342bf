"""The organisation's letters from the portal: waited for without a browser, believed only by the rules of the mail room."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from robot.errors import MailAwaited, MailUnavailable, SettingsError
from robot.mail import Expected, newest_activation, newest_credentials, open_mailbox

if TYPE_CHECKING:
    from robot.flow.desk import Desk
    from robot.mail import ActivationLetter, CredentialsLetter
    from robot.settings import Mail, Organisation

# The mail server's clock may run behind ours; a letter's registration number tells old from new within this span.
CLOCKS_APART = timedelta(seconds=60)
Found = TypeVar("Found", "ActivationLetter", "CredentialsLetter")
