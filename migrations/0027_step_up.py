"""Handing up and across: the level that acceptance brings, what is recorded beside the pack, who answered in whose
place; and the look-back after a family said no to family help."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0033"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "look_back",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("family_id", BIG, nullable=False),
        sa.Column("team_id", BIG, nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=False),
        sa.Column("refused_by", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("watch_for", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_id", BIG, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.Column("found", sa.String(length=20), nullable=True),
        sa.Column("found_words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["app_user.id"], name=op.f("fk_look_back_done_by_id")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_look_back_family_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_look_back_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_look_back_team_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["app_user.id"], name=op.f("fk_look_back_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back")),
    )
    op.create_index("ix_look_back_family_id", "look_back", ["family_id"], unique=False)
    op.create_index("ix_look_back_team_id", "look_back", ["team_id"], unique=False)
    op.create_index(
        "ix_look_back_open",
        "look_back",
        ["team_id", "family_id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "look_back_case",
        sa.Column("look_back_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_look_back_case_case_id")),
        sa.ForeignKeyConstraint(["look_back_id"], ["look_back.id"], name=op.f("fk_look_back_case_look_back_id")),
        sa.PrimaryKeyConstraint("look_back_id", "case_id", name=op.f("pk_look_back_case")),
    )
    op.create_index("ix_look_back_case_case_id", "look_back_case", ["case_id"], unique=False)
    op.create_table(
        "handover_part",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("handover_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_part_handover_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["app_user.id"], name=op.f("fk_handover_part_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_part")),
    )
    op.create_index("ix_handover_part_handover_id", "handover_part", ["handover_id"], unique=False)
    with op.batch_alter_table("handover") as table:
        table.add_column(sa.Column("referral_id", BIG, nullable=True))
        table.add_column(sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("answered_for", sa.String(length=200), nullable=True))
        table.create_foreign_key(op.f("fk_handover_referral_id"), "subject", ["referral_id"], ["id"])
    with op.batch_alter_table("handover_case") as table:
        table.add_column(sa.Column("level", sa.String(length=30), nullable=True))


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("handover_case") as table:
        table.drop_column("level")
    with op.batch_alter_table("handover") as table:
        table.drop_constraint(op.f("fk_handover_referral_id"), type_="foreignkey")
        table.drop_column("answered_for")
        table.drop_column("urgent")
        table.drop_column("referral_id")
    op.drop_table("handover_part")
    op.drop_table("look_back_case")
    op.drop_table("look_back")
