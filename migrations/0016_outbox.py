"""Telling people: the outbox, the daily e-mails, what people chose, calendar addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "digest",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_digest_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
    )
    op.create_index("uq_digest_day", "digest", ["user_id", "on_day"], unique=True)
    _partial("ix_digest_waiting", "digest", ["next_try_at", "id"], "state = 'waiting'")
    _partial("ix_digest_sending", "digest", ["claimed_until"], "state = 'sending'")
    op.create_table(
        "digest_round",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("on_day", name=op.f("pk_digest_round")),
    )
    op.create_table(
        "telling_choice",
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("mail", sa.String(length=12), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_telling_choice_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_telling_choice")),
    )
    _outbox()
    _feed()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("clock_id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("digest_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_outbox_clock_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_outbox_digest_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_outbox_subject_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_outbox_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("uq_outbox_once", "outbox", ["user_id", "subject_id", "rule", "due_at", "point"], unique=True)
    op.create_index("ix_outbox_user", "outbox", ["user_id", "id"], unique=False)
    _partial("ix_outbox_unread", "outbox", ["user_id", "id"], "read_at IS NULL")
    _partial("ix_outbox_waiting", "outbox", ["user_id", "id"], "state = 'waiting'")
    _partial("ix_outbox_digest", "outbox", ["digest_id"], "digest_id IS NOT NULL")


def _feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("team_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("last_read_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_calendar_feed_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_calendar_feed_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    _partial("uq_feed_own", "calendar_feed", ["user_id"], "ended_at IS NULL AND team_id IS NULL", unique=True)
    _partial("uq_feed_team", "calendar_feed", ["team_id"], "ended_at IS NULL AND team_id IS NOT NULL", unique=True)


def _partial(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    """Go down."""
    for table in ("calendar_feed", "outbox", "telling_choice", "digest_round", "digest"):
        op.drop_table(table)
