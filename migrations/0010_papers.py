"""papers"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("case_record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("close_words", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("keep_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("keep_rule", sa.String(length=30), nullable=True))
        batch_op.create_index(
            "ix_case_closed",
            ["closed_at", "id"],
            unique=False,
            postgresql_where=sa.text("closed_at IS NOT NULL"),
            sqlite_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_case_record_closed_by_id"), "app_user", ["closed_by_id"], ["id"])


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("case_record", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_case_record_closed_by_id"), type_="foreignkey")
        batch_op.drop_index("ix_case_closed")
        batch_op.drop_column("keep_rule")
        batch_op.drop_column("keep_until")
        batch_op.drop_column("closed_by_id")
        batch_op.drop_column("close_words")
