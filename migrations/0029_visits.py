"""Visits, written once for several children with a part for each; a note's kind, and whether it is significant."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.add_column("note", sa.Column("kind", sa.String(length=10), server_default="other", nullable=False))
    op.add_column("note", sa.Column("significant", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "visit",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("family_id", BIG, nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_visit_family_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("once_key", name=op.f("uq_visit_once_key")),
    )
    op.create_index(op.f("ix_visit_family_id"), "visit", ["family_id"], unique=False)
    op.create_table(
        "visit_child",
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_visit_child_case_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_visit_child_event_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_child_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "case_id", name=op.f("pk_visit_child")),
    )
    op.create_index("ix_visit_child_case", "visit_child", ["case_id", "visit_id"], unique=False)
    op.create_table(
        "visit_version",
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("place_words", sa.String(length=200), nullable=False),
        sa.Column("announced", sa.String(length=3), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("adults_said", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name=op.f("fk_visit_version_author_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_version_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "number", name=op.f("pk_visit_version")),
    )
    op.create_table(
        "visit_part",
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("seen", sa.String(length=10), nullable=False),
        sa.Column("why_not", sa.String(length=20), nullable=False),
        sa.Column("bedroom", sa.String(length=3), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("heard_by", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_visit_part_case_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_part_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "number", "case_id", name=op.f("pk_visit_part")),
    )
    op.create_table(
        "visit_draft",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("family_id", BIG, nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_visit_draft_family_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_visit_draft_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_draft")),
        sa.UniqueConstraint("once_key", name=op.f("uq_visit_draft_once_key")),
    )
    op.create_index(op.f("ix_visit_draft_family_id"), "visit_draft", ["family_id"], unique=False)
    op.create_index(
        "uq_visit_draft_open",
        "visit_draft",
        ["user_id", "family_id"],
        unique=True,
        postgresql_where=sa.text("NOT finished"),
        sqlite_where=sa.text("NOT finished"),
    )


def downgrade() -> None:
    """Go down."""
    for table in ("visit_draft", "visit_part", "visit_version", "visit_child", "visit"):
        op.drop_table(table)
    with op.batch_alter_table("note") as batch:
        batch.drop_column("significant")
        batch.drop_column("kind")
