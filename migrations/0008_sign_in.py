"""Second factors, one-time links, locking in place, suspension."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("app_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("lifted_at", MOMENT, nullable=True))
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaiting", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("second_factor_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("locked_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("challenge", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("challenge_at", MOMENT, nullable=True))

    op.create_table(
        "authenticator_app",
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sealed_secret", sa.String(length=300), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", BIG, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_authenticator_app_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticator_app")),
    )
    op.create_table(
        "security_key",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", BIG, nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_security_key_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_key")),
        sa.UniqueConstraint("credential", name=op.f("uq_security_key_credential")),
    )
    with op.batch_alter_table("security_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_security_key_user_id"), ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_user_id"), ["user_id"], unique=False)
    op.create_table(
        "one_time_link",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_one_time_link_created_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_one_time_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Go down."""
    for table in ("one_time_link", "recovery_code", "security_key", "authenticator_app"):
        op.drop_table(table)
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        for name in ("challenge_at", "challenge", "locked_at", "second_factor_at", "awaiting"):
            batch_op.drop_column(name)
    with op.batch_alter_table("app_user", schema=None) as batch_op:
        batch_op.drop_column("lifted_at")
        batch_op.drop_column("suspended_at")
