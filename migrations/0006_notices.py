"""Police notifications: the text whole, what was picked out, the contact each became."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "notice",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("came_as", sa.String(length=10), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("incident", sa.String(length=60), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referral_id", _ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_notice_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_notice_owner_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_notice_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("owner_id", "digest", name=op.f("uq_notice_owner_id_digest")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_notice_referral_id")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_incident"), ["incident"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_place"), ["place"], unique=False)
        batch_op.create_index(
            "ix_notice_sent",
            ["sent_at", "id"],
            unique=False,
            postgresql_where=sa.text("sent_at IS NOT NULL"),
            sqlite_where=sa.text("sent_at IS NOT NULL"),
        )


def downgrade() -> None:
    """Go down."""
    op.drop_table("notice")
