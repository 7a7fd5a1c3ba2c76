"""Kinds of assessment: consent, stopping, the coded reason of a late one; whom of the family was told."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE, AFTER = "state <> 'authorised'", "state <> 'authorised' AND state <> 'stopped'"
ADDED = (
    ("late_code", sa.String(30)),
    ("consent", sa.String(30)),
    ("consent_by", sa.Text()),
    ("consent_on", sa.Date()),
    ("consent_how", sa.String(30)),
    ("stopped_at", sa.DateTime(timezone=True)),
    ("stopped_by_id", BIG),
    ("stopped_because", sa.String(30)),
    ("stopped_words", sa.Text()),
)


def upgrade() -> None:
    """Go up: what there is, is of the one kind there was."""
    op.drop_index("uq_assessment_open", table_name="assessment")
    op.add_column("assessment", sa.Column("kind", sa.String(20), nullable=False, server_default="child_and_family"))
    with op.batch_alter_table("assessment") as table:
        for name, kind in ADDED:
            table.add_column(sa.Column(name, kind, nullable=True))
        table.create_foreign_key(op.f("fk_assessment_stopped_by_id"), "app_user", ["stopped_by_id"], ["id"])
        table.alter_column("kind", server_default=None)
    _index(["family_id", "kind"], AFTER)
    op.create_table(
        "assessment_told",
        sa.Column("id", BIG, nullable=False),
        sa.Column("assessment_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("how", sa.String(30), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("not_told", sa.String(30), nullable=True),
        sa.Column("view", sa.String(20), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_told_assessment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_told_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_assessment_told_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_told")),
    )
    op.create_index(op.f("ix_assessment_told_assessment_id"), "assessment_told", ["assessment_id"])
    op.create_index(op.f("ix_assessment_told_person_id"), "assessment_told", ["person_id"])


def downgrade() -> None:
    """Go down."""
    op.drop_table("assessment_told")
    op.drop_index("uq_assessment_open", table_name="assessment")
    with op.batch_alter_table("assessment") as table:
        table.drop_constraint(op.f("fk_assessment_stopped_by_id"), type_="foreignkey")
        for name, _ in reversed(ADDED):
            table.drop_column(name)
        table.drop_column("kind")
    _index(["family_id"], BEFORE)


def _index(columns: list[str], where: str) -> None:
    """One open assessment at a time."""
    op.create_index(
        "uq_assessment_open",
        "assessment",
        columns,
        unique=True,
        postgresql_where=sa.text(where),
        sqlite_where=sa.text(where),
    )
