"""What stands in a recording's `recording.json`, and in a line of its `frames.jsonl`.

A recording is a folder:

    recording.json      what follows here
    exchanges.har       HAR 1.2; a page of it is a step, an entry's `pageref` says in which step it was asked for; a script or
                        a style sheet that came alike more than once stands there once
    frames.jsonl        a `Frame` a line, in order
    mails/NN.eml        the letters that were read
    files/NAME          what was uploaded (made harmless, of the same length), and what was downloaded
    aria/NN.yml         the page's aria snapshot at the end of step NN (from 01)
    screenshots/NN.webp its picture, masked; a step that changed nothing to be seen has the one of the step before
    trace/…             Playwright's trace, made harmless

Each secret and each personal value is a placeholder (`robot.recording.placeholders`): `{SECRET:password}`, `{ORG:tax_code}`,
`{TOKEN:certificate}`, `{DAY:0}`; the same value is the same placeholder everywhere in one recording.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from robot.settings.model import MailPatterns, PortalPaths, PortalTexts
from robot.settings.verdict import MailVerdict

VERSION: Final = 1


class Strict(BaseModel):
    """A part of a recording: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Strict):
    """A step of the flow: seconds are from the run's begin."""

    name: str
    """As the flow calls it."""
    begun_s: float = Field(ge=0)
    seconds: float = Field(ge=0)
    state: Literal["done", "failed"]
    effects: tuple[str, ...] = ()
    """Kinds of what was sent within it that could not be taken back (`registration`, `activation`, `submission`)."""
    aria: str | None = None
    """File of the page's aria snapshot at the step's end; None where no page was open."""
    screenshot: str | None = None
    """File of the page's picture then."""
    address: str | None = None
    """Path of the page at the step's end, without its query."""


class Answer(Strict):
    """What a person answered, in order: `value` is a placeholder."""

    kind: str
    """Of the question: `captcha`."""
    value: str
    step: int = Field(ge=0)
    """In which step it was asked, from 0."""


class Mail(Strict):
    """A letter that was there when the mailbox was read; `step` counts from 0, `after_s` from the run's begin."""

    file: str
    """Its file under `mails/`."""
    step: int = Field(ge=0)
    after_s: float = Field(ge=0)
    sender: str
    """Its address: one of `mail.senders`."""


class Found(Strict):
    """What was found about an absent form; the texts are keys of the catalogue with what fills them."""

    step: int = Field(ge=0)
    """In which step, from 0."""
    link: str
    code: str
    """One of the findings' codes; empty where no cause was found."""
    certainty: Literal["certain", "likely", "unknown"]
    cause: dict[str, Any]
    remedy: dict[str, Any]
    probes: tuple[str, ...] = ()
    """Codes of what the probes saw broken."""


class Earlier(Strict):
    """An effect that stood in the books before the run and that the run went on from."""

    kind: str
    """`registration`, `activation` or `submission`."""
    key: str
    """What it was about, a placeholder."""
    state: Literal["intent", "confirmed", "refused", "superseded", "absent"]
    receipt: dict[str, str] | None = None
    """The portal's proof, where it has given one."""
    detail: dict[str, str] = {}
    """What the books keep beside it, such as the registration that an activation belongs to."""
    before_s: float = Field(ge=0)
    """How long before the run's begin it was intended."""


class Outcome(Strict):
    """How the run ended, as `run --json` says it."""

    outcome: str
    exit_code: int
    receipt: dict[str, str] | None = None
    """Kind, number and time of the receipt, with placeholders."""
    finding: str | None = None
    """Code of the finding."""


class PortalFacts(Strict):
    """What the settings said of the portal and its mails when the run was recorded."""

    address: str
    """`portal.address`"""
    hosts: tuple[str, ...]
    """`portal.hosts`"""
    refusals: str
    """`portal.refusals`"""
    marked_fields: str
    """`portal.marked_fields`"""
    paths: PortalPaths
    """`[portal.paths]`"""
    texts: PortalTexts
    """`[portal.texts]`"""
    senders: tuple[str, ...]
    """`mail.senders`"""
    patterns: MailPatterns
    """`[mail.patterns]`"""
    verdict: MailVerdict
    """`[mail.verdict]`"""


class Frame(Strict):
    """A message between browser and native host, or an event of the relay's; `port` counts the ports from 1."""

    port: int = Field(ge=1)
    after_s: float = Field(ge=0)
    direction: Literal["browser>host", "host>browser", "event"]
    kind: str
    """What the protocol calls it, such as `CERT` or `get-signing-certificate`."""
    message: dict[str, Any] | None = None
    """The message with placeholders; for an event what it says."""


class Recording(Strict):
    """One run, with everything that a replay of it needs beside the files."""

    version: Literal[1]
    """Of this format."""
    flow: str
    """The flow's name; a replay runs the flow that is installed under it."""
    recorded: datetime
    """When the run began (UTC)."""
    seconds: float = Field(ge=0)
    """How long the run took."""
    signing: Literal["vendor", "pkcs11"]
    """`signing.mode`"""
    protocol: Literal["token-signing", "web-eid"]
    """`signing.protocol`"""
    extension_id: str
    """`browser.extension_id`"""
    host_name: str = ""
    """By which the extension calls its native host."""
    versions: dict[str, str] = {}
    """Of browser, extension, host, driver, token and robot; `portal` is its build, where its pages say one."""
    portal: PortalFacts
    organisation: dict[str, Any]
    """The organisation's settings, with placeholders."""
    parameters: dict[str, str] = {}
    """Of the flow: `dossier` is a file under `files/`."""
    placeholders: dict[str, str] = {}
    """Each placeholder of the recording, and of what shape its value was: `digits 10`, `tax code`, `email`, `text 24`."""
    earlier: tuple[Earlier, ...] = ()
    """What stood in the books."""
    account: str | None = None
    """User name of the account that lay in the vault before the run, a placeholder; its password is `{SECRET:password}`."""
    verdict_s: float = Field(default=0, ge=0)
    """How long the run would have waited for the portal's verdict on what it sent; 0 where it does not wait."""
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...] = ()
    mails: tuple[Mail, ...] = ()
    found: tuple[Found, ...] = ()
    """What was found whenever the form to choose a signature stayed away."""
    outcome: Outcome
