"""Search: words of names, keys of referrals, and searches kept."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "name_word",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_word")),
    )
    op.create_index("ix_name_word_key", "name_word", ["key", "word"])
    op.create_table(
        "referral_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("referral_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_key_referral_id")),
        sa.PrimaryKeyConstraint("key", "referral_id", name=op.f("pk_referral_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_referral_key_referral_id"), "referral_key", ["referral_id"])
    op.create_table(
        "stored_search",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("typed", sa.String(length=200), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_stored_search_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_stored_search_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_search")),
    )
    op.create_index("ix_stored_search_owner", "stored_search", ["owner_id", "id"])
    op.create_index(
        "ix_stored_search_kept",
        "stored_search",
        ["made_at"],
        sqlite_where=sa.text("typed IS NOT NULL"),
        postgresql_where=sa.text("typed IS NOT NULL"),
    )
    op.create_index(op.f("ix_family_member_said_in_id"), "family_member", ["said_in_id"])
    op.create_index("ix_bar_principal", "bar", ["principal"])


def downgrade() -> None:
    """Go down."""
    op.drop_index("ix_bar_principal", "bar")
    op.drop_index(op.f("ix_family_member_said_in_id"), "family_member")
    for table in ("stored_search", "referral_key", "name_word"):
        op.drop_table(table)
