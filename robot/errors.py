"""Everything that can go wrong, as one tree; a class says what kind of thing happened and which exit code tells it.

    RobotError                  1   the robot itself failed: a fault of ours
    ├── UsageError              2   a command, setting or file is wrong; nothing was started
    │   ├── SettingsError           robot.toml, environment
    │   ├── NameUnknown             no such flow, organisation or run
    │   ├── DossierUnreadable       missing, empty, too large, not a dossier
    │   ├── DossierFaulty           the check before the upload finds errors in it
    │   ├── VaultClosed             the store of secrets is locked, or lacks the secret
    │   ├── BrowserMissing          no Chrome or Chromium where the settings or the system say
    │   ├── NightBusy               another night runs on this machine
    │   ├── FolderUnusable          KBHXH's folders: no installation, in use, no room; nothing was changed
    │   └── RecordingFaulty         a recording is not there, or not what the recorder writes
    ├── RecordingUnsafe         1   a recording would have held a secret or a person's data: it was not written
    ├── ReplayStopped           1   a replay is not what was recorded, and its run ends there
    ├── Refused                10   the portal said no: a business answer, never tried again by itself
    │   ├── CaptchaRefused          the picture's characters were not right
    │   ├── CredentialsRefused      user name or password
    │   ├── ActivationRefused       the activation code, or the activation as a whole
    │   └── PhoneTaken              the phone number belongs to another registration
    ├── ChainBroken            11   between the page and the token something does not answer
    │   ├── FormAbsent              the form to choose a signature did not appear
    │   ├── CertificateNotOffered   the token holds no certificate of the organisation
    │   │   └── CertificateExpired      it holds one that has run out, or is not valid yet
    │   ├── BrowserFailed           the browser did not start, or died
    │   ├── SetupFailed             a change to this machine could not be made, or not be taken back
    │   ├── DriverFailed            the token's PKCS#11 driver cannot be loaded, or answers nonsense
    │   ├── TokenGone               the token was pulled
    │   │   └── LoggedOut               it is there and has forgotten the log-in
    │   ├── LogInFailed             the token did not let us in, and does not say that the PIN is wrong
    │   │   ├── WrongPin                the token says, by its answer or its flags, that the PIN is wrong
    │   │   ├── PinLocked               the PIN is locked
    │   │   ├── PinFinalTry             one wrong PIN more would lock it: a machine does not try
    │   │   ├── PinLengthWrong          shorter or longer than the token takes: not tried
    │   │   ├── PinNeeded               no PIN given, and the token has no PIN pad: not tried
    │   │   └── PinCancelled            the person at the PIN pad pressed cancel
    │   └── SignatureFailed         the token holds no such key, cannot do what is asked, or did not do it
    ├── PortalUnavailable      12   no answer, an error page, or a session that ended
    │   ├── SessionExpired          the portal signed us out
    │   └── PageUnexpected          the page lacks what the flow needs: it may have been changed
    ├── OutcomeUnknown         13   sent, and no answer: a person or a look-up decides, never a second click
    ├── Waiting                14   the run goes on when something arrives
    │   ├── MailAwaited             the mail has not come
    │   ├── MailUnavailable         the mailbox cannot be read
    │   ├── PersonAwaited           a question has no answer yet
    │   └── UpgradeStopped          KBHXH's upgrade broke off; the same command goes on from there
    └── Cancelled             130   a person stopped the run

Raised with a key of the catalogue's `[errors]` and what fills it; `str(error)` is English (for the log), `error.text` any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from robot.texts import Language


WaitKind = Literal["mail", "person", "time"]


class RobotError(Exception):
    """The robot itself failed."""

    exit_code: ClassVar[int] = 1
    outcome: ClassVar[str] = "failed"

    def __init__(self, key: str, /, **fills: Any) -> None:
        self.text = Text(f"errors.{key}", fills)
        super().__init__(key)

    def __str__(self) -> str:
        return self.text.say("en")


class UsageError(RobotError):
    """A command, setting or file is wrong; nothing was started."""

    exit_code = 2
    outcome = "usage"


class SettingsError(UsageError):
    """A setting is missing, misspelt or wrong: the sentence names file, key and what to write."""


class NameUnknown(UsageError):
    """No such flow, organisation or run; the sentence names the nearest one."""


class DossierUnreadable(UsageError):
    """The dossier's file is missing, empty, too large or not a dossier."""


class DossierFaulty(UsageError):
    """The check before the upload finds errors (`faults`, by language, as `Fault.as_json` has them); nothing was sent."""

    def __init__(self, key: str, /, faults: Mapping[Language, Sequence[Mapping[str, Any]]] | None = None, **fills: Any) -> None:
        super().__init__(key, **fills)
        self.faults = faults or {}


class VaultClosed(UsageError):
    """The store of secrets is locked, or does not hold the secret that a setting refers to."""


class BrowserMissing(UsageError):
    """No Chrome or Chromium was found."""


class NightBusy(UsageError):
    """A night runs on this machine already; the second one begins nothing."""


class FolderUnusable(UsageError):
    """KBHXH's folders cannot be upgraded as they are: no installation, in use, locked, no room; nothing was changed."""


class RecordingFaulty(UsageError):
    """A recording is not there, or not what the recorder writes: `faults` are lines of `file: path: message`."""

    def __init__(self, key: str, /, faults: Sequence[str] = (), **fills: Any) -> None:
        super().__init__(key, **fills)
        self.faults = tuple(faults)


class RecordingUnsafe(RobotError):
    """A recording would have held a secret or a person's data, so it was not written; the run that it is of stands."""


class ReplayStopped(RobotError):
    """A replay is not what was recorded, and its run ends there; nothing was sent, since there is nobody to send to."""


class Refused(RobotError):
    """The portal said no, in words: a business answer that a machine never argues with."""

    exit_code = 10
    outcome = "refused"


class CaptchaRefused(Refused):
    """The portal did not take the characters of the captcha; asked again a settable number of times."""


class CredentialsRefused(Refused):
    """The portal did not take the user name or the password."""


class ActivationRefused(Refused):
    """The portal did not take the activation code; the known remedy is a new registration."""


class PhoneTaken(Refused):
    """The phone number is declared for another code; the known remedy leaves it blank."""


class ChainBroken(RobotError):
    """A link between the page and the token does not answer."""

    exit_code = 11
    outcome = "chain_broken"


class FormAbsent(ChainBroken):
    """The form to choose a signature did not appear, whatever was tried."""

    outcome = "form_absent"


class CertificateNotOffered(ChainBroken):
    """The form lists certificates, and none of them is the organisation's."""


class CertificateExpired(CertificateNotOffered):
    """The organisation's certificate has run out, or is not valid yet: nothing is signed with it."""


class BrowserFailed(ChainBroken):
    """The browser did not start, or was gone before the work was done."""


class SetupFailed(ChainBroken):
    """A change to this machine could not be made, or not be taken back; the set-up's journal knows how far it went."""


class DriverFailed(ChainBroken):
    """The PKCS#11 driver cannot be loaded or started, or fails in a call that every token answers."""

    @property
    def cause(self) -> str:
        """What is wrong, as a word for a program: `file_absent`, `wrong_architecture`, `dependency_missing` and so on."""
        return self.text.key.removeprefix("errors.driver_")


class TokenGone(ChainBroken):
    """The token was pulled; its session is worth nothing, and opening it again by its serial finds it when it is back."""


class LoggedOut(TokenGone):
    """The token is there and the log-in is not: it was pulled and plugged in again, or another program logged out."""


class LogInFailed(ChainBroken):
    """The token did not let us in; whether the PIN was wrong it did not say."""

    @property
    def code(self) -> str:
        """The token's answer, such as `CKR_GENERAL_ERROR`; empty where it was not asked."""
        return str(self.text.fills.get("code", ""))


class WrongPin(LogInFailed):
    """The PIN is wrong; a machine never tries again."""


class PinLocked(LogInFailed):
    """The PIN is locked: only the authority that issued the token can open it."""


class PinFinalTry(LogInFailed):
    """One wrong PIN more would lock the token, so the token was not asked."""


class PinLengthWrong(LogInFailed):
    """The PIN is shorter or longer than the token takes, so the token was not asked."""


class PinNeeded(LogInFailed):
    """There is no PIN, and the token has no pad to type it on; the token was not asked."""


class PinCancelled(LogInFailed):
    """The person at the PIN pad pressed cancel, or typed nothing in time."""


class SignatureFailed(ChainBroken):
    """The token holds no such key, cannot sign in the way that is asked, or did not sign."""


class PortalUnavailable(RobotError):
    """The portal gave no answer, an error page, or ended the session."""

    exit_code = 12
    outcome = "portal_unavailable"


class SessionExpired(PortalUnavailable):
    """The portal signed the robot out; before an intent the flow may start again."""


class PageUnexpected(PortalUnavailable):
    """The page lacks an element that the flow needs."""


class OutcomeUnknown(RobotError):
    """Something was sent and no answer came; nothing is sent again."""

    exit_code = 13
    outcome = "unknown"


class Waiting(RobotError):
    """The run stops here and goes on when what it waits for has come."""

    exit_code = 14
    outcome = "waiting"
    waits_for: ClassVar[WaitKind] = "time"


class MailAwaited(Waiting):
    """The mail has not come within the time that one run waits."""

    waits_for = "mail"


class MailUnavailable(Waiting):
    """The mailbox cannot be read: no connection, no trust in the server, no answer."""


class PersonAwaited(Waiting):
    """A question to a person has no answer."""

    waits_for = "person"


class UpgradeStopped(Waiting):
    """KBHXH's upgrade broke off on the way: the sentence says what to mend, and the same command goes on from there."""


class Cancelled(RobotError):
    """A person stopped the run."""

    exit_code = 130
    outcome = "cancelled"
