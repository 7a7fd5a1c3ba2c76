"""after sending"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _number() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("feedback_seen_by_id", _number(), nullable=True))
        batch_op.add_column(sa.Column("new_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("danger_added_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("in_error_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_referral_feedback_seen_by_id"), "app_user", ["feedback_seen_by_id"], ["id"]
        )
        batch_op.create_index(
            "ix_referral_new",
            ["id"],
            unique=False,
            postgresql_where=sa.text("new_at IS NOT NULL"),
            sqlite_where=sa.text("new_at IS NOT NULL"),
        )
    op.create_table(
        "addition",
        sa.Column("id", _number(), autoincrement=False, nullable=False),
        sa.Column("referral_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("in_danger", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", _number(), nullable=False),
        sa.Column("once_key", sa.String(length=64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", _number(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_addition_added_by_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_addition_id")),
        sa.ForeignKeyConstraint(["read_by_id"], ["app_user.id"], name=op.f("fk_addition_read_by_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_addition_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addition")),
        sa.UniqueConstraint("once_key", name=op.f("uq_addition_once_key")),
    )
    op.create_index(op.f("ix_addition_referral_id"), "addition", ["referral_id"], unique=False)
    op.create_table(
        "look_again",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("referral_id", _number(), nullable=False),
        sa.Column("decision_id", _number(), nullable=True),
        sa.Column("not_weighed", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", _number(), nullable=False),
        sa.Column("told_before", sa.Text(), nullable=True),
        sa.Column("decided_before_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decides_anew", sa.Boolean(), nullable=True),
        sa.Column("answered_alone", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", _number(), nullable=True),
        sa.Column("disagrees", sa.Text(), nullable=True),
        sa.Column("disagrees_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["app_user.id"], name=op.f("fk_look_again_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["app_user.id"], name=op.f("fk_look_again_asked_by_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_look_again_decision_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_look_again_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_again")),
    )
    op.create_index(op.f("ix_look_again_referral_id"), "look_again", ["referral_id"], unique=False)
    op.create_index(
        "uq_look_again_open",
        "look_again",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
        sqlite_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "outcome_call",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("referral_id", _number(), nullable=False),
        sa.Column("spoke_to", sa.String(length=200), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("rang_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rang_by_id", _number(), nullable=False),
        sa.ForeignKeyConstraint(["rang_by_id"], ["app_user.id"], name=op.f("fk_outcome_call_rang_by_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_outcome_call_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_call")),
    )
    op.create_index(op.f("ix_outcome_call_referral_id"), "outcome_call", ["referral_id"], unique=False)
    op.create_table(
        "agency_closure",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("agency_id", _number(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", _number(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", _number(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_agency_closure_added_by_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_closure_agency_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["app_user.id"], name=op.f("fk_agency_closure_removed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_closure")),
    )
    op.create_index(op.f("ix_agency_closure_agency_id"), "agency_closure", ["agency_id"], unique=False)


def downgrade() -> None:
    """Go down."""
    for table in ("agency_closure", "outcome_call", "look_again", "addition"):
        op.drop_table(table)
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_referral_new",
            postgresql_where=sa.text("new_at IS NOT NULL"),
            sqlite_where=sa.text("new_at IS NOT NULL"),
        )
        batch_op.drop_constraint(batch_op.f("fk_referral_feedback_seen_by_id"), type_="foreignkey")
        batch_op.drop_column("in_error_at")
        batch_op.drop_column("danger_added_at")
        batch_op.drop_column("new_at")
        batch_op.drop_column("feedback_seen_by_id")
