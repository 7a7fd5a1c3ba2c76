"""Absence, cover, duty rota, tasks that a leaver's work makes; registration's dates; when a place was confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False, counts: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return (
        sa.Column(name, kind, autoincrement=True, nullable=False)
        if counts
        else sa.Column(name, kind, nullable=nullable)
    )


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("professional", schema=None) as batch_op:
        batch_op.add_column(sa.Column("registration_checked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("registration_expires_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("left_on", sa.Date(), nullable=True))
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_on", sa.Date(), nullable=True))

    op.create_table(
        "absence",
        _id("id", counts=True),
        _id("professional_id"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_absence_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["professional_id"], ["professional.id"], name=op.f("fk_absence_professional_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_professional_id"), ["professional_id"], unique=False)

    op.create_table(
        "cover",
        _id("id", counts=True),
        _id("away_id"),
        _id("covering_id"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_cover_ends_after_it_begins")),
        sa.CheckConstraint("away_id <> covering_id", name=op.f("ck_cover_by_another")),
        sa.ForeignKeyConstraint(["away_id"], ["professional.id"], name=op.f("fk_cover_away_id")),
        sa.ForeignKeyConstraint(["covering_id"], ["professional.id"], name=op.f("fk_cover_covering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
    )
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cover_away_id"), ["away_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cover_covering_id"), ["covering_id"], unique=False)

    op.create_table(
        "duty_rota",
        _id("id", counts=True),
        _id("team_id"),
        _id("professional_id"),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["professional_id"], ["professional.id"], name=op.f("fk_duty_rota_professional_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_duty_rota_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_rota")),
        sa.UniqueConstraint("team_id", "on_day", "part", name=op.f("uq_duty_rota_team_id_on_day_part")),
    )
    with op.batch_alter_table("duty_rota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_rota_professional_id"), ["professional_id"], unique=False)

    op.create_table(
        "staff_task",
        _id("id", counts=True),
        _id("team_id"),
        _id("user_id"),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        _id("done_by_id", nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["app_user.id"], name=op.f("fk_staff_task_done_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_staff_task_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_staff_task_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_task")),
    )
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_task_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_staff_task_open",
            ["team_id", "user_id", "kind"],
            unique=True,
            postgresql_where=sa.text("done_at IS NULL"),
            sqlite_where=sa.text("done_at IS NULL"),
        )


def downgrade() -> None:
    """Go down."""
    for table in ("staff_task", "duty_rota", "cover", "absence"):
        op.drop_table(table)
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("confirmed_on")
    with op.batch_alter_table("professional", schema=None) as batch_op:
        batch_op.drop_column("left_on")
        batch_op.drop_column("registration_expires_on")
        batch_op.drop_column("registration_checked_on")
