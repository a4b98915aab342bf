"""The relay as a process: who may talk to it, who is behind it, and how it ends.

Exit status: 0 the browser closed the port, or the protocol ended; 1 what came in was no frame; 2 the relay's config or the
extension at the other end is not the right one; 3 the vendor's host did not end in order; 4 the relay itself failed; 5 the
recording holds no answer to what was asked. It never prints: what there is to say stands in the transcript.
"""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, NoReturn

from robot.signing.relay import frames
from robot.signing.relay.config import ConfigUnusable, RelayConfig
from robot.signing.relay.transcript import FROM, TO, Transcript

if TYPE_CHECKING:
    from robot.signing.protocols import TokenSigning, WebEid
    from robot.signing.protocols.messages import Message
    from robot.signing.relay.ear import Ear

_STDIN, _STDOUT = 0, 1
_CHROME = "chrome-extension://"


def main(arguments: list[str]) -> NoReturn:
    """Serve one port of the browser's, and end the process with the documented status.

    `arguments`: the config's file, then what Chrome adds: the extension's origin, on Windows a window's handle.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the robot's terminal reaches Chrome's children too
    status = 4
    try:
        config = RelayConfig.load(arguments[0])
        transcript = Transcript(config.transcript, _ear(config))
        try:
            status = _serve(config, transcript, arguments[1:])
        except Exception as wrong:  # noqa: BLE001 - nobody reads a traceback here; the transcript names it
            transcript.event("failed", why=type(wrong).__name__)
        transcript.event("ended", status=status)
        transcript.close()
    except (ConfigUnusable, IndexError):
        status = 2
    except OSError:
        status = 4  # no transcript, no service
    # At once: a thread may still wait for a person, or for a host that does not go.
    os._exit(status)


def _ear(config: RelayConfig) -> Ear | None:
    if not config.ear_address:
        return None
    from robot.signing.relay.ear import Ear  # noqa: PLC0415 - in a run that is recorded alone

    return Ear(config.ear_address, bytes.fromhex(config.ear_authkey))


def _serve(config: RelayConfig, transcript: Transcript, from_chrome: list[str]) -> int:
    caller = from_chrome[0] if from_chrome else ""
    extension = caller.removeprefix(_CHROME).removesuffix("/")
    if caller != f"{_CHROME}{extension}/" or extension not in config.extension_ids:
        transcript.event("stranger")
        return 2
    transcript.event("started", mode=config.mode, protocol=config.protocol, extension=extension)
    if config.mode == "vendor":
        from robot.signing.relay.vendor import pass_on  # noqa: PLC0415 - only one mode's code is loaded

        return pass_on(config, transcript, from_chrome)
    if config.mode == "recorded":
        from robot.signing.relay.recorded import play  # noqa: PLC0415 - as above

        return play(config, transcript)
    return _converse(config, transcript)


def _converse(config: RelayConfig, transcript: Transcript) -> int:
    """Mode pkcs11: the protocol is spoken here, the agent holds the token."""
    from robot.signing.protocols.messages import LARGEST_REQUEST, Refused, parse  # noqa: PLC0415 - as above
    from robot.signing.relay.channel import BrowserGone  # noqa: PLC0415 - as above

    protocol = _protocol(config, transcript)
    try:
        if protocol.greeting is not None:
            _send(transcript, protocol.greeting)
        while not protocol.ends:
            try:
                payload = frames.read_frame(_STDIN, LARGEST_REQUEST, config.stall_s)
            except frames.FrameFault as fault:
                transcript.event("frame_fault", direction=FROM, fault=fault.kind)
                if fault.kind == "cut_off":
                    return 0  # the browser left in mid-sentence
                _send(transcript, protocol.refuse(Refused("invalid_argument", str(fault))))
                return 1
            if payload is None:
                return 0
            transcript.frame(FROM, payload)
            try:
                answer = protocol.answer(parse(payload))
            except Refused as refusal:
                answer = protocol.refuse(refusal)
            _send(transcript, answer)
    except (BrokenPipeError, BrowserGone):
        transcript.event("browser_left")
    return 0


def _protocol(config: RelayConfig, transcript: Transcript) -> TokenSigning | WebEid:
    from robot import __version__  # noqa: PLC0415 - as above
    from robot.signing.protocols import TokenSigning, WebEid, web_eid  # noqa: PLC0415 - as above
    from robot.signing.relay.channel import AgentChannel  # noqa: PLC0415 - as above

    agent = AgentChannel(
        config.agent_address,
        bytes.fromhex(config.agent_authkey),
        (config.connect_s, config.answer_s),
        lambda: frames.hung_up(_STDIN),
        transcript.event,
    )
    if config.protocol == "web-eid":
        return WebEid(agent, config.allowed_origins, config.version or web_eid.VERSION)
    return TokenSigning(agent, config.allowed_origins, config.version or __version__)


def _send(transcript: Transcript, answer: Message) -> None:
    payload = json.dumps(answer, separators=(",", ":")).encode()
    if len(payload) > frames.TO_BROWSER:
        raise ValueError("an answer larger than Chrome takes")
    transcript.frame(TO, payload)  # first, so that who has read the answer finds the line
    frames.write_frame(_STDOUT, payload)
