"""The child's page: significant entries, who was told of a decision, corrections, family group decisions, files."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0031"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.add_column("person", sa.Column("gp", sa.String(length=160), nullable=True))
    op.create_table(
        "case_document",
        sa.Column("document_id", BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_document_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_case_document_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_case_document")),
    )
    with op.batch_alter_table("case_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_document_case_id"), ["case_id"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("about_id", BIG, nullable=True),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("said_by", sa.String(length=160), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answer_words", sa.Text(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(about_id IS NULL) <> (event_id IS NULL)", name=op.f("ck_correction_a_text_or_a_decision")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_correction_answered_with_its_time")
        ),
        sa.ForeignKeyConstraint(["about_id"], ["subject.id"], name=op.f("fk_correction_about_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["app_user.id"], name=op.f("fk_correction_answered_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_correction_case_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_correction_event_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_correction_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("once_key", name=op.f("uq_correction_once_key")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_about_id"), ["about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_event_id"), ["event_id"], unique=False)

    op.create_table(
        "decision_told",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("agency_id", BIG, nullable=True),
        sa.Column("how", sa.String(length=20), nullable=True),
        sa.Column("why_not", sa.String(length=20), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_by", sa.String(length=160), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("(how IS NULL) <> (why_not IS NULL)", name=op.f("ck_decision_told_how_or_why_not")),
        sa.CheckConstraint("(how IS NULL) = (told_on IS NULL)", name=op.f("ck_decision_told_told_on_a_day")),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (agency_id IS NULL)", name=op.f("ck_decision_told_a_person_or_an_agency")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_decision_told_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_decision_told_case_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_decision_told_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_told_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_decision_told_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_told")),
    )
    with op.batch_alter_table("decision_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_told_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_told_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_mark",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("significant", sa.Boolean(), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.Column("marked_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_event_mark_case_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_mark_event_id")),
        sa.ForeignKeyConstraint(["marked_by_id"], ["app_user.id"], name=op.f("fk_event_mark_marked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_mark")),
    )
    with op.batch_alter_table("event_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_mark_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "uq_event_mark_now",
            ["case_id", "event_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "family_group",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_family_group_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_group")),
        sa.UniqueConstraint("once_key", name=op.f("uq_family_group_once_key")),
    )
    with op.batch_alter_table("family_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_group_case_id"), ["case_id"], unique=False)

    op.create_table(
        "family_group_version",
        sa.Column("group_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("offered_to", sa.String(length=300), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name=op.f("fk_family_group_version_author_id")),
        sa.ForeignKeyConstraint(["group_id"], ["family_group.id"], name=op.f("fk_family_group_version_group_id")),
        sa.PrimaryKeyConstraint("group_id", "number", name=op.f("pk_family_group_version")),
    )


def downgrade() -> None:
    """Go down."""
    for table in (
        "family_group_version",
        "family_group",
        "event_mark",
        "decision_told",
        "correction",
        "case_document",
    ):
        op.drop_table(table)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("gp")
