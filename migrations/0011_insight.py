"""The head's numbers: samples that are kept, and indexes to count by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
BECAME = sa.text("became = 'referral'")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "insight_sample",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("team_key", sa.String(length=40), nullable=False),
        sa.Column("cut", sa.String(length=60), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=False),
        sa.Column("seed", BIG, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["app_user.id"], name=op.f("fk_insight_sample_drawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_sample")),
        sa.UniqueConstraint(
            "measure",
            "team_key",
            "cut",
            "on_day",
            "size",
            "seed",
            name=op.f("uq_insight_sample_measure_team_key_cut_on_day_size_seed"),
        ),
    )
    op.create_table(
        "insight_sample_row",
        sa.Column("sample_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("team_id", BIG, nullable=True),
        sa.Column("cut", sa.String(length=60), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("age", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["insight_sample.id"], name=op.f("fk_insight_sample_row_sample_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_insight_sample_row_subject_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_insight_sample_row_team_id")),
        sa.PrimaryKeyConstraint("sample_id", "position", name=op.f("pk_insight_sample_row")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(
            "ix_referral_received", ["received_at", "id", "agency_id", "source_code", "decided_at"], unique=False
        )
    with op.batch_alter_table("referral_child", schema=None) as batch_op:
        batch_op.create_index(
            "ix_referral_child_counted",
            ["referral_id", "person_id", "match_key"],
            unique=False,
            sqlite_where=BECAME,
            postgresql_where=BECAME,
        )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index("ix_clock_stopped", ["rule", "stopped_at", "ended_as"], unique=False)
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_authorised", ["authorised_at", "id", "received_at"], unique=False)


def downgrade() -> None:
    """Go down."""
    for table, index in (
        ("assessment", "ix_assessment_authorised"),
        ("clock", "ix_clock_stopped"),
        ("referral_child", "ix_referral_child_counted"),
        ("referral", "ix_referral_received"),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(index)
    op.drop_table("insight_sample_row")
    op.drop_table("insight_sample")
