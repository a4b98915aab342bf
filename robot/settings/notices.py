"""Whom the robot tells what it needs a person for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from robot.settings.kinds import SecretReference, Strict

NoticeKind = Literal["question", "held", "report"]


class Notices(Strict):
    """Messages to people, by Apprise addresses: a mailbox, Telegram, a webhook (Zalo) and many more."""

    urls: tuple[SecretReference, ...] = Field(
        (), description="references to Apprise addresses, which hold passwords or tokens: keyring:NAME; none tells nobody"
    )
    kinds: tuple[NoticeKind, ...] = Field(
        ("question", "held", "report"), description="what is told: questions, held dossiers, the report of a night in the morning"
    )
