"""Somebody outside the receiving team is asked to lead the work with a family, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0034"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key(name: str, target: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, BIG, sa.ForeignKey(target, name=f"fk_lead_request_{name}"), nullable=nullable)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "lead_request",
        sa.Column("id", BIG, sa.ForeignKey("subject.id", name="fk_lead_request_id"), autoincrement=False),
        _key("handover_id", "handover.id"),
        _key("professional_id", "professional.id"),
        _key("helper_id", "professional.id"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _key("asked_by_id", "app_user.id"),
        sa.Column("meetings", sa.String(200), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _key("answered_by_id", "app_user.id", nullable=True),
        sa.Column("reason", sa.String(30), nullable=True),
        sa.Column("answer_words", sa.Text(), nullable=True),
        sa.Column("deputy", sa.String(200), nullable=True),
        sa.Column("deputy_phone", sa.String(40), nullable=True),
        sa.Column("cover", sa.String(200), nullable=True),
        sa.Column("cover_phone", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lead_request"),
    )
    op.create_index("ix_lead_request_handover_id", "lead_request", ["handover_id"])
    op.create_index("ix_lead_request_professional_id", "lead_request", ["professional_id"])


def downgrade() -> None:
    """Go down."""
    op.drop_table("lead_request")
