"""Signing within one run: consent looked at before anything starts, the desk made ready for each browser, signatures counted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from loguru import logger

from robot.clock import VIETNAM
from robot.drive.audit import VendorSignatures
from robot.drive.notices import Notices
from robot.drive.person import PersonWatch
from robot.drive.pin_window import PinWindow
from robot.errors import UsageError, VaultClosed
from robot.ledger import TokenBusy
from robot.signing.desk import TRANSCRIPT, Errand, driver_of, signing_for
from robot.texts import Text

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from robot.drive.office import Office
    from robot.errors import RobotError
    from robot.flow import Flow
    from robot.flow.desk import Progress
    from robot.settings import Organisation
    from robot.signing.desk import SigningDesk
    from robot.signing.hearing import Hearing

UNTIL = "%d/%m/%Y"


class RunSigning:
    """What one run needs to be signed for; `check` before the run begins, `open` and `close` around each browser.

    With `errands` the signatures are other runs', each told by `errand`; `flow` is then theirs.
    """

    def __init__(
        self, office: Office, flow: Flow, key: str, organisation: Organisation, progress: Progress, *, errands: bool = False
    ) -> None:
        self._office = office
        self._flow = flow
        self._key = key
        self._organisation = organisation
        self._progress = progress
        self._errands = errands
        self._ours = office.settings.signing.mode == "pkcs11"
        self._desk: SigningDesk | None = None
        self._watch: PersonWatch | None = None
        self._pin: bytes | None = None
        self._run = ""
        self._evidence: Path | None = None
        self._vendor: VendorSignatures | None = None
        self.failure: RobotError | None = None
        self.refused: list[dict[str, Any]] = []
        self.ear: Hearing | None = None  # of a recorder
        self.begun: Callable[[], subprocess.Popen[bytes] | None] = lambda: None
        """Gives an agent's process that waits for its task, where one was started ahead."""

    @property
    def limit(self) -> int:
        """How many signatures the run may make: those of the flow, twice where the engine may start it once more."""
        return self._flow.signatures * (2 if self._flow.again_on else 1)

    @property
    def attended(self) -> bool:
        """Whether a person gives the PIN; the vendor's library always asks one."""
        return not self._ours or self._organisation.token.pin is None

    def facts(self) -> dict[str, str]:
        """Who signs, and by whose consent: for the books and every report."""
        consent = self._organisation.consent
        facts = {"mode": self._office.settings.signing.mode, "attended": "yes" if self.attended else "no"}
        if not self.attended and consent.until is not None:
            facts |= {"authorised_by": consent.authorised_by, "until": consent.until.strftime(UNTIL)}
        return facts

    def check(self) -> None:
        """Refuse a flow that signs where the settings do not allow it; nothing has been started then.

        Raises:
            UsageError: no consent, or one that has ended; no PIN; no driver.
        """
        if not self._ours or not self._flow.signatures:
            return
        token, consent = self._organisation.token, self._organisation.consent
        driver_of(self._office.settings, self._organisation)
        if token.pin is None:
            return
        if consent.until is None:
            raise UsageError("consent_absent", organisation=self._organisation.name, key=self._key)
        if datetime.now(VIETNAM).date() > consent.until:
            until = consent.until.strftime(UNTIL)
            raise UsageError(
                "consent_expired",
                authorised_by=consent.authorised_by,
                organisation=self._organisation.name,
                until=until,
                key=self._key,
            )
        if not self._office.vault.has(token.pin):
            raise VaultClosed("vault_lacks", name=token.pin.removeprefix("keyring:"))

    def begin(self, run: str, evidence: Path) -> None:
        """The run has begun; its evidence lies in this folder."""
        self._run, self._evidence = run, evidence
        self._vendor = None if self._ours else VendorSignatures(self._office.ledger, evidence / TRANSCRIPT)
        self._office.ledger.note_signing(run, self.facts())

    def open(self, profile: Path) -> Path | None:
        """Make everything ready for a browser on this profile; the program that its manifest names, None to write none.

        Raises:
            RobotError: what keeps the run from signing, before a browser was started.
        """
        assert self._evidence is not None  # noqa: S101 - for the type checker: the run has begun
        errand = Errand(self._run, self._evidence, profile, self.limit, self.attended, self._errands, self.ear)
        self._desk = signing_for(self._office.settings, self._organisation, errand, self._secret(), self.begun())
        serial = self._desk.agent.serial or None
        try:
            self._office.ledger.note_signing(self._run, self.facts(), serial)
        except TokenBusy as busy:
            self.close()
            raise UsageError("token_in_use", serial=serial, pid="?") from busy
        if not self._ours:
            window = PinWindow(self._office.ledger, self._run, Notices(self._office).question)
            waits_s = self._office.settings.timers.answer_s
            self._watch = PersonWatch(self._evidence / TRANSCRIPT, self._progress, waits_s, window)
            self._watch.start()
        return self._desk.host_program

    def close(self) -> None:
        """The browser has gone: end the agent, let the token go."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
        desk, self._desk = self._desk, None
        if desk is None:
            return
        desk.close()
        self.failure = desk.failure or self.failure
        self.refused += desk.alarms
        self._office.ledger.note_signing(self._run, self.facts())

    def errand(self, run: str, digest: str) -> None:
        """Let another run have one hash signed once; nothing to do where the vendor's library signs."""
        if self._ours and self._desk is not None:
            self._desk.agent.errand(run, digest)

    def errand_over(self, run: str) -> None:
        """The other run is about to end; what the vendor's library has signed meanwhile was for it."""
        if self._vendor is not None:
            self._vendor.count(run)
        elif self._desk is not None:
            self._desk.agent.over(run)

    def spare(self) -> None:
        """Let the token go at the next `close`, and leave the browser as it is."""
        if self._desk is not None:
            self._desk.agent.spare()

    @property
    def unanswered(self) -> bool:
        """Whether the vendor's library has shown a window that nobody answered."""
        return self._watch is not None and self._watch.unanswered

    def trouble(self) -> Text | None:
        """What went wrong between the agent and its token, as a sentence; None where nothing did."""
        failure = (self._desk.failure if self._desk is not None else None) or self.failure
        return failure.text if failure is not None else None

    def alarms(self) -> list[dict[str, str]]:
        """What a person must look into, at the end of the run: `kind`, and the sentence in the operator's language."""
        ledger, language = self._office.ledger, self._office.settings.language
        if self._vendor is not None:
            self._vendor.count(self._run)
        made = len(ledger.signatures(self._run))
        said: dict[str, Text] = {}
        for event in self.refused:
            fills = {"origin": event["origin"], "flow": self._flow.name, "limit": self.limit}
            said[event["kind"]] = Text(f"alarms.{event['kind']}", fills)
        expected = min(self.limit, len(ledger.effects(self._run)))
        if made > expected and not self._errands:  # of a session's signatures the night keeps the balance
            said["unexplained"] = Text("alarms.unexplained", {"made": made, "expected": expected, "flow": self._flow.name})
        for kind, text in said.items():
            logger.bind(action="run.alarm", run=self._run, kind=kind).error(text.say("en"))
            self._progress.say(Text("labels.alarm_said", {"said": text}))
        return [{"kind": kind, "said": text.say(language)} for kind, text in said.items()]

    def _secret(self) -> bytes | None:
        """The PIN: from the vault, or from a person, asked once a run; None for the token's own pad, or without signatures."""
        if not self._ours or not self._flow.signatures:
            return None
        if self._pin is None:
            reference = self._organisation.token.pin
            if reference is not None:
                self._pin = self._office.vault.get(reference).encode()
            elif self._office.settings.signing.pin_prompt:
                typed = self._progress.secret(Text("labels.pin_for", {"organisation": self._organisation.name}))
                if not typed:
                    raise UsageError("pin_unset", organisation=self._organisation.name, key=self._key)
                self._office.redactor.learn("pin", typed)
                self._pin = typed.encode()
        return self._pin
