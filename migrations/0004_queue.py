"""The queue: who has a referral, and what the hub asks the referrer back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_by_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f("fk_referral_held_by_id"), "app_user", ["held_by_id"], ["id"])
        batch_op.create_index(
            "ix_referral_held",
            ["held_by_id"],
            unique=False,
            postgresql_where=sa.text("held_by_id IS NOT NULL"),
            sqlite_where=sa.text("held_by_id IS NOT NULL"),
        )

    op.create_table(
        "hub_question",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("referral_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["app_user.id"], name=op.f("fk_hub_question_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["app_user.id"], name=op.f("fk_hub_question_asked_by_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_hub_question_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_question")),
    )
    with op.batch_alter_table("hub_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hub_question_referral_id"), ["referral_id"], unique=False)
        batch_op.create_index(
            "ix_hub_question_open",
            ["referral_id"],
            unique=False,
            postgresql_where=sa.text("answered_at IS NULL"),
            sqlite_where=sa.text("answered_at IS NULL"),
        )


def downgrade() -> None:
    """Go down."""
    op.drop_table("hub_question")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index("ix_referral_held")
        batch_op.drop_constraint(op.f("fk_referral_held_by_id"), type_="foreignkey")
        batch_op.drop_column("held_at")
        batch_op.drop_column("held_by_id")
