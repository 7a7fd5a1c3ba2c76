"""An index of the reasons for lateness that wait for a manager: the team board asks for them, and most have an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITS = sa.text("authorised_at IS NULL")


def upgrade() -> None:
    """Go up."""
    op.create_index("ix_late_reason_waits", "late_reason", ["clock_id"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade() -> None:
    """Go down."""
    op.drop_index("ix_late_reason_waits", table_name="late_reason")
