"""Deciding: one decision over several contacts of one family, the letter to the family, what an acknowledgement
changes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "decision_referral",
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("referral_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_referral_decision_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_decision_referral_referral_id")),
        sa.PrimaryKeyConstraint("decision_id", "referral_id", name=op.f("pk_decision_referral")),
    )
    with op.batch_alter_table("decision_referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_referral_referral_id"), ["referral_id"], unique=False)
    # Every decision until now was about one referral.
    op.execute("INSERT INTO decision_referral (decision_id, referral_id) SELECT id, referral_id FROM decision")
    op.create_table(
        "family_key",
        sa.Column("referral_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_family_key_referral_id")),
        sa.PrimaryKeyConstraint("referral_id", "kind", "key", name=op.f("pk_family_key")),
    )
    with op.batch_alter_table("family_key", schema=None) as batch_op:
        batch_op.create_index("ix_family_key_key", ["key", "kind"], unique=False)
    # What came before this is found by the name and birth date of its children only.
    op.execute(
        "INSERT INTO family_key (referral_id, kind, key) "
        "SELECT DISTINCT referral_id, 'child', match_key FROM referral_child WHERE match_key IS NOT NULL"
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("family_message", sa.Text(), nullable=True))
    with op.batch_alter_table("decision_child", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_as_id", BIG, nullable=True))
        batch_op.create_foreign_key(op.f("fk_decision_child_same_as_id"), "referral_child", ["same_as_id"], ["id"])
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changes", sa.String(length=30), nullable=True))


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("changes")
    with op.batch_alter_table("decision_child", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_decision_child_same_as_id"), type_="foreignkey")
        batch_op.drop_column("same_as_id")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("family_message")
    op.drop_table("family_key")
    op.drop_table("decision_referral")
