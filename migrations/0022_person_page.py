"""The page of a person: the school, whom a new address has still to be told to, and a person's cases and contacts found
by the person."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_index("ix_case_record_person", "case_record", ["person_id"], unique=False)
    op.create_index(
        "ix_referral_child_person",
        "referral_child",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("person_id IS NOT NULL"),
        sqlite_where=sa.text("person_id IS NOT NULL"),
    )
    op.add_column("person", sa.Column("school", sa.String(length=160), nullable=True))
    op.create_table(
        "to_tell",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("stay_id", BIG, nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("told_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_to_tell_person_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_to_tell_stay_id")),
        sa.ForeignKeyConstraint(["told_by_id"], ["app_user.id"], name=op.f("fk_to_tell_told_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_to_tell")),
    )
    op.create_index("ix_to_tell_person_id", "to_tell", ["person_id"], unique=False)
    op.create_index("ix_to_tell_stay_id", "to_tell", ["stay_id"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_table("to_tell")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("school")
    op.drop_index("ix_referral_child_person", "referral_child")
    op.drop_index("ix_case_record_person", "case_record")
