"""A manager's question about why something is late."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("late_reason") as table:
        table.add_column(sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("sent_back_by_id", BIG, nullable=True))
        table.add_column(sa.Column("question", sa.Text(), nullable=True))
        table.create_foreign_key(op.f("fk_late_reason_sent_back_by_id"), "app_user", ["sent_back_by_id"], ["id"])


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("late_reason") as table:
        table.drop_constraint(op.f("fk_late_reason_sent_back_by_id"), type_="foreignkey")
        table.drop_column("question")
        table.drop_column("sent_back_by_id")
        table.drop_column("sent_back_at")
