"""Likely records are kept for the page of a contact, of its adults too, with when somebody last looked; and what the hub
says of an adult and a likely record."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0030"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "likely_record",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("referral_id", BIG, nullable=False),
        sa.Column("child_id", BIG, nullable=True),
        sa.Column("adult", sa.SmallInteger(), nullable=True),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("other_child_id", BIG, nullable=True),
        sa.Column("band", sa.String(length=12), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.CheckConstraint("(child_id IS NULL) <> (adult IS NULL)", name=op.f("ck_likely_record_one_whose")),
        sa.CheckConstraint("(person_id IS NULL) <> (other_child_id IS NULL)", name=op.f("ck_likely_record_one_other")),
        sa.ForeignKeyConstraint(["child_id"], ["referral_child.id"], name=op.f("fk_likely_record_child_id")),
        sa.ForeignKeyConstraint(
            ["other_child_id"], ["referral_child.id"], name=op.f("fk_likely_record_other_child_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_likely_record_person_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_likely_record_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likely_record")),
    )
    op.create_index("ix_likely_record_referral_id", "likely_record", ["referral_id"])
    op.create_table(
        "adult_answer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("referral_id", BIG, nullable=False),
        sa.Column("adult", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_adult_answer_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_adult_answer_person_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_adult_answer_referral_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["app_user.id"], name=op.f("fk_adult_answer_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adult_answer")),
    )
    op.create_index("ix_adult_answer_referral_id", "adult_answer", ["referral_id"])
    op.create_index("ix_adult_answer_person_id", "adult_answer", ["person_id"])
    op.create_index(
        "uq_adult_answer_now",
        "adult_answer",
        ["referral_id", "adult", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("referral", sa.Column("looked_at", MOMENT, nullable=True))
    op.drop_column("referral_child", "likely")


def downgrade() -> None:
    """Go down."""
    op.add_column("referral_child", sa.Column("likely", sa.SmallInteger(), nullable=True))
    op.drop_column("referral", "looked_at")
    op.drop_table("adult_answer")
    op.drop_table("likely_record")
