"""night"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _number(name: str, *, nullable: bool = False, autoincrement: bool = False) -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable, **({"autoincrement": True} if autoincrement else {}))


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Alerts, night work, its entries, the reasons for opening a record; the night reaches every open case at L1."""
    op.create_table(
        "night_alert",
        _number("id", autoincrement=True),
        _number("case_id"),
        _words("may_happen"),
        _words("what_to_do"),
        _words("whom_to_ring"),
        _moment("until_at"),
        _moment("made_at"),
        _number("made_by_id"),
        _moment("withdrawn_at", nullable=True),
        _number("withdrawn_by_id", nullable=True),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        _key("night_alert", "case_id", "case_record"),
        _key("night_alert", "made_by_id", "app_user"),
        _key("night_alert", "withdrawn_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_alert")),
        sa.UniqueConstraint("once_key", name=op.f("uq_night_alert_once_key")),
    )
    with op.batch_alter_table("night_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_night_alert_case_id"), ["case_id"], unique=False)

    op.create_table(
        "night_work",
        _number("id"),
        _number("about_id"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        _words("may_happen"),
        _words("whom_to_ring"),
        _moment("until_at", nullable=True),
        _moment("made_at"),
        _number("made_by_id"),
        _number("keeper_id", nullable=True),
        _moment("accepted_at", nullable=True),
        _number("accepted_by_id", nullable=True),
        _moment("read_at", nullable=True),
        _number("read_by_id", nullable=True),
        _words("follows", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("night_work", "id", "subject"),
        _key("night_work", "about_id", "subject"),
        _key("night_work", "made_by_id", "app_user"),
        _key("night_work", "keeper_id", "professional"),
        _key("night_work", "accepted_by_id", "app_user"),
        _key("night_work", "read_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_work")),
    )
    with op.batch_alter_table("night_work", schema=None) as batch_op:
        batch_op.create_index("ix_night_work_about", ["about_id", "id"], unique=False)
        batch_op.create_index(
            "uq_night_work_open",
            ["about_id"],
            unique=True,
            postgresql_where=sa.text("read_at IS NULL"),
            sqlite_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "night_entry",
        _number("id", autoincrement=True),
        _number("work_id"),
        _words("happened"),
        _words("done"),
        _words("day_must"),
        _moment("happened_at"),
        _moment("recorded_at"),
        _number("author_id"),
        sa.Column("from_paper", sa.Boolean(), nullable=False),
        sa.Column("once_key", sa.String(length=40), nullable=False),
        _key("night_entry", "work_id", "night_work"),
        _key("night_entry", "author_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_entry")),
        sa.UniqueConstraint("once_key", name=op.f("uq_night_entry_once_key")),
    )
    with op.batch_alter_table("night_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_night_entry_work_id"), ["work_id"], unique=False)

    op.create_table(
        "night_reason",
        _number("id", autoincrement=True),
        _number("case_id"),
        _number("user_id"),
        _moment("given_at"),
        _moment("until_at"),
        sa.Column("source", sa.String(length=10), nullable=False),
        _words("words"),
        _key("night_reason", "case_id", "case_record"),
        _key("night_reason", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_reason")),
    )
    with op.batch_alter_table("night_reason", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_night_reason_case_id"), ["case_id"], unique=False)

    # From here on each case opened gets this row by itself (caseapp.night.commands.let_in).
    op.execute(
        "INSERT INTO reach (principal, subject_id, kind, level, why, since_at) "
        "SELECT 'kind:out_of_hours', id, 'case', 1, 'night', opened_at FROM case_record WHERE closed_at IS NULL"
    )


def downgrade() -> None:
    """Take it away again; what was written at night goes with it."""
    op.execute("DELETE FROM reach WHERE why = 'night'")
    with op.batch_alter_table("night_reason", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_night_reason_case_id"))
    op.drop_table("night_reason")
    with op.batch_alter_table("night_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_night_entry_work_id"))
    op.drop_table("night_entry")
    with op.batch_alter_table("night_work", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_night_work_open", postgresql_where=sa.text("read_at IS NULL"), sqlite_where=sa.text("read_at IS NULL")
        )
        batch_op.drop_index("ix_night_work_about")
    op.drop_table("night_work")
    with op.batch_alter_table("night_alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_night_alert_case_id"))
    op.drop_table("night_alert")
