"""Indexes for what is asked of a case and of what a task is about: both were looked for row by row."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_index(op.f("ix_task_about_id"), "task", ["about_id"], unique=False)
    op.create_index(op.f("ix_assessment_child_case_id"), "assessment_child", ["case_id"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_index(op.f("ix_assessment_child_case_id"), table_name="assessment_child")
    op.drop_index(op.f("ix_task_about_id"), table_name="task")
