"""Exit surveys: what a family says when its help has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "exit_survey",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.String(length=10), nullable=False),
        sa.Column("proof_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_exit_survey_made_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_exit_survey_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_survey")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_exit_survey_token_hash")),
    )
    op.create_index("ix_exit_survey_plan_id", "exit_survey", ["plan_id"])
    op.create_index("ix_exit_survey_made_at", "exit_survey", ["made_at"])
    running = sa.text("ended_at IS NULL AND answered_at IS NULL")
    op.create_index(
        "uq_exit_survey_open",
        "exit_survey",
        ["plan_id"],
        unique=True,
        postgresql_where=running,
        sqlite_where=running,
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("exit_survey")
