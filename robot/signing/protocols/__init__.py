"""The two public token-signing protocols as rules on messages; standard library only, since the relay starts with them.

A protocol object serves one process's conversation: `answer(message)` gives the answer to one message and never raises for what
a message holds; `refuse(refusal)` the answer to what could not be read as a message; `greeting` what the host says first, or
None; `ends` whether the host is to end after the answer given last.
"""

from robot.signing.protocols.messages import Message, Refused, parse
from robot.signing.protocols.seam import Agent, Algorithm, Given, Signed
from robot.signing.protocols.token_signing import TokenSigning
from robot.signing.protocols.web_eid import WebEid

__all__ = ["Agent", "Algorithm", "Given", "Message", "Refused", "Signed", "TokenSigning", "WebEid", "parse"]
