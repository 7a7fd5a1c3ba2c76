"""What a council decides about rules and days, what that moved, why something is late, and the day a plan names."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planned_on", sa.Date(), nullable=True))
    op.create_table(
        "policy_decision",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("calendar", sa.String(length=20), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_policy_decision_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_decision")),
    )
    op.create_table(
        "clock_move",
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("clock_id", BIG, nullable=False),
        sa.Column("was_due_at", MOMENT, nullable=False),
        sa.Column("now_due_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_clock_move_clock_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["policy_decision.id"], name=op.f("fk_clock_move_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", "clock_id", name=op.f("pk_clock_move")),
    )
    op.create_index("ix_clock_move_clock", "clock_move", ["clock_id"], unique=False)
    op.create_table(
        "late_reason",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("clock_id", BIG, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("given_by_id", BIG, nullable=False),
        sa.Column("authorised_at", MOMENT, nullable=True),
        sa.Column("authorised_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["authorised_by_id"], ["app_user.id"], name=op.f("fk_late_reason_authorised_by_id")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_late_reason_clock_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["app_user.id"], name=op.f("fk_late_reason_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_reason")),
    )
    op.create_index(op.f("ix_late_reason_clock_id"), "late_reason", ["clock_id"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_table("late_reason")
    op.drop_table("clock_move")
    op.drop_table("policy_decision")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_column("planned_on")
