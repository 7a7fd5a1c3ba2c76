"""The register of people: names with dates, identifiers verified and ended, relationships, disabilities, safe contact,
dangers to workers, stays that somebody else gives, who must not learn of one, and what was corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "contact_flag",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("safe", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_contact_flag_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_flag_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_contact_flag_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_flag")),
    )
    with op.batch_alter_table("contact_flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_flag_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_contact_flag_now",
            ["person_id", "way"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "person_change",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["app_user.id"], name=op.f("fk_person_change_changed_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
    )
    with op.batch_alter_table("person_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_change_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_disability",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_person_disability_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_disability_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_disability")),
    )
    with op.batch_alter_table("person_disability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_disability_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_person_disability_now",
            ["person_id", "code"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    _more_tables()
    _columns()


def _more_tables() -> None:
    op.create_table(
        "relationship",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("other_id", BIG, nullable=True),
        sa.Column("other_name", sa.String(length=160), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parental_responsibility", sa.Boolean(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.CheckConstraint("(other_id IS NULL) <> (other_name IS NULL)", name=op.f("ck_relationship_one_other")),
        sa.CheckConstraint("other_id <> person_id", name=op.f("ck_relationship_not_themself")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_relationship_ended_by_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_relationship_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_relationship_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relationship")),
    )
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relationship_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relationship_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_relationship_now",
            ["person_id", "other_id", "kind"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "worker_danger",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_words", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_worker_danger_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_worker_danger_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_worker_danger_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_danger")),
    )
    with op.batch_alter_table("worker_danger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_danger_person_id"), ["person_id"], unique=False)

    op.create_table(
        "stay_secret",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("stay_id", BIG, nullable=False),
        sa.Column("from_person_id", BIG, nullable=True),
        sa.Column("from_name", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"], name=op.f("fk_stay_secret_from_person_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"], name=op.f("fk_stay_secret_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay_secret")),
    )
    with op.batch_alter_table("stay_secret", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stay_secret_stay_id"), ["stay_id"], unique=False)


def _columns() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deceased_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("other_languages", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("person_identifier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("said_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("verified_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("verified_by_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("ended_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("ended_by_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("end_reason", sa.String(length=20), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_person_identifier_ended_by_id"), "app_user", ["ended_by_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_person_identifier_verified_by_id"), "app_user", ["verified_by_id"], ["id"]
        )

    with op.batch_alter_table("person_name", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("to_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("said_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("said_at", MOMENT, nullable=True))
        batch_op.create_index(
            "uq_person_name_now",
            ["person_id"],
            unique=True,
            postgresql_where=sa.text("is_current"),
            sqlite_where=sa.text("is_current"),
        )

    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="lived", nullable=False))
        batch_op.add_column(sa.Column("said_how", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("recorded_by_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("settled_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("settled_by_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("settled_words", sa.String(length=500), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_stay_settled_by_id"), "app_user", ["settled_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_stay_recorded_by_id"), "app_user", ["recorded_by_id"], ["id"])


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_stay_recorded_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_stay_settled_by_id"), type_="foreignkey")
        batch_op.drop_column("settled_words")
        batch_op.drop_column("settled_by_id")
        batch_op.drop_column("settled_at")
        batch_op.drop_column("recorded_by_id")
        batch_op.drop_column("said_how")
        batch_op.drop_column("state")

    with op.batch_alter_table("person_name", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_person_name_now", postgresql_where=sa.text("is_current"), sqlite_where=sa.text("is_current")
        )
        batch_op.drop_column("said_at")
        batch_op.drop_column("said_by")
        batch_op.drop_column("to_on")
        batch_op.drop_column("from_on")

    with op.batch_alter_table("person_identifier", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_person_identifier_verified_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_person_identifier_ended_by_id"), type_="foreignkey")
        batch_op.drop_column("end_reason")
        batch_op.drop_column("ended_by_id")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("verified_by_id")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("said_at")
        batch_op.drop_column("said_by")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("other_languages")
        batch_op.drop_column("deceased_on")

    op.drop_table("stay_secret")
    op.drop_table("worker_danger")
    op.drop_table("relationship")
    op.drop_table("person_disability")
    op.drop_table("person_change")
    op.drop_table("contact_flag")
