"""The tables as they are now; migrations/ brings older books here. What must never break is a rule of the schema."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from robot.ledger.rows import OUTCOMES, SIGNERS, TOKEN_STATES, VERDICTS


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC; a naive one is refused. SQLite keeps no offset, so UTC is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a time without its zone: {value}"
            raise ValueError(message)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the library's signature
        """The moment as an aware time in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def one_of(column: str, names: tuple[str, ...], name: str) -> CheckConstraint:
    """The rule that a column holds one of these names."""
    listed = ", ".join(f"'{each}'" for each in names)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


FACTS = JSON(none_as_null=True)

books = MetaData()

runs = Table(
    "runs",
    books,
    Column("id", String(32), primary_key=True),
    Column("flow", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("parameters", FACTS, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("ended", UtcTime),
    Column("receipt", FACTS),
    Column("finding", FACTS),
    # Who runs it: a process is named by its number and its start, and lives on one machine.
    Column("machine", Text, nullable=False),
    Column("process", Integer, nullable=False),
    Column("process_started", Float, nullable=False),
    # Signing: the token in use (its serial), who may sign and until when, and what must be looked into.
    Column("token", String(64)),
    Column("signing", FACTS),
    Column("alarms", FACTS),
    # The night it belongs to, and the run whose browser it used (of one log-in, many dossiers).
    Column("night", ForeignKey("nights.id", name="runs_night"), index=True),
    Column("session", ForeignKey("runs.id", name="runs_session"), index=True),
    one_of("outcome", OUTCOMES, "runs_outcome"),
    CheckConstraint("(outcome = 'running') = (ended IS NULL)", name="runs_ended"),
    Index("runs_started", "started"),
    Index("runs_running", "outcome"),  # those that run are looked at again and again, and are few
)

# A token belongs to one browser: at most one running run has it.
Index(
    "runs_token",
    runs.c.token,
    unique=True,
    sqlite_where=text("outcome = 'running' AND token IS NOT NULL"),
    postgresql_where=text("outcome = 'running' AND token IS NOT NULL"),
)

steps = Table(
    "steps",
    books,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id", name="steps_run"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("ended", UtcTime),
    one_of("outcome", OUTCOMES, "steps_outcome"),
    CheckConstraint("(outcome = 'running') = (ended IS NULL)", name="steps_ended"),
)

effects = Table(
    "effects",
    books,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id", name="effects_run"), nullable=False, index=True),
    Column("organisation", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("detail", FACTS, nullable=False),
    Column("receipt", FACTS),
    # What showed that it was taken, or that it was not: kinds of evidence with their numbers.
    Column("proofs", FACTS),
    Column("said", Text),
    Column("intended", UtcTime, nullable=False),
    Column("settled", UtcTime),
    one_of("state", ("intent", "confirmed", "refused", "superseded", "absent"), "effects_state"),
    CheckConstraint("attempt >= 1", name="effects_attempt"),
    CheckConstraint("(state = 'intent') = (settled IS NULL)", name="effects_settled"),
    CheckConstraint("state <> 'confirmed' OR receipt IS NOT NULL", name="effects_receipt"),
    CheckConstraint("state <> 'refused' OR said IS NOT NULL", name="effects_said"),
    UniqueConstraint("kind", "key", "attempt", name="effects_once"),
    Index("effects_organisation", "kind", "organisation"),
)

# However many attempts there were, at most one of them stands.
Index(
    "effects_standing",
    effects.c.kind,
    effects.c.key,
    unique=True,
    sqlite_where=text("state IN ('intent', 'confirmed')"),
    postgresql_where=text("state IN ('intent', 'confirmed')"),
)

questions = Table(
    "questions",
    books,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id", name="questions_run"), index=True),
    Column("item", ForeignKey("items.id", name="questions_item"), index=True),
    Column("organisation", Text),
    Column("kind", Text, nullable=False),
    Column("picture", Text, nullable=False),
    Column("said", FACTS),
    Column("choices", FACTS),
    Column("state", String(20), nullable=False),
    Column("asked", UtcTime, nullable=False),
    Column("expires", UtcTime),
    Column("settled", UtcTime),
    Column("answer", Text),
    one_of("state", ("open", "answered", "expired"), "questions_state"),
    CheckConstraint("(state = 'open') = (settled IS NULL)", name="questions_settled"),
    CheckConstraint("run IS NOT NULL OR item IS NOT NULL", name="questions_whose"),
    # What a person says may be a secret (an activation code, a PIN): only these answers are written down.
    CheckConstraint(
        "answer IS NULL OR (state = 'answered' AND (kind IN ('captcha', 'held', 'consent')"
        " OR (kind = 'activation' AND answer IN ('again', 'stop'))))",
        name="questions_open_answers",
    ),
)

# What a mail says about a dossier that was taken; a letter is booked once, whoever reads it how often.
verdicts = Table(
    "verdicts",
    books,
    Column("id", Integer, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("effect", ForeignKey("effects.id", name="verdicts_effect"), index=True),
    Column("number", Text),
    Column("head", FACTS, nullable=False),
    Column("faults", FACTS, nullable=False),
    Column("text", Text, nullable=False),
    Column("booked", UtcTime, nullable=False),
    one_of("outcome", VERDICTS, "verdicts_outcome"),
    CheckConstraint("outcome NOT IN ('valid', 'invalid', 'contradicts') OR effect IS NOT NULL", name="verdicts_matched"),
    UniqueConstraint("organisation", "letter", name="verdicts_once"),
)

signatures = Table(
    "signatures",
    books,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id", name="signatures_run"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("signer", String(20), nullable=False),
    Column("origin", Text, nullable=False),
    Column("token", String(64)),
    Column("certificate", String(64)),
    Column("algorithm", Text),
    Column("digest", Text),
    one_of("signer", SIGNERS, "signatures_signer"),
    # Of the vendor's signatures only the frames are seen; of our own everything is known.
    CheckConstraint(
        "signer = 'vendor' OR (token IS NOT NULL AND certificate IS NOT NULL AND algorithm IS NOT NULL AND digest IS NOT NULL)",
        name="signatures_known",
    ),
)

tokens = Table(
    "tokens",
    books,
    Column("serial", String(64), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("run", ForeignKey("runs.id", name="tokens_run")),
    Column("begun", UtcTime, nullable=False),
    Column("settled", UtcTime),
    Column("said", Text),
    Column("cleared", UtcTime),
    one_of("state", TOKEN_STATES, "tokens_state"),
    CheckConstraint("(state = 'pending') = (settled IS NULL)", name="tokens_settled"),
    CheckConstraint("state <> 'stopped' OR said IS NOT NULL", name="tokens_said"),
)
