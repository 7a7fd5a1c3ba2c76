"""People from other systems: where they came from, middle names; which records may be one person."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.add_column("person", sa.Column("source_system", sa.String(length=40), nullable=True))
    op.add_column("person", sa.Column("source_id", sa.String(length=80), nullable=True))
    op.create_index("uq_person_source", "person", ["source_id", "source_system"], unique=True)
    op.add_column("person_name", sa.Column("middle", sa.String(length=80), nullable=True))
    op.create_table(
        "person_import",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("source_system", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("added", "known", "marked", "refused")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_import")),
    )
    op.create_table(
        "duplicate_pair",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("other_id", BIG, autoincrement=False, nullable=False),
        sa.Column("band", sa.String(length=12), nullable=False),
        sa.Column("bits", sa.Float(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_duplicate_pair_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duplicate_pair_person_id")),
        sa.PrimaryKeyConstraint("person_id", "other_id", name=op.f("pk_duplicate_pair")),
    )
    op.create_index("ix_duplicate_pair_bits", "duplicate_pair", ["bits", "person_id", "other_id"])
    op.create_index(op.f("ix_duplicate_pair_other_id"), "duplicate_pair", ["other_id"])


def downgrade() -> None:
    """Go down."""
    op.drop_table("duplicate_pair")
    op.drop_table("person_import")
    with op.batch_alter_table("person_name", schema=None) as batch_op:
        batch_op.drop_column("middle")
    op.drop_index("uq_person_source", table_name="person")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("source_id")
        batch_op.drop_column("source_system")
