"""Keys by which a person is found, and what is compared, in one text."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "person_key",
        sa.Column("key", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "person_id", name=op.f("pk_person_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_features",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_features_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_features")),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("person_features")
    op.drop_table("person_key")
