"""documents, copies handed over, and the end of a draft"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "document",
        sa.Column("id", _number(), autoincrement=False, nullable=False),
        sa.Column("to_id", _number(), nullable=False),
        sa.Column("name", sa.String(length=140), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", _number(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_document_added_by_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_document_id")),
        sa.ForeignKeyConstraint(["to_id"], ["subject.id"], name=op.f("fk_document_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index("ix_document_to", ["to_id", "id"], unique=False)
        batch_op.create_index(
            "uq_document_content",
            ["to_id", "sha256"],
            unique=True,
            postgresql_where=sa.text("removed_at IS NULL"),
            sqlite_where=sa.text("removed_at IS NULL"),
        )
    op.create_table(
        "document_bytes",
        sa.Column("document_id", _number(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_bytes_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_bytes")),
    )
    op.create_table(
        "copy_given",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("referral_id", _number(), nullable=False),
        sa.Column("council", sa.String(length=80), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", _number(), nullable=False),
        sa.ForeignKeyConstraint(["given_by_id"], ["app_user.id"], name=op.f("fk_copy_given_given_by_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_copy_given_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_given")),
        sa.UniqueConstraint("referral_id", "council", name=op.f("uq_copy_given_referral_id_council")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_draft_open",
            ["saved_at"],
            unique=False,
            postgresql_where=sa.text("referral_id IS NULL AND discarded_at IS NULL AND expired_at IS NULL"),
            sqlite_where=sa.text("referral_id IS NULL AND discarded_at IS NULL AND expired_at IS NULL"),
        )


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("ix_draft_open")
        batch_op.drop_column("expired_at")
    op.drop_table("copy_given")
    op.drop_table("document_bytes")
    op.drop_table("document")
