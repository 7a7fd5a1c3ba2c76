"""Plans, the children on them, their actions, the people around a family, meetings and reviews, the family's scores."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0037"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "plan",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("family_id", BIG, nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_by", sa.String(length=200), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by_id", BIG, nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("end_words", sa.Text(), nullable=True),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_plan_ended_by_id")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_plan_family_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_plan_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_plan_made_by_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["app_user.id"], name=op.f("fk_plan_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("once_key", name=op.f("uq_plan_once_key")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_family_id"), ["family_id"], unique=False)

    op.create_table(
        "group_member",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=False),
        sa.Column("part", sa.String(length=200), nullable=False),
        sa.Column("professional_id", BIG, nullable=True),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by_id", BIG, nullable=False),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_group_member_added_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_group_member_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_group_member_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_group_member_plan_id")),
        sa.ForeignKeyConstraint(["professional_id"], ["professional.id"], name=op.f("fk_group_member_professional_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_member_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            "ix_group_member_professional",
            ["professional_id"],
            unique=False,
            postgresql_where=sa.text("to_on IS NULL"),
            sqlite_where=sa.text("to_on IS NULL"),
        )
        batch_op.create_index(
            "uq_group_member_now",
            ["plan_id", "professional_id"],
            unique=True,
            postgresql_where=sa.text("to_on IS NULL AND professional_id IS NOT NULL"),
            sqlite_where=sa.text("to_on IS NULL AND professional_id IS NOT NULL"),
        )

    op.create_table(
        "plan_action",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("owner_professional_id", BIG, nullable=True),
        sa.Column("owner_person_id", BIG, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("said_by", sa.String(length=200), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_action_case_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["app_user.id"], name=op.f("fk_plan_action_done_by_id")),
        sa.ForeignKeyConstraint(["owner_person_id"], ["person.id"], name=op.f("fk_plan_action_owner_person_id")),
        sa.ForeignKeyConstraint(
            ["owner_professional_id"], ["professional.id"], name=op.f("fk_plan_action_owner_professional_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_action_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action")),
        sa.UniqueConstraint("once_key", name=op.f("uq_plan_action_once_key")),
    )
    with op.batch_alter_table("plan_action", schema=None) as batch_op:
        batch_op.create_index(
            "ix_plan_action_owner",
            ["owner_professional_id", "due_on"],
            unique=False,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_plan_action_plan", ["plan_id", "due_on"], unique=False)

    op.create_table(
        "plan_child",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("track", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_plan_child_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_child_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_child_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_child_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_child")),
    )
    with op.batch_alter_table("plan_child", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_child_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_plan_child_person", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_child_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            "uq_plan_child_open",
            ["person_id", "track"],
            unique=True,
            postgresql_where=sa.text("to_on IS NULL"),
            sqlite_where=sa.text("to_on IS NULL"),
        )

    op.create_table(
        "plan_meeting",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("family_words", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_id", BIG, nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_meeting_plan_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["app_user.id"], name=op.f("fk_plan_meeting_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_meeting")),
        sa.UniqueConstraint("once_key", name=op.f("uq_plan_meeting_once_key")),
    )
    with op.batch_alter_table("plan_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_meeting_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_score",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_by", sa.String(length=200), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_id", BIG, nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_score_plan_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["app_user.id"], name=op.f("fk_plan_score_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_score")),
        sa.UniqueConstraint("once_key", name=op.f("uq_plan_score_once_key")),
    )
    with op.batch_alter_table("plan_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_score_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_version",
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name=op.f("fk_plan_version_author_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_version_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_version")),
    )
    op.create_table(
        "meeting_decision",
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_meeting_decision_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["plan_meeting.id"], name=op.f("fk_meeting_decision_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "case_id", name=op.f("pk_meeting_decision")),
    )
    op.create_table(
        "meeting_person",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=False),
        sa.Column("came", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["plan_meeting.id"], name=op.f("fk_meeting_person_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["group_member.id"], name=op.f("fk_meeting_person_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_person")),
    )
    with op.batch_alter_table("meeting_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_person_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "plan_action_version",
        sa.Column("action_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["plan_action.id"], name=op.f("fk_plan_action_version_action_id")),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name=op.f("fk_plan_action_version_author_id")),
        sa.PrimaryKeyConstraint("action_id", "number", name=op.f("pk_plan_action_version")),
    )


def downgrade() -> None:
    """Go back down."""
    op.drop_table("plan_action_version")
    with op.batch_alter_table("meeting_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_person_meeting_id"))

    op.drop_table("meeting_person")
    op.drop_table("meeting_decision")
    op.drop_table("plan_version")
    with op.batch_alter_table("plan_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_score_plan_id"))

    op.drop_table("plan_score")
    with op.batch_alter_table("plan_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_meeting_plan_id"))

    op.drop_table("plan_meeting")
    with op.batch_alter_table("plan_child", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_plan_child_open", postgresql_where=sa.text("to_on IS NULL"), sqlite_where=sa.text("to_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_plan_child_plan_id"))
        batch_op.drop_index("ix_plan_child_person")
        batch_op.drop_index(batch_op.f("ix_plan_child_case_id"))

    op.drop_table("plan_child")
    with op.batch_alter_table("plan_action", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_action_plan")
        batch_op.drop_index(
            "ix_plan_action_owner", postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'")
        )

    op.drop_table("plan_action")
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_group_member_now",
            postgresql_where=sa.text("to_on IS NULL AND professional_id IS NOT NULL"),
            sqlite_where=sa.text("to_on IS NULL AND professional_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_group_member_professional",
            postgresql_where=sa.text("to_on IS NULL"),
            sqlite_where=sa.text("to_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_group_member_plan_id"))

    op.drop_table("group_member")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_family_id"))

    op.drop_table("plan")
