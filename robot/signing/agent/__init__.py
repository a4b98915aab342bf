"""The agent: one process a token, which alone holds the session and the PIN, and ends with the robot that started it.

What it asks of the outside (the books, the token) are the seams in `seams`; `python -m robot.drive.agent` joins them.
"""

from robot.signing.agent.client import Agent, start_agent
from robot.signing.agent.config import AgentConfig
from robot.signing.agent.lock import Held, OsLock
from robot.signing.agent.seams import Books, Refusal

__all__ = ["Agent", "AgentConfig", "Books", "Held", "OsLock", "Refusal", "start_agent"]
