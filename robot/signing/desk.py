"""Everything a browser run needs for signing, prepared before the browser starts: the agent running, the relay in place."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from robot.errors import SettingsError
from robot.signing.agent.client import Door, start_agent
from robot.signing.agent.config import AgentConfig
from robot.signing.relay import RelayConfig, install
from robot.signing.token import find_driver

if TYPE_CHECKING:
    import subprocess

    from robot.errors import RobotError
    from robot.settings import Organisation, Settings
    from robot.signing.agent.client import Agent
    from robot.signing.hearing import Hearing

TRANSCRIPT: Final = "transcript.jsonl"


@dataclass(frozen=True)
class Errand:
    """What signing must know of a run: its id, the evidence's folder, the profile, how many signatures it may make.

    With `errands` it signs for other runs, as it is told of them. `attended`: a person gave the PIN, or will type it on the
    token's pad, so that no consent is needed. `ear` is told every frame whole, where the run is recorded.
    """

    run: str
    evidence: Path
    profile: Path
    limit: int
    attended: bool
    errands: bool = False
    ear: Hearing | None = None


@dataclass(frozen=True)
class SigningDesk:
    """Signing prepared for one browser; `host_program` is what the manifest names, None where the manifest is not ours."""

    agent: Agent
    host_program: Path | None
    extension_ids: tuple[str, ...]
    transcript: Path

    @property
    def failure(self) -> RobotError | None:
        """What went wrong between the agent and its token, if something did."""
        return self.agent.failure

    @property
    def alarms(self) -> list[dict[str, Any]]:
        """What the agent refused and somebody must look into: events with `kind` and `origin`."""
        return [event for event in self.agent.events if event["event"] == "alarm"]

    def close(self) -> None:
        """End the agent, which ends whatever is left of the browser and lets the token go."""
        self.agent.close()


def driver_of(settings: Settings, organisation: Organisation) -> Path:
    """The PKCS#11 driver of the organisation's token.

    Raises:
        SettingsError: none is named, or it is not there.
    """
    named = organisation.token.driver or settings.signing.driver
    if not named:
        raise SettingsError("setting_needed", key="signing.driver")
    return find_driver(named)


def relays(settings: Settings, organisation: Organisation) -> bool:
    """Whether the browser starts our relay; where it does not, nobody here sees what is signed."""
    signing = settings.signing
    behind = signing.mode == "pkcs11" or (organisation.host_path or signing.host_path) is not None
    return signing.write_manifest and bool(signing.host_name) and behind


def signing_for(
    settings: Settings,
    organisation: Organisation,
    errand: Errand,
    pin: bytes | None,
    begun: subprocess.Popen[bytes] | None = None,
) -> SigningDesk:
    """Start the agent, write the relay's launcher beside the profile; `pin` goes to the agent alone, by a pipe.

    `begun` is an agent's process that waits for its task.

    Raises:
        SettingsError: the driver is not named or not there.
        UsageError: another process has the profile or the token.
        ChainBroken: the token may not be logged in to, or the driver fails.
    """
    signing, token = settings.signing, organisation.token
    ours = signing.mode == "pkcs11"
    driver = driver_of(settings, organisation) if ours else None
    door = Door()
    relay = settings.home / "relays" / errand.profile.name
    config = AgentConfig(
        run=errand.run,
        mode=signing.mode,
        home=settings.home,
        ledger_url=settings.ledger.url,
        folder=door.folder,
        address=door.address,
        authkey=door.authkey,
        profile=errand.profile,
        relay=relay,
        call_log=settings.home / "logs" / "token-calls.jsonl",
        driver=driver,
        serial=token.serial,
        tax_code=organisation.tax_code,
        certificate_serial=token.certificate_serial or "",
        origins=signing.origins,
        allow_sha1=signing.allow_sha1,
        attended=errand.attended,
        consent_until=organisation.consent.until,
        limit=errand.limit,
        errands=errand.errands,
    )
    agent = start_agent(config, pin, begun=begun)
    agent.wait_until_ready()
    try:
        return _desk(settings, organisation, errand, agent)
    except BaseException:
        agent.close()
        raise


def _desk(settings: Settings, organisation: Organisation, errand: Errand, agent: Agent) -> SigningDesk:
    """The relay's launcher, where the manifest is ours to write and somebody stands behind it."""
    signing = settings.signing
    ids = tuple(dict.fromkeys((settings.browser.extension_id, *signing.extension_ids)))
    transcript = errand.evidence / TRANSCRIPT
    vendor = organisation.host_path or signing.host_path
    if not relays(settings, organisation):
        return SigningDesk(agent, None, ids, transcript)
    ours = signing.mode == "pkcs11"
    relayed = RelayConfig(
        mode=signing.mode,
        transcript=str(transcript),
        extension_ids=ids,
        protocol=signing.protocol,
        allowed_origins=signing.origins,
        agent_address=agent.config.address if ours else "",
        agent_authkey=agent.config.authkey if ours else "",
        vendor=() if ours else (str(vendor),),
        ear_address=errand.ear.address if errand.ear is not None else "",
        ear_authkey=errand.ear.authkey.hex() if errand.ear is not None else "",
        answer_s=settings.timers.answer_s,
    )
    return SigningDesk(agent, install(agent.config.relay, Path(sys.executable), relayed), ids, transcript)
