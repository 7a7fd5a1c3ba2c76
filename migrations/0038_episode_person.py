"""An index of the episodes of a person: closing a case asks for them, and they were looked for row by row."""

from alembic import op

revision = "0038"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_index("ix_episode_person", "episode", ["person_id"])


def downgrade() -> None:
    """Go down."""
    op.drop_index("ix_episode_person", table_name="episode")
