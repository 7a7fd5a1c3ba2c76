"""A manager's look at an assessment on its way."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "assessment_review",
        sa.Column("id", BIG, nullable=False),
        sa.Column("assessment_id", BIG, nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("reviewer_id", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.Text(), nullable=False),
        sa.Column("agreed", sa.String(20), nullable=False),
        sa.Column("ready_on", sa.Date(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("not_seen", sa.Text(), nullable=True),
        sa.Column("next_steps", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_review_assessment_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["app_user.id"], name=op.f("fk_assessment_review_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_review")),
    )
    op.create_index(op.f("ix_assessment_review_assessment_id"), "assessment_review", ["assessment_id"])


def downgrade() -> None:
    """Go down."""
    op.drop_table("assessment_review")
