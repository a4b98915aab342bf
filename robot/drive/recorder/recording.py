"""A run that is recorded: the run as ever, with a recorder along; at its end the recording is written and searched."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from loguru import logger

from robot.clock import VIETNAM
from robot.drive.recorder.facts import earlier, portal_build, portal_facts
from robot.drive.recorder.knowing import AGENCY, PARTICULARS, Known
from robot.drive.recorder.taken import pictures_of, steps_of, trees_of
from robot.drive.recorder.tape import Recorder
from robot.drive.run import run_flow
from robot.drive.signing import RunSigning
from robot.drive.stage import Stage
from robot.drive.versions import token_versions
from robot.errors import DossierUnreadable, RecordingUnsafe, RobotError
from robot.flow.mailbox import OrganisationMailbox
from robot.flow.post import ACCOUNTS
from robot.recording.frames import frames_of
from robot.recording.harmless import CannotBeHarmless, harmless
from robot.recording.model import Outcome
from robot.recording.placeholders import DOSSIER
from robot.recording.writing import Draft, check_free, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from robot.drive.office import Office
    from robot.drive.run import Ending
    from robot.flow import Flow
    from robot.flow.desk import Progress
    from robot.recording.reading import Loaded
    from robot.settings import Organisation

KINDS = ("registration", "activation", "submission")


class RecordedRun:
    """One run of a flow with a recorder along; `run` it, then `write` its recording."""

    def __init__(self, office: Office, flow: Flow, key: str, parameters: Mapping[str, Any], folder: Path) -> None:
        """Nothing is started yet.

        Raises:
            UsageError: `recording_folder_taken`; `recording_dossier`; there is no such organisation.
        """
        check_free(folder)
        self._office = office
        self._flow = flow
        self._key = key
        self._folder = folder
        self._given = dict(parameters)
        self._parameters = dict(parameters)  # as the recording names them
        self._organisation: Organisation = office.organisation(key)
        self._had_account = office.vault.has(f"{ACCOUNTS}{key}")
        self._before = [effect for kind in KINDS if (effect := office.ledger.newest_by_organisation(kind, key)) is not None]
        self._known = Known(self._organisation, office.redactor, datetime.now(VIETNAM).date())
        self._recorder: Recorder | None = None
        self._contents: dict[bytes, bytes] = {}  # the dossier, and what is kept in its place
        self._files: dict[str, bytes] = {}
        if "dossier" in parameters:
            self._take_dossier(parameters["dossier"].file)

    def _take_dossier(self, file: Path) -> None:
        known, content = self._known, file.read_bytes()
        try:
            name = f"files/{known.learn_dossier(file, content)}"
            self._parameters["dossier"] = name
            self._files[name] = self._contents[content] = harmless(content, known.register)
        except CannotBeHarmless as wrong:
            raise DossierUnreadable("recording_dossier", file=file, why=wrong) from wrong

    def run(self, progress: Progress, *, headed: bool = False) -> Ending:
        """Run the flow, see `run_flow`."""
        recorder = self._recorder = Recorder(self._office.settings, self._known)

        def signing(office: Office, flow: Flow, key: str, organisation: Organisation, progress: Progress) -> RunSigning:
            made = RunSigning(office, flow, key, organisation, progress)
            made.ear = recorder.hearing
            return made

        try:
            stage = Stage(tape=recorder, signing=signing)
            return run_flow(self._office, self._flow, self._key, self._given, progress, headed=headed, stage=stage)
        finally:
            recorder.hearing.close()

    @property
    def _ran(self) -> Recorder:
        if self._recorder is None:
            message = "a run is recorded before its recording is written"
            raise RuntimeError(message)
        return self._recorder

    def write(self, ending: Ending) -> Loaded:
        """Write the recording of the run that has ended.

        Raises:
            RecordingUnsafe: it would have held what may not be kept; nothing was written. The run stands.
            RobotError: recording failed; the same.
        """
        wrong = self._ran.guard.wrong
        if wrong is None:
            try:
                return write(self._folder, self._draft(ending), self._known.register, self._known.forbidden)
            except RecordingUnsafe:
                raise
            except Exception as failed:  # noqa: BLE001 - the run is done and stands: a person is told in a sentence
                logger.bind(action="recorder.failed").opt(exception=True).error("failed")
                wrong = failed
        raise RobotError("recording_failed", folder=self._folder, why=f"{type(wrong).__name__}: {wrong}") from wrong

    def _draft(self, ending: Ending) -> Draft:
        recorder, register = self._ran, self._known.register
        recorder.learn()
        traces = sorted((self._evidence(ending) / "traces").glob("*.zip"))
        exchanges = list(recorder.network.exchanges(dict.fromkeys(self._contents, DOSSIER)))
        facts = self._facts(ending)
        build = portal_build(exchanges)
        return Draft(
            facts=facts | {"versions": facts["versions"] | ({"portal": build} if build else {})},
            exchanges=exchanges,
            frames=list(frames_of(recorder.hearing.heard, recorder.begun.timestamp(), register)),
            mails={mail.file: raw for mail, raw in recorder.mails},
            texts=trees_of(recorder.steps),
            files=self._files | {name: held for held, name in pictures_of(recorder.steps).items()},
            traces=[trace.read_bytes() for trace in traces],
            contents=self._contents,
        )

    def _facts(self, ending: Ending) -> dict[str, Any]:
        recorder, settings, result = self._ran, self._office.settings, ending.result
        return {
            "flow": self._flow.name,
            "recorded": recorder.begun,
            "seconds": round(recorder.seconds, 3),
            "signing": settings.signing.mode,
            "protocol": settings.signing.protocol,
            "extension_id": settings.browser.extension_id,
            "host_name": settings.signing.host_name,
            "versions": self._versions(ending),
            "portal": portal_facts(settings, OrganisationMailbox(settings, self._office.vault, self._organisation).mail),
            "organisation": {name: getattr(self._organisation, name) for name in (*PARTICULARS, *AGENCY)},
            "parameters": {name: str(value) for name, value in self._parameters.items()},
            "earlier": [earlier(effect, recorder.begun) for effect in self._before],
            "account": self._account(),
            "verdict_s": settings.timers.verdict_s,
            "steps": steps_of(recorder.steps),
            "answers": recorder.answers,
            "mails": [mail for mail, _ in recorder.mails],
            "found": recorder.findings,
            "outcome": Outcome(
                outcome=result.outcome,
                exit_code=ending.exit_code,
                receipt=result.receipt,
                finding=result.finding["code"] if result.finding is not None else None,
            ),
        }

    def _evidence(self, ending: Ending) -> Path:
        return self._office.settings.evidence.folder / str(ending.result.run)

    def _account(self) -> str | None:
        """The user name of an account that lay in the vault before the run, where the run has used it."""
        learnt = {name: secret for secret, name in self._office.redactor.secrets.items()}
        account = learnt.get(f"{ACCOUNTS}{self._key}") if self._had_account else None
        return account.split("\n")[0] if account is not None else None

    def _versions(self, ending: Ending) -> dict[str, str]:
        run = self._evidence(ending) / "run.json"
        known: dict[str, str] = json.loads(run.read_text(encoding="utf-8")).get("versions", {}) if run.exists() else {}
        known.pop("system", None)  # the machine's, and no part of the chain
        if self._office.settings.signing.mode == "pkcs11":
            known |= token_versions(self._office.settings, self._organisation)
        return known
