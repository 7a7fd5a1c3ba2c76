"""Links between records of one person and who is one by them; restrictions and whom they let in; what the hub says of a
child of a contact and a likely record."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "person_identity",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("identity_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["person.id"], name=op.f("fk_person_identity_identity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_identity_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_identity")),
    )
    with op.batch_alter_table("person_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_identity_identity_id"), ["identity_id"], unique=False)

    op.create_table(
        "restriction",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ring", sa.String(length=200), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_restriction_ended_by_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["app_user.id"], name=op.f("fk_restriction_set_by_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_restriction_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    with op.batch_alter_table("restriction", schema=None) as batch_op:
        batch_op.create_index("ix_restriction_subject", ["subject_id", "id"], unique=False)
        batch_op.create_index(
            "uq_restriction_now",
            ["subject_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "same_person_link",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("one_id", BIG, nullable=False),
        sa.Column("other_id", BIG, nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_words", sa.Text(), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_same_person_link_smaller_first")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_same_person_link_ended_by_id")),
        sa.ForeignKeyConstraint(["one_id"], ["person.id"], name=op.f("fk_same_person_link_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_same_person_link_other_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["app_user.id"], name=op.f("fk_same_person_link_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_same_person_link")),
    )
    with op.batch_alter_table("same_person_link", schema=None) as batch_op:
        batch_op.create_index("ix_same_person_link_one", ["one_id", "other_id"], unique=False)
        batch_op.create_index("ix_same_person_link_other", ["other_id"], unique=False)
        batch_op.create_index(
            "uq_same_person_link_now",
            ["one_id", "other_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "restricted",
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("restriction_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["restriction_id"], ["restriction.id"], name=op.f("fk_restricted_restriction_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_restricted_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "restriction_id", name=op.f("pk_restricted")),
    )
    op.create_table(
        "restriction_reader",
        sa.Column("restriction_id", BIG, nullable=False),
        sa.Column("principal", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["restriction_id"], ["restriction.id"], name=op.f("fk_restriction_reader_restriction_id")
        ),
        sa.PrimaryKeyConstraint("restriction_id", "principal", name=op.f("pk_restriction_reader")),
    )
    op.create_table(
        "child_answer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("child_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("other_child_id", BIG, nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_words", sa.Text(), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (other_child_id IS NULL)", name=op.f("ck_child_answer_one_other")),
        sa.ForeignKeyConstraint(["child_id"], ["referral_child.id"], name=op.f("fk_child_answer_child_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_child_answer_ended_by_id")),
        sa.ForeignKeyConstraint(["other_child_id"], ["referral_child.id"], name=op.f("fk_child_answer_other_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_child_answer_person_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["app_user.id"], name=op.f("fk_child_answer_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_answer")),
    )
    with op.batch_alter_table("child_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_answer_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_child_answer_other_child_id"), ["other_child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_child_answer_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_child_answer_child",
            ["child_id", "other_child_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL AND other_child_id IS NOT NULL"),
            sqlite_where=sa.text("ended_at IS NULL AND other_child_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_child_answer_person",
            ["child_id", "person_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL AND person_id IS NOT NULL"),
            sqlite_where=sa.text("ended_at IS NULL AND person_id IS NOT NULL"),
        )

    op.add_column("referral_child", sa.Column("likely", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("referral_child", schema=None) as batch_op:
        batch_op.drop_column("likely")
    for table in (
        "child_answer",
        "restricted",
        "restriction_reader",
        "restriction",
        "person_identity",
        "same_person_link",
    ):
        op.drop_table(table)
